/** The entry point of the thread that merges or writes one bundle. `bundle-thread.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { Store } from '../../store/store.ts';
import type { OnBundleProgress } from './bundle-reader.ts';
import type { BundleMessage, BundleTask, BundleTasks, BundleThreadData } from './bundle-thread.ts';
import { writeBundle } from './bundle-writer.ts';
import { mergeBundle } from './merge-bundle.ts';

const port = parentPort;
if (!port) throw new Error('bundle-worker.ts runs only as a worker thread');
const say = (message: BundleMessage): void => {
  port.postMessage(message);
};

const PROGRESS_MILLISECONDS = 200;
let toldAt = 0;
const onProgress: OnBundleProgress = (progress) => {
  const now = performance.now();
  if (now - toldAt < PROGRESS_MILLISECONDS && progress.fraction < 1) return;
  toldAt = now;
  say({ kind: 'progress', progress });
};

const stopped = new AbortController();
port.once('message', () => {
  stopped.abort();
});
// The thread ends with its task, told to stop or not.
port.unref();

const WORK: {
  readonly [Task in BundleTask]: (
    store: Store,
    given: BundleTasks[Task]['given'],
  ) => Promise<BundleTasks[Task]['result']>;
} = {
  merge: (store, { bundle }) => mergeBundle(store, bundle, onProgress),
  write: (store, { bundle, ...request }) =>
    writeBundle(store, bundle, request, onProgress, stopped.signal),
};

function perform<Task extends BundleTask>({ task, given }: BundleThreadData<Task>, store: Store) {
  return WORK[task](store, given);
}

const data = workerData as BundleThreadData;
try {
  const store = Store.open(data.file);
  try {
    say({ kind: 'done', result: await perform(data, store) });
  } finally {
    store.close();
  }
} catch (error) {
  // Other errors are mistakes of the program: they keep their stack.
  if (!(error instanceof WorkbenchError)) throw error;
  say({ kind: 'failed', report: reportOf(error) });
}
