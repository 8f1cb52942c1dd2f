/**
 * Checks all measurements of the trainings of earlier versions once, and seals what results need of those that
 * are sound, so that results are read without the other measurements. A thread of its own checks them: a long
 * training takes many seconds, and nothing that a window asks for waits for it.
 */
import type { CheckedTrainings } from '../../store/earlier-trainings.ts';
import type { Store } from '../../store/store.ts';
import { type BackgroundListener, BackgroundWork } from '../background-work.ts';
import { StoreThread } from '../store-thread.ts';

export interface SealingTasks {
  check: {
    readonly given: {
      /** The id of the training that was checked last. */
      readonly after: number;
      readonly milliseconds: number;
    };
    readonly result: CheckedTrainings;
  };
}

interface SealingTimes {
  /** What was found in this time is sealed together: every commit tells other processes to load again. */
  readonly atOnceMilliseconds?: number;
  readonly retryMilliseconds?: number;
}

const AT_ONCE_MILLISECONDS = 10_000;

export class Sealing {
  readonly #store: Store;
  readonly #atOnceMilliseconds: number;
  readonly #thread: StoreThread<SealingTasks>;
  readonly #work: BackgroundWork;

  /** @param times for tests. */
  constructor(store: Store, times: SealingTimes = {}) {
    this.#store = store;
    this.#atOnceMilliseconds = times.atOnceMilliseconds ?? AT_ONCE_MILLISECONDS;
    this.#thread = new StoreThread({
      module: new URL('sealing-worker.ts', import.meta.url),
      name: 'ticket-sealing',
      directory: store.directory,
    });
    this.#work = new BackgroundWork(() => this.#sealAll(), times.retryMilliseconds);
  }

  /**
   * Seals all that there are, and tells of a change if results can be read that could not be before. Ends when
   * all is sealed, or when it has failed once.
   */
  start(listener: BackgroundListener): Promise<void> {
    return this.#work.start(listener);
  }

  /** Ends when the thread does not have the database open any more. The next start continues. */
  close(): Promise<void> {
    this.#work.close();
    return this.#thread.close();
  }

  async *#sealAll(): AsyncGenerator<undefined> {
    const { earlierTrainings } = this.#store;
    const milliseconds = this.#atOnceMilliseconds;
    let after: number | undefined = earlierTrainings.exist() ? 0 : undefined;
    while (after !== undefined) {
      const checked: CheckedTrainings = await this.#thread.run('check', { after, milliseconds });
      await this.#store.inTurn(() => {
        earlierTrainings.seal(checked);
      });
      if (checked.sound.length > 0) yield;
      after = checked.last;
    }
  }
}
