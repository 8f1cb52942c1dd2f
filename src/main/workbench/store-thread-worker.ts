/** The other side of a `StoreThread`: what it runs answers its tasks here. */
import { parentPort } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../shared/contract/errors.ts';
import { Store } from '../store/store.ts';
import type { TaskAnswer, TaskRequest } from './store-thread.ts';

/**
 * @param perform The store is open for one task only, so that the database can be replaced by a backup.
 */
export function answerTasks(perform: (store: Store, request: TaskRequest) => unknown): void {
  const port = parentPort;
  if (!port) throw new Error('tasks are answered only in a worker thread');
  const answer = (request: TaskRequest): TaskAnswer => {
    const { id, file } = request;
    try {
      const store = Store.open(file);
      try {
        return { id, result: perform(store, request) };
      } finally {
        store.close();
      }
    } catch (error) {
      // Other errors are mistakes of the program: they keep their stack.
      if (!(error instanceof WorkbenchError)) throw error;
      return { id, report: reportOf(error) };
    }
  };
  port.on('message', (request: TaskRequest) => {
    port.postMessage(answer(request));
  });
}
