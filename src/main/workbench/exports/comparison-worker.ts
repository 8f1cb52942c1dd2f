/** The entry point of the thread that reads comparisons. */
import { datasets } from '../../engine/datasets/index.ts';
import { workerRegistries } from '../../engine/plug-ins/worker-registries.ts';
import { loadChosenPlugIns } from '../plug-ins/chosen-entries.ts';
import { answerTasks } from '../store-thread-worker.ts';
import {
  type AskedComparison,
  type ComparisonTask,
  performComparisonWork,
} from './comparison-work.ts';

interface ComparisonRequest {
  readonly task: ComparisonTask;
  readonly given: AskedComparison;
}

/** What reports name entries of. */
const NAMED = { ...workerRegistries, datasets };

answerTasks((store, request) => {
  const { task, given } = request as ComparisonRequest;
  for (const id of given.ids) {
    loadChosenPlugIns(given.plugIns, store.searches.get(id).settings, NAMED);
  }
  return performComparisonWork(store, task, given);
});
