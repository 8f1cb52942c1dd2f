import { expect, it } from 'vitest';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import type { Store } from '../../../src/main/store/store.ts';
import { key, sampleSearch, sampleTraining } from './samples.ts';
import { inspect, openStore, startedSearch } from './support.ts';

function search(store: Store, seed: number): string {
  const { settings, ...rest } = sampleSearch();
  const changed = { ...settings, replicates: { ...settings.replicates, seed } };
  const id = startedSearch(store, { ...rest, settings: changed, written: changed });
  for (const each of plannedTrainings(changed)) {
    const sample = sampleTraining(each);
    const finalWeights = sample.finalWeights.map((value) => value + seed);
    store.trainings.save(id, { ...sample, finalWeights, correctAtEarlyStop: Uint8Array.of(seed) });
  }
  store.searches.setStatus(id, 'finished');
  return id;
}

it('measures each search, and what searches share apart', () => {
  const { store } = openStore();
  const [one, other] = [search(store, 1), search(store, 2)];
  store.history.setTags([one], ['paper'], []);
  const { searches, kinds } = store.usage.measure();

  expect(searches.map(({ id }) => id).toSorted()).toEqual([one, other].toSorted());
  const found = searches.find(({ id }) => id === one)!;
  expect(found).toMatchObject({ isTagged: true, state: 'finished', refusal: undefined });
  // Final weights differ; initial weights and masks are the same bytes.
  expect(found.weightBytes).toBeGreaterThan(0);
  expect(found.maskBytes).toBe(0);
  expect(found.sharedBytes).toBeGreaterThan(0);
  expect(kinds['final-weights']).toBe(
    searches.reduce((sum, { weightBytes }) => sum + weightBytes, 0),
  );
});

it('accounts for every byte of the file', () => {
  const { store, file } = openStore();
  search(store, 1);
  const { bytes, kinds } = store.usage.measure();
  const pages = inspect(file, (database) =>
    Number(database.pragma('page_count', { simple: true })),
  );
  expect(bytes).toBe(pages * 4096);
  expect(Object.values(kinds).reduce((sum, each) => sum + each, 0)).toBe(bytes);
  expect(kinds.rest).toBeGreaterThan(0);
});

it('counts what only searches of the trash have as the trash', () => {
  const { store } = openStore();
  const [one, other] = [search(store, 1), search(store, 2)];
  store.history.markDeleted([one]);
  const { searches, kinds } = store.usage.measure();
  expect(searches.map(({ id }) => id)).toEqual([other]);
  expect(kinds.trash).toBe(store.usage.ownBytes([one]));
  expect(store.usage.ownBytes([one, other])).toBeGreaterThan(
    store.usage.ownBytes([one]) + store.usage.ownBytes([other]),
  );
});

it('knows about how much an evaluation takes', () => {
  const { store, file } = openStore();
  const id = startedSearch(store);
  const evaluations = Array.from({ length: 20_000 }, (_, index) => ({
    iteration: index * 100,
    validationLoss: 1 / (index + 3),
    validationAccuracy: index / 30_000,
    testLoss: 1 / (index + 7),
    testAccuracy: index / 40_000,
  }));
  store.trainings.save(id, sampleTraining(key(), { evaluations }));
  const measured = inspect(file, (database) =>
    database
      .prepare<[], number>("SELECT sum(pgsize) FROM dbstat WHERE name = 'metrics'")
      .pluck()
      .get(),
  )!;
  const [{ measurementBytes } = { measurementBytes: 0 }] = store.usage.measure().searches;
  expect(Math.abs(measurementBytes / measured - 1)).toBeLessThan(0.1);
});
