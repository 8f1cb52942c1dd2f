/**
 * Merges and writes bundles in a thread, so that hundreds of megabytes hold up neither the window nor the
 * heartbeats of searches.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { BundleProgress } from '../../../shared/contract/records/bundles.ts';
import type { MergedSearch, WrittenBundle } from '../../../shared/domain/bundle.ts';
import type { OnBundleProgress } from './bundle-reader.ts';
import type { BundleRequest } from './bundle-writer.ts';

/** What a thread can do, and what comes of it. Paths are absolute. */
export interface BundleTasks {
  merge: {
    readonly given: { readonly bundle: string };
    readonly result: readonly MergedSearch[];
  };
  write: {
    readonly given: BundleRequest & { readonly bundle: string; readonly overwrite: boolean };
    readonly result: WrittenBundle;
  };
}

export type BundleTask = keyof BundleTasks;

export interface BundleThreadData<Task extends BundleTask = BundleTask> {
  /** The database. */
  readonly file: string;
  readonly task: Task;
  readonly given: BundleTasks[Task]['given'];
}

export type BundleMessage =
  | { readonly kind: 'progress'; readonly progress: BundleProgress }
  | { readonly kind: 'done'; readonly result: BundleTasks[BundleTask]['result'] }
  | { readonly kind: 'failed'; readonly report: ErrorReport };

/** Tells the thread to end its writing. */
const STOP = 'stop';

export interface BundleThread<Task extends BundleTask> {
  /** @throws WorkbenchError as the task does; `interrupted` if it was stopped. */
  readonly result: Promise<BundleTasks[Task]['result']>;
  /** Ends it. What is merged or written is done whole or not at all. */
  stop(): Promise<void>;
}

/** @param file the database. */
export function startBundleThread<Task extends BundleTask>(
  file: string,
  task: Task,
  given: BundleTasks[Task]['given'],
  onProgress: OnBundleProgress,
): BundleThread<Task> {
  const workerData: BundleThreadData<Task> = { file, task, given };
  const thread = new Worker(new URL('bundle-worker.ts', import.meta.url), {
    workerData,
    name: 'ticket-bundle',
  });
  const result = new Promise<BundleTasks[Task]['result']>((resolve, reject) => {
    thread.on('message', (message: BundleMessage) => {
      switch (message.kind) {
        case 'progress':
          onProgress(message.progress);
          return;
        case 'done':
          // The thread of a task returns the result of this task.
          resolve(message.result);
          return;
        case 'failed':
          reject(errorFrom(message.report));
      }
    });
    thread.once('error', reject);
    thread.once('exit', () => {
      reject(new WorkbenchError('interrupted', 'the merge was stopped, and nothing was merged'));
    });
  });
  return {
    result,
    stop: async () => {
      // SQLite takes back what it has not committed. A file that is being written removes only its writer.
      if (task === 'merge') await thread.terminate();
      else {
        const ended = once(thread, 'exit');
        thread.postMessage(STOP);
        await ended;
      }
    },
  };
}
