/**
 * Measures and frees space in a thread, so that gigabytes hold up neither the window nor the heartbeats of
 * searches.
 */
import { Worker } from 'node:worker_threads';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  DropPreview,
  FreedSpace,
  StorageOverview,
  StorageProgress,
  TrashContents,
} from '../../../shared/contract/records/storage.ts';
import { resultOf } from '../task-thread.ts';

/** What the thread can do, and what comes of it. */
export interface StorageTasks {
  measure: {
    readonly given: { readonly cache: string | undefined };
    readonly result: StorageOverview;
  };
  preview: { readonly given: { readonly ids: readonly string[] }; readonly result: DropPreview };
  drop: { readonly given: { readonly ids: readonly string[] }; readonly result: FreedSpace };
  trash: { readonly given: object; readonly result: TrashContents };
  delete: {
    readonly given: { readonly ids: readonly string[]; readonly deletedBefore: number };
    readonly result: FreedSpace;
  };
}

export type StorageTask = keyof StorageTasks;

export interface StorageRequest<Task extends StorageTask = StorageTask> {
  /** The database. */
  readonly file: string;
  readonly task: Task;
  readonly given: StorageTasks[Task]['given'];
}

/** The threads of one data directory. Each does one task. */
export class StorageThreads {
  readonly #file: string;
  readonly #onProgress: (progress: StorageProgress) => void;
  readonly #threads = new Set<Worker>();
  #isClosed = false;

  /** @param file the database. */
  constructor(file: string, onProgress: (progress: StorageProgress) => void) {
    this.#file = file;
    this.#onProgress = onProgress;
  }

  /** @throws WorkbenchError as the task does; `unavailable` when the workbench closes. */
  run<Task extends StorageTask>(
    task: Task,
    given: StorageTasks[Task]['given'],
  ): Promise<StorageTasks[Task]['result']> {
    if (this.#isClosed) return Promise.reject(closing());
    const request: StorageRequest<Task> = { file: this.#file, task, given };
    const thread = new Worker(new URL('storage-worker.ts', import.meta.url), {
      workerData: request,
      name: 'ticket-storage',
    });
    this.#threads.add(thread);
    const result = resultOf<{ progress: StorageProgress; result: StorageTasks[Task]['result'] }>(
      thread,
      this.#onProgress,
      closing,
    );
    return result.finally(() => {
      this.#threads.delete(thread);
    });
  }

  /** Ends what runs, and starts nothing any more. Each search that it frees is done whole or not at all. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#threads].map((thread) => thread.terminate()));
  }
}

function closing(): WorkbenchError {
  return new WorkbenchError('unavailable', 'the workbench is closing');
}
