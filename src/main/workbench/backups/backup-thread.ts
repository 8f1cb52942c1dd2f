/**
 * Backs up and restores in a thread, because SQLite copies and checks a database without letting
 * anything else happen: the window and the heartbeats of searches would stop for that long.
 */
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom } from '../../../shared/contract/errors.ts';
import type {
  BackupProgress,
  RestoredBackup,
  WrittenBackup,
} from '../../../shared/contract/records/backups.ts';

/** What the thread is to do. All paths are absolute. */
export type BackupTask =
  | {
      readonly kind: 'back-up';
      readonly directory: string;
      /** Default: a new one in the folder `backups`. */
      readonly file: string | undefined;
      readonly overwrite: boolean;
    }
  | { readonly kind: 'restore'; readonly directory: string; readonly file: string };

/** What the thread says, the last of them once. */
export type BackupMessage =
  | {
      readonly kind: 'step';
      readonly step: BackupProgress['step'];
      readonly unfinished: string;
    }
  | { readonly kind: 'done'; readonly value: WrittenBackup | RestoredBackup }
  | { readonly kind: 'failed'; readonly report: ErrorReport };

const PROGRESS_MILLISECONDS = 250;

export type OnBackupProgress = (progress: BackupProgress) => void;

/** @throws WorkbenchError as `backUp`. */
export function backUpInThread(
  task: Extract<BackupTask, { readonly kind: 'back-up' }>,
  source: string,
  onProgress: OnBackupProgress,
): Promise<WrittenBackup> {
  return run<WrittenBackup>(task, source, (step, fraction) => {
    onProgress({ what: 'backing-up', step, fraction });
  });
}

/** @throws WorkbenchError as `restore`. */
export function restoreInThread(
  task: Extract<BackupTask, { readonly kind: 'restore' }>,
  onProgress: OnBackupProgress,
): Promise<RestoredBackup> {
  return run<RestoredBackup>(task, task.file, (step, fraction) => {
    onProgress({ what: 'restoring', step, fraction });
  });
}

/** @param source what is copied; the copy is about as large. */
function run<Value>(
  task: BackupTask,
  source: string,
  onProgress: (step: BackupProgress['step'], fraction: number) => void,
): Promise<Value> {
  const thread = new Worker(new URL('backup-worker.ts', import.meta.url), {
    workerData: task,
    name: 'ticket-backup',
  });
  const expectedBytes = sizeOf(source);
  let unfinished: string | undefined;
  const timer = setInterval(() => {
    if (unfinished === undefined || expectedBytes === 0) return;
    onProgress('copying', Math.min(1, sizeOf(unfinished) / expectedBytes));
  }, PROGRESS_MILLISECONDS);
  const answered = new Promise<Value>((resolve, reject) => {
    thread.on('message', (message: BackupMessage) => {
      switch (message.kind) {
        case 'step':
          unfinished = message.step === 'copying' ? message.unfinished : undefined;
          onProgress(message.step, message.step === 'copying' ? 0 : 1);
          return;
        case 'done':
          // The thread of a task returns the value of this task.
          resolve(message.value as Value);
          return;
        case 'failed':
          reject(errorFrom(message.report));
      }
    });
    thread.once('error', reject);
    thread.once('exit', (code) => {
      reject(new Error(`the thread of backups ended with exit code ${code}`));
    });
  });
  return answered.finally(() => {
    clearInterval(timer);
  });
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
