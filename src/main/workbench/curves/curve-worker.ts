/** The entry point of the thread that reads long learning curves. */
import { answerTasks } from '../store-thread-worker.ts';
import { readCurves, type WantedCurves } from './curve-work.ts';
import { KeptCurves } from './kept-curves.ts';

/** Some 430 MB. */
const MOST_KEPT = 12_000_000;

const kept = new KeptCurves(MOST_KEPT);

answerTasks((store, { given }) => readCurves(store, kept, given as WantedCurves));
