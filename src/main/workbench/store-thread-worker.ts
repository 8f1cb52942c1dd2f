/** The other side of a `StoreThread`: what it runs answers its tasks here. */
import { workerData } from 'node:worker_threads';
import { Store } from '../store/store.ts';
import type { StoreThreadData } from './store-thread.ts';
import type { TaskRequest } from './work-thread.ts';
import { answerRequests } from './work-thread-worker.ts';

/**
 * @param perform The store stays open as long as the thread lives: what it has found sound is not checked again.
 */
export function answerTasks(perform: (store: Store, request: TaskRequest) => unknown): void {
  const { file } = workerData as StoreThreadData;
  let store: Store | undefined;
  answerRequests((request) => {
    // It was moved away, or replaced by a backup.
    if (store && !store.isInPlace()) {
      store.close();
      store = undefined;
    }
    store ??= Store.openExisting(file);
    return perform(store, request);
  });
}
