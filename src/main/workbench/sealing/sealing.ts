/**
 * Checks all measurements of the trainings of earlier versions once, and seals what results need of those that
 * are sound, so that results are read without the other measurements. A thread of its own checks them: a long
 * training takes many seconds, and nothing that a window asks for waits for it.
 */
import type { CheckedTrainings } from '../../store/earlier-trainings.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { StoreThread } from '../store-thread.ts';

interface SealingTasks {
  check: {
    /** The training that was checked last. */
    readonly given: number;
    readonly result: CheckedTrainings;
  };
}

export class Sealing {
  readonly #store: Store;
  readonly #thread: StoreThread<SealingTasks>;
  #running: Promise<boolean> | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.#thread = new StoreThread({
      module: new URL('sealing-worker.ts', import.meta.url),
      name: 'ticket-sealing',
      file: databaseFile(store.directory),
    });
  }

  /**
   * Runs once, whoever asks.
   *
   * @returns whether any was sealed.
   * @throws WorkbenchError `unavailable` if the workbench closes meanwhile; the next one continues.
   */
  run(): Promise<boolean> {
    return (this.#running ??= this.#sealAll());
  }

  /** Ends when what is running has ended, even if it has failed. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  /** Ends when the thread does not have the database open any more. */
  close(): Promise<void> {
    return this.#thread.close();
  }

  async #sealAll(): Promise<boolean> {
    const { earlierTrainings } = this.#store;
    let hasSealed = false;
    let last: number | undefined = earlierTrainings.exist() ? 0 : undefined;
    while (last !== undefined) {
      const checked: CheckedTrainings = await this.#thread.run('check', last);
      earlierTrainings.seal(checked.sound);
      hasSealed ||= checked.sound.length > 0;
      ({ last } = checked);
    }
    return hasSealed;
  }
}
