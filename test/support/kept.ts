import path from 'node:path';
import type { SearchRecord, SearchResult } from '../../src/shared/domain/search.ts';
import { nameOfTraining } from '../../src/shared/domain/training.ts';
import { Store } from '../../src/main/store/store.ts';
import { type CommandResult, eventsOf } from './command-line.ts';

/** What `ticket search --json` ended with. */
export function resultOf({ stdout, stderr }: CommandResult): SearchResult {
  const last = eventsOf(stdout).at(-1);
  if (last?.type !== 'result') throw new Error(`no result: ${stderr}`);
  return last.search;
}

/** What must be equal to the bit, whatever happened on the way. */
export function everythingKept(dataDir: string, searchId: string) {
  const store = Store.open(path.join(dataDir, 'workbench.sqlite'));
  try {
    const correct = store.trainings.correctAtEarlyStop(searchId);
    return store.trainings.list(searchId).map(({ key, evaluations, keptCounts }) => {
      const { mask, initialWeights, finalWeights } = store.trainings.weights(searchId, key);
      const correctAtEarlyStop = correct.get(nameOfTraining(key));
      if (!correctAtEarlyStop) throw new Error('a training without its correct test examples');
      return {
        key,
        evaluations,
        keptCounts,
        mask,
        initialWeights,
        finalWeights,
        correctAtEarlyStop,
      };
    });
  } finally {
    store.close();
  }
}

export function onlySearch(dataDir: string): SearchRecord {
  const store = Store.open(path.join(dataDir, 'workbench.sqlite'));
  try {
    const [search, ...others] = store.searches.list();
    if (!search || others.length > 0) throw new Error('expected exactly one search');
    return search;
  } finally {
    store.close();
  }
}
