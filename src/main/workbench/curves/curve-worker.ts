/** The entry point of the thread that reads long learning curves, and checks those of earlier versions. */
import type { Store } from '../../store/store.ts';
import { answerTasks } from '../store-thread-worker.ts';
import { type CurveTasks, readCurves } from './curve-work.ts';
import { KeptCurves } from './kept-curves.ts';

/** Some 430 MB. */
const MOST_KEPT = 12_000_000;

/** Curves that a window asks for wait for no longer. */
const MILLISECONDS_AT_ONCE = 300;

const kept = new KeptCurves(MOST_KEPT);

const PERFORM: {
  readonly [Task in keyof CurveTasks]: (
    store: Store,
    given: CurveTasks[Task]['given'],
  ) => CurveTasks[Task]['result'];
} = {
  curves: (store, given) => readCurves(store, kept, given),
  sealEarlier: (store, after) => store.trainings.sealEarlier(after, MILLISECONDS_AT_ONCE),
};

answerTasks((store, { task, given }) => PERFORM[task as keyof CurveTasks](store, given as never));
