/**
 * Checks all measurements of the trainings of earlier versions once, and seals what results need of those that
 * are sound, so that results are read without the other measurements. A thread of its own checks them: a long
 * training takes many seconds, and nothing that a window asks for waits for it.
 */
import { reportOf } from '../../../shared/contract/errors.ts';
import type { CheckedTrainings } from '../../store/earlier-trainings.ts';
import type { Store } from '../../store/store.ts';
import { isStoreFailure } from '../../store/store-error.ts';
import { databaseFile } from '../data-directory.ts';
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

interface SealingListener {
  /** Results can be read that could not be before. */
  onSealed(): void;
  /** Told once, however often it fails for the same reason. */
  onError(error: unknown): void;
}

interface SealingTimes {
  /** What was found in this time is sealed together: every commit tells other processes to load again. */
  readonly atOnceMilliseconds: number;
  /** When it is tried again after another program has locked the database, or the disk was full. */
  readonly retryMilliseconds: number;
}

const TIMES: SealingTimes = { atOnceMilliseconds: 10_000, retryMilliseconds: 60_000 };

export class Sealing {
  readonly #store: Store;
  readonly #times: SealingTimes;
  readonly #thread: StoreThread<SealingTasks>;
  #attempt: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** The message of the error that was told last. */
  #told: string | undefined;
  #isClosed = false;

  /** @param times for tests. */
  constructor(store: Store, times: SealingTimes = TIMES) {
    this.#store = store;
    this.#times = times;
    this.#thread = new StoreThread({
      module: new URL('sealing-worker.ts', import.meta.url),
      name: 'ticket-sealing',
      file: databaseFile(store.directory),
    });
  }

  /** Seals all that there are. If the database can't be read or written, it is tried again every minute. */
  start(listener: SealingListener): void {
    this.#attempt = this.#sealAndTell(listener);
  }

  /** Ends when what is running has ended, even if it has failed. */
  async settled(): Promise<void> {
    await this.#attempt;
  }

  /** Ends when the thread does not have the database open any more. The next start continues. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    return this.#thread.close();
  }

  async #sealAndTell(listener: SealingListener): Promise<void> {
    const sealed = { any: false };
    try {
      await this.#sealAll(() => {
        sealed.any = true;
      });
    } catch (error) {
      if (this.#isClosed) return;
      this.#tell(error, listener);
      if (isStoreFailure(error)) this.#tryLater(listener);
    }
    if (sealed.any && !this.#isClosed) listener.onSealed();
  }

  async #sealAll(onSealed: () => void): Promise<void> {
    const { earlierTrainings } = this.#store;
    const { atOnceMilliseconds: milliseconds } = this.#times;
    let after: number | undefined = earlierTrainings.exist() ? 0 : undefined;
    while (after !== undefined) {
      const checked: CheckedTrainings = await this.#thread.run('check', { after, milliseconds });
      await this.#store.inTurn(() => {
        earlierTrainings.seal(checked);
      });
      if (checked.sound.length > 0) onSealed();
      after = checked.last;
    }
  }

  #tell(error: unknown, { onError }: SealingListener): void {
    const { message } = reportOf(error);
    if (message !== this.#told) onError(error);
    this.#told = message;
  }

  #tryLater(listener: SealingListener): void {
    this.#retry = setTimeout(() => {
      this.start(listener);
    }, this.#times.retryMilliseconds);
    this.#retry.unref();
  }
}
