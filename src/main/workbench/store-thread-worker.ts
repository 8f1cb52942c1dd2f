/** The other side of a `StoreThread`: what it runs answers its tasks here. */
import { workerData } from 'node:worker_threads';
import { Store } from '../store/store.ts';
import type { StoreThreadData } from './store-thread.ts';
import type { TaskRequest } from './work-thread.ts';
import { answerRequests } from './work-thread-worker.ts';

/**
 * @param perform The store is open for one task only, so that the database can be replaced by a backup.
 */
export function answerTasks(perform: (store: Store, request: TaskRequest) => unknown): void {
  const { file } = workerData as StoreThreadData;
  answerRequests((request) => {
    const store = Store.open(file);
    try {
      return perform(store, request);
    } finally {
      store.close();
    }
  });
}
