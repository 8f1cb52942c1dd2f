/** The entry point of the thread that backs up and restores. `backup-thread.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { OnCopyStep } from '../../store/backup.ts';
import { backUp, restore } from './backups.ts';
import type { BackupMessage, BackupTask } from './backup-thread.ts';

const port = parentPort;
if (!port) throw new Error('backup-worker.ts runs only as a worker thread');
const say = (message: BackupMessage): void => {
  port.postMessage(message);
};
const onStep: OnCopyStep = (step, unfinished) => {
  say({ kind: 'step', step, unfinished });
};
const task = workerData as BackupTask;

try {
  const value =
    task.kind === 'back-up'
      ? backUp(task.directory, task.file, { overwrite: task.overwrite, onStep })
      : restore(task.directory, task.file, onStep);
  say({ kind: 'done', value });
} catch (error) {
  // Other errors are mistakes of the program: they keep their stack.
  if (!(error instanceof WorkbenchError)) throw error;
  say({ kind: 'failed', report: reportOf(error) });
}
