/**
 * A thread that does one task with the database open, so that it holds up neither windows nor the heartbeats
 * of searches. `task-worker.ts` is its other side.
 */
import type { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom } from '../../shared/contract/errors.ts';

/** What a task tells on its way, and what comes of it. Both can be sent. */
interface Told {
  readonly progress: unknown;
  readonly result: unknown;
}

/** What the thread of a task says. */
export type TaskMessage<Task extends Told = Told> =
  | { readonly kind: 'progress'; readonly progress: Task['progress'] }
  | { readonly kind: 'done'; readonly result: Task['result'] }
  | { readonly kind: 'failed'; readonly report: ErrorReport };

/**
 * What comes of the task of a thread.
 *
 * @param whyEnded the error for a thread that has ended without a word.
 * @throws WorkbenchError as the task does.
 */
export function resultOf<Task extends Told>(
  thread: Worker,
  onProgress: (progress: Task['progress']) => void,
  whyEnded: () => Error,
): Promise<Task['result']> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: TaskMessage<Task>) => {
      switch (message.kind) {
        case 'progress':
          onProgress(message.progress);
          return;
        case 'done':
          resolve(message.result);
          return;
        case 'failed':
          reject(errorFrom(message.report));
      }
    });
    thread.once('error', reject);
    thread.once('exit', () => {
      reject(whyEnded());
    });
  });
}
