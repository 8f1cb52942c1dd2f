/** A workbench over a database of its own, which trains on real worker threads. */
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { nameOfTraining, TICKET_BRANCH } from '../../src/shared/domain/training.ts';
import { Store } from '../../src/main/store/store.ts';
import type { StartThread } from '../../src/main/workbench/running/task-pool.ts';
import { Workbench } from '../../src/main/workbench/workbench.ts';
import { temporaryFolder } from '../main/store/samples.ts';

export interface RealWorkbench {
  readonly folder: string;
  readonly store: Store;
  readonly workbench: Workbench;
}

/** @param startThread the usual threads by default. */
export function openRealWorkbench(
  folder: string = temporaryFolder(),
  startThread?: StartThread,
): RealWorkbench {
  const store = Store.open(path.join(folder, 'workbench.sqlite'));
  onTestFinished(() => {
    store.close();
  });
  return { folder, store, workbench: Workbench.over(store, startThread) };
}

/** Everything a search leaves, times and origins aside. */
export function resultsOf(store: Store, searchId: string): unknown[] {
  const correct = store.trainings.correctAtEarlyStop(searchId);
  return store.trainings.list(searchId).map(({ key, density, keptCounts, engine, evaluations }) => {
    const weights = store.trainings.weights(searchId, key);
    const isTicket = key.branch === TICKET_BRANCH;
    const handover = isTicket ? store.trainings.handover(searchId, key) : undefined;
    const correctAtEarlyStop = correct.get(nameOfTraining(key));
    if (!correctAtEarlyStop) throw new Error('a training without its correct test examples');
    return {
      key,
      density,
      keptCounts,
      engine,
      evaluations,
      weights,
      handover,
      correctAtEarlyStop,
    };
  });
}
