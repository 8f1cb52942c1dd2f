/** A workbench over a database of its own, which trains on real worker threads. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { nameOfTraining, TICKET_BRANCH } from '../../src/shared/domain/training.ts';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import type { StartThread } from '../../src/main/workbench/running/task-pool.ts';
import { resolveSettings } from '../../src/main/workbench/settings/settings-input.ts';
import { Workbench } from '../../src/main/workbench/workbench.ts';
import { temporaryFolder } from '../main/store/samples.ts';
import { lastingGroup } from './lasting-group.ts';

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

/**
 * Runs searches one after another, as `ticket search` would. A process for each would start longer than it trains.
 *
 * @param searches settings by names.
 * @returns their ids by names.
 */
export async function runSearches(
  directory: string,
  searches: Readonly<Record<string, object>>,
): Promise<Map<string, string>> {
  mkdirSync(directory, { recursive: true });
  const store = Store.open(databaseFile(directory));
  const workbench = Workbench.over(store);
  const { group, end } = lastingGroup(2);
  const ids = new Map<string, string>();
  try {
    for (const [name, config] of Object.entries(searches)) {
      const { id } = await workbench.planner.create(resolveSettings({ config }), name);
      await workbench.runner.run(id, { group });
      ids.set(name, id);
    }
  } finally {
    await end();
    store.close();
  }
  return ids;
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
