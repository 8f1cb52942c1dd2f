import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sampleSearch } from './samples.ts';
import { failure, inspect, openStore } from './support.ts';

function openQueue() {
  const { store, file } = openStore();
  const ids = Array.from({ length: 3 }, () => store.searches.create(sampleSearch()).id);
  for (const id of ids) store.queue.add(id, undefined);
  const attempts = (): unknown[] =>
    inspect(file, (database) =>
      database.prepare('SELECT attempts FROM queue ORDER BY position').pluck().all(),
    );
  return { store, file, ids, attempts };
}

describe('attempts', () => {
  test('are counted for each search, and forgotten for many at once', () => {
    const { store, ids, attempts } = openQueue();
    const [one = '', two = '', three = ''] = ids;
    expect([one, one, two, three].map((id) => store.queue.countAttempt(id))).toEqual([1, 2, 1, 1]);
    store.queue.forgetAttempts([one, three, 'nowhere']);
    expect(attempts()).toEqual([0, 1, 0]);
    expect(store.queue.countAttempt('nowhere')).toBe(0);
  });

  test('of many searches are forgotten together or not at all', () => {
    const { store, file, ids, attempts } = openQueue();
    for (const id of ids) store.queue.countAttempt(id);
    refuseUpdates(file, ids[2]);
    const error = failure(() => {
      store.queue.forgetAttempts(ids);
    });
    expect(error.message).toContain("the queue can't be saved");
    expect(attempts()).toEqual([1, 1, 1]);
  });

  test('are forgotten without a write where none were counted', () => {
    const { store, file, ids } = openQueue();
    refuseUpdates(file, ids[0]);
    const before = statSync(`${file}-wal`).size;
    store.queue.forgetAttempts(ids);
    expect(statSync(`${file}-wal`).size).toBe(before);
    expect(failure(() => store.queue.countAttempt(ids[0] ?? '')).message).toContain('refused');
  });
});

/** From now on every update of this search's entry fails. */
function refuseUpdates(file: string, searchId = ''): void {
  inspect(file, (database) =>
    database.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON queue
      WHEN NEW.search_id = '${searchId}' BEGIN SELECT RAISE(ABORT, 'refused'); END`),
  );
}

describe('a search that is queued again', () => {
  test('keeps its place, goes on and counts anew', () => {
    const { store, ids, attempts } = openQueue();
    const [first = ''] = ids;
    store.queue.countAttempt(first);
    store.queue.setPaused(first, true);
    store.queue.add(first, undefined);
    expect(store.queue.list().map(({ searchId }) => searchId)).toEqual(ids);
    expect(store.queue.list()[0]).toMatchObject({ isPaused: false });
    expect(attempts()).toEqual([0, 0, 0]);
  });

  test('takes a new number of workers, and keeps the one it has where none is given', () => {
    const { store, ids } = openQueue();
    const [first = ''] = ids;
    const workers = () => store.queue.list()[0]?.workers;
    expect(workers()).toBeUndefined();
    store.queue.add(first, 3);
    expect(workers()).toBe(3);
    store.queue.add(first, undefined);
    expect(workers()).toBe(3);
    store.queue.add(first, 1);
    expect(workers()).toBe(1);
  });
});

test('an entry names the sweep of its search', () => {
  const { store } = openStore();
  const points = [{ ...sampleSearch(), values: [] }];
  const { id: sweepId } = store.sweeps.create('S', [], points);
  const alone = store.searches.create(sampleSearch()).id;
  const [member] = store.sweeps.members(sweepId);
  store.queue.add(alone, undefined);
  store.queue.add(member?.searchId ?? '', undefined);
  expect(store.queue.list().map((entry) => entry.sweepId)).toEqual([undefined, sweepId]);
  store.queue.remove(alone);
  expect(store.queue.list()).toHaveLength(1);
});
