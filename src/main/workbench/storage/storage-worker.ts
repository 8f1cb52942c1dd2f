/** The entry point of the thread that measures and frees space. `storage-thread.ts` starts it. */
import { workerData } from 'node:worker_threads';
import type { Store } from '../../store/store.ts';
import { performTask } from '../task-worker.ts';
import type { StorageRequest, StorageTask, StorageTasks } from './storage-thread.ts';
import {
  deleteForGood,
  dropWeights,
  listTrash,
  measureStorage,
  type OnStorageProgress,
  previewDrop,
} from './storage-work.ts';

const WORK: {
  readonly [Task in StorageTask]: (
    store: Store,
    given: StorageTasks[Task]['given'],
    onProgress: OnStorageProgress,
  ) => StorageTasks[Task]['result'];
} = {
  measure: (store, { cache }, onProgress) => measureStorage(store, cache, onProgress),
  preview: (store, { ids }) => previewDrop(store, ids),
  drop: (store, { ids }, onProgress) => dropWeights(store, ids, onProgress),
  trash: (store) => listTrash(store),
  delete: (store, { ids, deletedBefore }, onProgress) =>
    deleteForGood(store, ids, onProgress, deletedBefore),
};

function perform<Task extends StorageTask>(
  { task, given }: StorageRequest<Task>,
  store: Store,
  onProgress: OnStorageProgress,
) {
  return WORK[task](store, given, onProgress);
}

const request = workerData as StorageRequest;
await performTask(request.file, (store, onProgress) => perform(request, store, onProgress));
