/** The entry point of the thread that measures and frees space. `storage-thread.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { Store } from '../../store/store.ts';
import type {
  StorageMessage,
  StorageRequest,
  StorageTask,
  StorageTasks,
} from './storage-thread.ts';
import {
  deleteForGood,
  dropWeights,
  listTrash,
  measureStorage,
  type OnStorageProgress,
  previewDrop,
} from './storage-work.ts';

const port = parentPort;
if (!port) throw new Error('storage-worker.ts runs only as a worker thread');
const say = (message: StorageMessage): void => {
  port.postMessage(message);
};

const PROGRESS_MILLISECONDS = 200;
let toldAt = 0;
const onProgress: OnStorageProgress = (progress) => {
  const now = performance.now();
  if (now - toldAt < PROGRESS_MILLISECONDS && progress.fraction < 1) return;
  toldAt = now;
  say({ kind: 'progress', progress });
};

const WORK: {
  readonly [Task in StorageTask]: (
    store: Store,
    given: StorageTasks[Task]['given'],
  ) => StorageTasks[Task]['result'];
} = {
  measure: (store, { cache }) => measureStorage(store, cache, onProgress),
  preview: (store, { ids }) => previewDrop(store, ids),
  drop: (store, { ids }) => dropWeights(store, ids, onProgress),
  trash: (store) => listTrash(store),
  delete: (store, { ids, deletedBefore }) => deleteForGood(store, ids, onProgress, deletedBefore),
};

function perform<Task extends StorageTask>({ task, given }: StorageRequest<Task>, store: Store) {
  return WORK[task](store, given);
}

const request = workerData as StorageRequest;
try {
  const store = Store.open(request.file);
  try {
    say({ kind: 'done', result: perform(request, store) });
  } finally {
    store.close();
  }
} catch (error) {
  // Other errors are mistakes of the program: they keep their stack.
  if (!(error instanceof WorkbenchError)) throw error;
  say({ kind: 'failed', report: reportOf(error) });
}
