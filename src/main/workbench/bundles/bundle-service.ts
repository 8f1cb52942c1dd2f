/** Bundles as windows merge and write them: one after another, in a thread, with progress. */
import { setTimeout as delay } from 'node:timers/promises';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  type BundleProgress,
  LARGEST_TRANSFER_BYTES,
  type MergedBundle,
  type RunningBundle,
} from '../../../shared/contract/records/bundles.ts';
import type { WrittenBundle } from '../../../shared/domain/bundle.ts';
import { databaseFile } from '../data-directory.ts';
import {
  type BundleTask,
  type BundleTasks,
  type BundleThread,
  startBundleThread,
} from './bundle-thread.ts';
import { BundleTransfers } from './bundle-transfers.ts';
import type { BundleRequest } from './bundle-writer.ts';

/** So long a merge may take to end by itself when the workbench is closed. */
const CLOSING_MILLISECONDS = 5000;

export interface BundleServiceOptions {
  /** The data directory. */
  readonly directory: string;
  /** @param task the id that a window has given. */
  onProgress(task: string, progress: BundleProgress | undefined): void;
  /** Called when searches may have changed. */
  onMerged(): void;
  /** Called for what goes wrong without consequences for a merge or an export. */
  onError(error: unknown): void;
  /** How long closing waits for a merge to end by itself. Default: some seconds. */
  readonly closingMilliseconds?: number;
}

interface Task {
  readonly stopping: AbortController;
  /** Undefined until it is told. */
  progress: BundleProgress | undefined;
}

/**
 * Every merge and every export has an id, which its window makes up, so that a window stops only its own
 * ones. They take their turns in the order in which they were asked for.
 *
 * All throw a WorkbenchError `interrupted` if they are stopped, and `conflict` for an id that is in use.
 */
export class BundleService {
  /** Those that come from browsers, and go to them. */
  readonly transfers: BundleTransfers;
  readonly #options: BundleServiceOptions;
  /** Those that wait or run, by their ids. */
  readonly #tasks = new Map<string, Task>();
  /** The merge whose turn it is. */
  #merging: BundleThread<BundleTask> | undefined;
  /** Settles when all that was asked for has ended. */
  #allEnded: Promise<unknown> = Promise.resolve();

  constructor(options: BundleServiceOptions) {
    this.#options = options;
    this.transfers = new BundleTransfers(options.directory, {
      onError: options.onError,
    });
  }

  /**
   * @param file absolute.
   * @throws WorkbenchError as `mergeBundle`.
   */
  merge(task: string, file: string): Promise<MergedBundle> {
    return this.#inTurn(task, async (signal) => {
      const searches = await this.#run('merge', task, { bundle: file }, signal);
      this.#options.onMerged();
      return { file, searches };
    });
  }

  /**
   * @param file absolute.
   * @throws WorkbenchError as `writeBundle`.
   */
  write(
    task: string,
    file: string,
    request: BundleRequest & { readonly overwrite: boolean },
  ): Promise<WrittenBundle> {
    return this.#inTurn(task, (signal) =>
      this.#run('write', task, { bundle: file, ...request }, signal),
    );
  }

  /**
   * Writes a bundle that a browser then fetches.
   *
   * @throws WorkbenchError as `writeBundle` and `BundleTransfers.beginDownload`.
   */
  writeDownload(
    task: string,
    request: BundleRequest,
  ): Promise<{ readonly transfer: string; readonly written: WrittenBundle }> {
    return this.#inTurn(task, (signal) =>
      this.transfers.beginDownload((file) =>
        this.#run(
          'write',
          task,
          { bundle: file, ...request, mostBytes: LARGEST_TRANSFER_BYTES, overwrite: false },
          signal,
        ),
      ),
    );
  }

  /** Ends what has this id, if it waits or runs. */
  stop(task: string): void {
    this.#tasks.get(task)?.stopping.abort();
  }

  /** What waits and runs, for windows that are opened meanwhile. */
  list(): readonly RunningBundle[] {
    return [...this.#tasks].flatMap(([task, { progress }]) =>
      progress === undefined ? [] : [{ task, progress }],
    );
  }

  /**
   * A merge may wait for others who write. If it does not end in time, it is terminated, and the next
   * workbench removes what it has left. An export waits for nobody, and removes its unfinished file itself.
   */
  async close(): Promise<void> {
    for (const { stopping } of this.#tasks.values()) stopping.abort();
    const patience = this.#options.closingMilliseconds ?? CLOSING_MILLISECONDS;
    await Promise.race([this.#allEnded, delay(patience, undefined, { ref: false })]);
    await this.#merging?.terminate();
    await this.#allEnded;
    await this.transfers.close();
  }

  /** @throws WorkbenchError `conflict`; `interrupted` if it was stopped before its turn; as `work`. */
  async #inTurn<Value>(
    task: string,
    work: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    if (this.#tasks.has(task)) {
      throw new WorkbenchError(
        'conflict',
        'a merge or an export of a bundle with this id is under way',
        'Wait until it has ended.',
      );
    }
    const stopping = new AbortController();
    const { signal } = stopping;
    const before = this.#allEnded;
    const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
    const isFirst = this.#tasks.size === 0;
    this.#tasks.set(task, { stopping, progress: undefined });
    if (!isFirst) this.#tell(task, { what: 'waiting', fraction: 0 });
    this.#allEnded = before.then(() => ended);
    try {
      await Promise.race([before, aborted(signal)]);
      if (signal.aborted) {
        throw new WorkbenchError('interrupted', 'it was stopped before its turn came');
      }
      return await work(signal);
    } finally {
      this.#tasks.delete(task);
      end(undefined);
      this.#options.onProgress(task, undefined);
    }
  }

  #tell(task: string, progress: BundleProgress): void {
    const known = this.#tasks.get(task);
    if (known) known.progress = progress;
    this.#options.onProgress(task, progress);
  }

  async #run<Kind extends BundleTask>(
    kind: Kind,
    task: string,
    given: BundleTasks[Kind]['given'],
    signal: AbortSignal,
  ): Promise<BundleTasks[Kind]['result']> {
    const { directory } = this.#options;
    const thread = startBundleThread(databaseFile(directory), kind, given, (progress) => {
      this.#tell(task, progress);
    });
    if (kind === 'merge') this.#merging = thread;
    let stopped: Promise<void> | undefined;
    const stop = (): void => {
      stopped = thread.stop();
    };
    signal.addEventListener('abort', stop);
    // It may have been stopped after its turn came, and before its thread was started.
    if (signal.aborted) stop();
    try {
      return await thread.result;
    } finally {
      signal.removeEventListener('abort', stop);
      // Until then the thread may have the database open.
      await stopped;
      this.#merging = undefined;
    }
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  });
}
