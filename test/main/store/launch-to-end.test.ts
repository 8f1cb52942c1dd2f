/** How long searches took on the clock. */
import { expect, it } from 'vitest';
import { CALLS } from '../../../src/shared/contract/calls.ts';
import type { Store } from '../../../src/main/store/store.ts';
import { key, sampleSearch, sampleTraining } from './samples.ts';
import { inspect, openStore, startedSearch } from './support.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function extend(store: Store, id: string): void {
  const { settings, written, trainingsTotal } = store.searches.get(id);
  store.searches.extend(id, {
    settings,
    written,
    trainingsTotal,
    added: { branches: ['random-reinit'] },
    analyses: [],
  });
}

function minutesOf(store: Store, id: string): number | undefined {
  const waited = store.history.get(id).waitedMilliseconds;
  return waited === undefined ? undefined : waited / MINUTE;
}

const found = (store: Store, text: string): string[] =>
  store.history
    .lines(CALLS['history.lines'].input.parse({ filter: { text } }))
    .lines.map(({ row }) => row.id);

it('is unknown until the search ends, and counts pauses', () => {
  const { store, clock } = openStore();
  const id = startedSearch(store);
  clock.now += 2 * MINUTE;
  store.searches.setStatus(id, 'interrupted');
  expect(minutesOf(store, id)).toBeUndefined();
  clock.now += 3 * MINUTE;
  store.searches.setStatus(id, 'finished');
  expect(minutesOf(store, id)).toBe(5);
});

it('does not count the days before an extension, each time that the search is extended', () => {
  const { store, clock } = openStore();
  const id = startedSearch(store);
  for (const [days, minutes] of [
    [0, 10],
    [3, 20],
    [5, 1],
  ] as const) {
    clock.now += days * DAY;
    if (days > 0) extend(store, id);
    clock.now += minutes * MINUTE;
    store.searches.setStatus(id, 'finished');
  }
  expect(minutesOf(store, id)).toBe(31);
  expect(found(store, 'waited>30min')).toEqual([id]);
  expect(found(store, 'waited>32min')).toEqual([]);
  expect(store.history.lines(CALLS['history.lines'].input.parse({})).lines[0]?.row).toMatchObject({
    waitedMilliseconds: 31 * MINUTE,
  });
  expect(store.integrityCheck()).toEqual([]);
});

it('counts the time before an extension of a search that had not ended', () => {
  const { store, clock } = openStore();
  const id = startedSearch(store);
  store.searches.setStatus(id, 'interrupted');
  clock.now += 10 * MINUTE;
  extend(store, id);
  clock.now += MINUTE;
  store.searches.setStatus(id, 'finished');
  expect(minutesOf(store, id)).toBe(11);
});

it('of extensions of earlier versions follows from the trainings before', () => {
  const { store, clock, file } = openStore();
  const id = startedSearch(store);
  clock.now += 10 * MINUTE;
  store.trainings.save(id, sampleTraining(key()));
  store.searches.setStatus(id, 'finished');
  clock.now += 3 * DAY;
  extend(store, id);
  extend(store, id);
  clock.now += 5 * MINUTE;
  store.searches.setStatus(id, 'finished');
  inspect(file, (database) =>
    database.exec("UPDATE search_extensions SET added = json_remove(added, '$.idleMilliseconds')"),
  );
  expect(minutesOf(store, id)).toBe(15);
});

it('of a sweep is that of the search that took longest', () => {
  const { store, clock } = openStore();
  const points = [60, 61].map((value) => ({
    ...sampleSearch(),
    values: [{ path: 'training.batchSize', value }],
  }));
  const { id } = store.sweeps.create(
    'S',
    [{ path: 'training.batchSize', values: [60, 61] }],
    points,
  );
  const [first, second] = store.sweeps.members(id).map(({ searchId }) => searchId) as [
    string,
    string,
  ];
  clock.now += 10 * MINUTE;
  store.searches.setStatus(first, 'finished');
  expect(store.sweeps.summaries()[0]?.waitedMilliseconds).toBeUndefined();
  clock.now += 10 * MINUTE;
  store.searches.setStatus(second, 'finished');
  clock.now += DAY;
  extend(store, first);
  clock.now += MINUTE;
  store.searches.setStatus(first, 'finished');
  expect(store.sweeps.summaries()[0]?.waitedMilliseconds).toBe(20 * MINUTE);
});
