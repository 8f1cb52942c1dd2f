/**
 * Merges and writes bundles in a thread, so that hundreds of megabytes hold up neither the window nor the
 * heartbeats of searches.
 */
import { Worker } from 'node:worker_threads';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { BundleProgress } from '../../../shared/contract/records/bundles.ts';
import type { MergedSearch, WrittenBundle } from '../../../shared/domain/bundle.ts';
import { loadedPlugIns, type PlugInFile } from '../../engine/plug-ins/load.ts';
import { resultOf } from '../task-thread.ts';
import type { OnBundleProgress } from './bundle-reader.ts';
import type { BundleRequest } from './bundle-writer.ts';
import { askToStop, newStopFlag, type StopFlag } from './stop-flag.ts';

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
  readonly stop: StopFlag;
  /** Those of the thread that starts it. */
  readonly plugIns: readonly PlugInFile[];
}

export interface BundleThread<Task extends BundleTask> {
  /** @throws WorkbenchError as the task does; `interrupted` if it was stopped. */
  readonly result: Promise<BundleTasks[Task]['result']>;
  /**
   * Asks it to end, and waits until it has. It takes back what it has stored or written so far. A merge that
   * is being committed is not stopped: its result says that it was merged.
   */
  stop(): Promise<void>;
  /**
   * Ends a merge at once. What it has stored so far is removed once this process has ended. Not for an export,
   * which would leave its unfinished file.
   */
  terminate(): Promise<void>;
}

/** @param file the database. */
export function startBundleThread<Task extends BundleTask>(
  file: string,
  task: Task,
  given: BundleTasks[Task]['given'],
  onProgress: OnBundleProgress,
): BundleThread<Task> {
  const stop = newStopFlag();
  const plugIns = loadedPlugIns().map((plugIn) => ({ file: plugIn.file, sha256: plugIn.sha256 }));
  const workerData: BundleThreadData<Task> = { file, task, given, stop, plugIns };
  const thread = new Worker(new URL('bundle-worker.ts', import.meta.url), {
    workerData,
    name: 'ticket-bundle',
  });
  let isTerminated = false;
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => {
      resolve();
    });
  });
  return {
    result: resultOf<{ progress: BundleProgress; result: BundleTasks[Task]['result'] }>(
      thread,
      onProgress,
      () => (isTerminated ? terminated() : endedWithoutResult(task)),
    ),
    stop: () => {
      askToStop(stop);
      return ended;
    },
    terminate: async () => {
      isTerminated = true;
      await thread.terminate();
    },
  };
}

/** It may have come to its end, and only have waited to release the arrays that it had stored. */
function terminated(): WorkbenchError {
  return new WorkbenchError(
    'interrupted',
    'the merge was ended: the workbench is closing',
    'It may have been merged already. Merge the bundle again: what is here already changes nothing.',
  );
}

function endedWithoutResult(task: BundleTask): WorkbenchError {
  return task === 'merge'
    ? new WorkbenchError(
        'internal',
        'the merge ended without a result',
        'Merge the bundle again: what is here already changes nothing.',
      )
    : new WorkbenchError('internal', 'the bundle was not written: its thread ended', 'Try again.');
}
