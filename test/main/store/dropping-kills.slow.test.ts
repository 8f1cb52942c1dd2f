/** Dropping weights, killed inside each transaction and while the space is returned. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import { nameOfTraining } from '../../../src/shared/domain/training.ts';
import { Store } from '../../../src/main/store/store.ts';
import { denseLayout, sampleSearch, sampleTraining, temporaryFile } from './samples.ts';
import { startedSearch } from './support.ts';

const DROP = fileURLToPath(new URL('./children/drop-weights.ts', import.meta.url));
const SEARCHES = 3;

function filled(): string {
  const file = temporaryFile();
  const store = Store.open(file);
  const layout = denseLayout(200, 100, 10);
  const search = sampleSearch({}, layout);
  for (let index = 0; index < SEARCHES; index += 1) {
    const id = startedSearch(store, search);
    for (const key of plannedTrainings(search.settings)) {
      const sample = sampleTraining(key, {}, layout);
      const finalWeights = sample.finalWeights.map((value) => value + index);
      store.trainings.save(id, { ...sample, finalWeights });
    }
    store.searches.setStatus(id, 'finished');
  }
  store.close();
  return file;
}

/** Whether each search has all of its weights or none, and says so. */
function areWhole(store: Store): boolean[] {
  return store.searches.list().map(({ id, settings }) => {
    const stored = store.trainings.storedArrays(id);
    const having = plannedTrainings(settings).filter((key) =>
      stored.get(nameOfTraining(key))?.has('final-weights'),
    ).length;
    const isDropped = store.droppedWeights.at(id) !== undefined;
    return isDropped ? having === 0 : having === plannedTrainings(settings).length;
  });
}

test('a killed drop leaves every search with all of its weights or none', () => {
  let kills = 0;
  for (;;) {
    const file = filled();
    const { signal, stderr } = spawnSync(process.execPath, [DROP, file, String(kills + 1)], {
      encoding: 'utf8',
    });
    const store = Store.open(file);
    expect(areWhole(store)).toEqual(Array.from({ length: SEARCHES }, () => true));
    expect(store.integrityCheck()).toEqual([]);
    if (signal === null) {
      expect(stderr).toBe('');
      expect(store.droppedWeights.count()).toBe(SEARCHES);
      store.close();
      break;
    }
    store.close();
    kills += 1;
    // Done again, it completes.
    expect(spawnSync(process.execPath, [DROP, file, '0']).status).toBe(0);
    const again = Store.open(file);
    expect(again.droppedWeights.count()).toBe(SEARCHES);
    expect(again.integrityCheck()).toEqual([]);
    again.close();
  }
  // One for each search, and one while the space is returned.
  expect(kills).toBeGreaterThan(SEARCHES);
});
