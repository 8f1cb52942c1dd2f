/** The entry point of the thread that merges or writes one bundle. `bundle-thread.ts` starts it. */
import { workerData } from 'node:worker_threads';
import { loadPlugIns, type PlugInFile } from '../../engine/plug-ins/load.ts';
import type { Store } from '../../store/store.ts';
import { openRegistries } from '../plug-ins/open-registries.ts';
import { performTask } from '../task-worker.ts';
import type { OnBundleProgress } from './bundle-reader.ts';
import type { BundleTask, BundleTasks, BundleThreadData } from './bundle-thread.ts';
import { writeBundle } from './bundle-writer.ts';
import { mergeBundle } from './merge-bundle.ts';
import { endIfAsked } from './stop-flag.ts';

const WORK: {
  readonly [Task in BundleTask]: (
    store: Store,
    given: BundleTasks[Task]['given'],
    onProgress: OnBundleProgress,
  ) => Promise<BundleTasks[Task]['result']>;
} = {
  merge: (store, { bundle }, onProgress) =>
    mergeBundle(store, bundle, { onProgress, isPatient: true }),
  write: (store, { bundle, ...request }, onProgress) =>
    writeBundle(store, bundle, request, onProgress),
};

/** What is said of one that was stopped. */
const STOPPED: Readonly<Record<BundleTask, string>> = {
  merge: 'the merge was stopped, and nothing was merged',
  write: 'the bundle was not written: it was stopped',
};

function perform<Task extends BundleTask>(
  { task, given, stop }: BundleThreadData<Task>,
  store: Store,
  tell: OnBundleProgress,
) {
  return WORK[task](store, given, (progress) => {
    endIfAsked(stop, STOPPED[task]);
    tell(progress);
  });
}

/** What a bundle says of plug-ins is checked with those that are there. */
function loadThoseThere(plugIns: readonly PlugInFile[]): void {
  for (const plugIn of plugIns) {
    try {
      loadPlugIns([plugIn], openRegistries);
    } catch {
      // One that has changed since the workbench loaded it is not there.
    }
  }
}

const data = workerData as BundleThreadData;
loadThoseThere(data.plugIns);
await performTask(data.file, (store, tell) => perform(data, store, tell));
