/** The side of `task-thread.ts` that does the task, in the thread. */
import { parentPort } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../shared/contract/errors.ts';
import { Store } from '../store/store.ts';
import type { TaskMessage } from './task-thread.ts';

const PROGRESS_MILLISECONDS = 200;

type OnTaskProgress = (progress: { readonly fraction: number }) => void;

/**
 * Does the task of this thread, and says what comes of it.
 *
 * @param file the database.
 * @param work its progress is told at once, then at most every fifth of a second, and at its end.
 */
export async function performTask(
  file: string,
  work: (store: Store, onProgress: OnTaskProgress) => unknown,
): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('a task is done only in a thread of its own');
  const say = (message: TaskMessage): void => {
    port.postMessage(message);
  };
  let toldAt = -Infinity;
  const onProgress: OnTaskProgress = (progress) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MILLISECONDS && progress.fraction < 1) return;
    toldAt = now;
    say({ kind: 'progress', progress });
  };
  try {
    const store = Store.openExisting(file);
    try {
      say({ kind: 'done', result: await work(store, onProgress) });
    } finally {
      store.close();
    }
  } catch (error) {
    // Other errors are mistakes of the program: they keep their stack.
    if (!(error instanceof WorkbenchError)) throw error;
    say({ kind: 'failed', report: reportOf(error) });
  }
}
