/**
 * Work on the database that nobody waits for. What it fails with is told. While the database can't be read or
 * written, it is tried again every minute.
 */
import { reportOf } from '../../shared/contract/errors.ts';
import { isStoreFailure } from '../store/store-error.ts';

export interface BackgroundListener {
  /** Called at the end if anything has changed, even if the rest has failed. */
  onChanged(): void;
  /** Told once, however often it fails for the same reason. */
  onError(error: unknown): void;
}

const RETRY_MILLISECONDS = 60_000;

export class BackgroundWork {
  readonly #work: () => AsyncIterable<unknown>;
  readonly #retryMilliseconds: number;
  #retry: NodeJS.Timeout | undefined;
  /** The message of the error that was told last. */
  #told: string | undefined;
  #isClosed = false;

  /**
   * @param work yields whenever it has changed something. It begins anew when it is tried again.
   * @param retryMilliseconds for tests.
   */
  constructor(work: () => AsyncIterable<unknown>, retryMilliseconds = RETRY_MILLISECONDS) {
    this.#work = work;
    this.#retryMilliseconds = retryMilliseconds;
  }

  /** Ends when all is done, or when it has failed once. */
  async start(listener: BackgroundListener): Promise<void> {
    if (this.#hasClosed()) return;
    let hasChanged = false;
    try {
      for await (const _change of this.#work()) hasChanged = true;
    } catch (error) {
      if (this.#hasClosed()) return;
      this.#tell(error, listener);
      if (isStoreFailure(error)) this.#tryLater(listener);
    }
    if (hasChanged && !this.#hasClosed()) listener.onChanged();
  }

  /** It tells nothing any more, and is not tried again. What it waits for has to be ended by its owner. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
  }

  /** It may close during any wait. */
  #hasClosed(): boolean {
    return this.#isClosed;
  }

  #tell(error: unknown, { onError }: BackgroundListener): void {
    const { message } = reportOf(error);
    if (message !== this.#told) onError(error);
    this.#told = message;
  }

  #tryLater(listener: BackgroundListener): void {
    this.#retry = setTimeout(() => {
      void this.start(listener);
    }, this.#retryMilliseconds);
    this.#retry.unref();
  }
}
