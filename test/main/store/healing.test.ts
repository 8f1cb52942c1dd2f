import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { Store } from '../../../src/main/store/store.ts';
import { ENVIRONMENT, FINGERPRINT, key, sampleTraining } from './samples.ts';
import { failure, inspect, openStore, startedSearch } from './support.ts';

const IDENTITY = { training: 'a', pruning: 'b' };

const DAMAGES = {
  blob: "UPDATE blobs SET data = x'00' WHERE id = 1",
  settings:
    "UPDATE searches SET settings = json_set(settings, '$.training.batchSize', 61) WHERE id = @id",
  'unreadable settings': "UPDATE searches SET settings = '{}' WHERE id = @id",
  layout: "UPDATE searches SET parameters = '[]' WHERE id = @id",
  seed: 'UPDATE replicates SET seed = 8 WHERE search_id = @id AND replicate = 1',
  accuracy: 'UPDATE metrics SET test_accuracy = test_accuracy / 2 WHERE training_id = 1',
  'lost measurement': 'DELETE FROM metrics WHERE training_id = 1 AND iteration = 100',
  density: 'UPDATE trainings SET density = density / 2 WHERE id = 1',
  'swapped arrays':
    "UPDATE training_blobs SET blob_id = blob_id % 2 + 1 WHERE training_id = 1 AND role IN ('mask', 'initial-weights')",
  analysis: `UPDATE analysis_units SET result = json_set(result, '$.replicate', 1)`,
} as const;

function filled() {
  const { store, file } = openStore();
  const id = startedSearch(store);
  store.trainings.save(id, sampleTraining(key(), { identity: IDENTITY }));
  const analysis = store.analyses.request(id, { id: 'early-bird', levels: [0] }, 1);
  const result = { kind: 'early-bird', replicate: 0, iterations: Uint32Array.of(100), levels: [] };
  store.analyses.saveUnit(id, analysis.id, { unit: 'replicate 0', result, milliseconds: 1 });
  return { store, file, id };
}

function damage(file: string, sql: string, id: string): void {
  inspect(file, (database) => {
    const statement = database.prepare(sql);
    if (sql.includes('@id')) statement.run({ id });
    else statement.run();
  });
}

const messages = (store: Store) => store.integrityCheck();

describe.each(Object.entries(DAMAGES))('damage: %s', (_, sql) => {
  test('is found, healed from a backup only on request, and only once', () => {
    const { store, file, id } = filled();
    const backup = path.join(store.directory, 'backup.sqlite');
    store.backUp(backup);
    const before = store.trainings.list(id);
    damage(file, sql, id);
    const [first] = messages(store);
    expect(first).toContain('damaged');

    const tried = store.deepCheck([backup], false);
    expect(tried).toEqual([{ message: first, source: backup, isHealed: false }]);
    expect(messages(store)[0]).toBe(first);

    const healed = store.deepCheck([backup], true);
    expect(healed).toEqual([{ message: first, source: backup, isHealed: true }]);
    expect(messages(store)).toEqual([]);
    expect(store.trainings.list(id)).toEqual(before);
  });

  test('stays, and is said to stay, without a sound copy', () => {
    const { store, file, id } = filled();
    damage(file, sql, id);
    const damaged = path.join(store.directory, 'damaged.sqlite');
    store.backUp(damaged);
    const [first] = store.deepCheck([damaged, path.join(store.directory, 'none.sqlite')], true);
    expect(first).toMatchObject({ source: undefined, isHealed: false });
  });
});

test('measurements are healed from an equal training of another search', () => {
  const { store, file, id } = filled();
  const twin = startedSearch(store);
  const wanted = { key: key(), identity: IDENTITY, capturedIteration: undefined };
  store.donors.adopt(twin, wanted, store.donors.find(wanted)!, undefined);
  const before = store.trainings.list(id);
  damage(file, DAMAGES.accuracy, id);
  expect(store.deepCheck([], true)).toMatchObject([
    { source: `an equal training of the search ${twin}`, isHealed: true },
  ]);
  expect(store.trainings.list(id)).toEqual(before);
});

test('an added mask keeps the checksum true', () => {
  const { store } = openStore();
  const id = startedSearch(store);
  store.trainings.save(id, sampleTraining(key(), { nextMask: undefined }));
  store.trainings.addNextMask(id, key(), Uint8Array.of(1), { pruning: 'b' });
  expect(messages(store)).toEqual([]);
});

describe('a damaged training', () => {
  test('is not adopted; the same content, saved again, heals it', () => {
    const { store, file, id } = filled();
    const wanted = { key: key(), identity: IDENTITY, capturedIteration: undefined };
    expect(store.donors.find(wanted)?.searchId).toBe(id);
    inspect(file, (database) =>
      database.exec(`UPDATE blobs SET data = x'00' WHERE id IN
        (SELECT blob_id FROM training_blobs WHERE role = 'final-weights')`),
    );
    expect(store.donors.find(wanted)).toBeUndefined();
    const other = startedSearch(store);
    store.trainings.save(other, sampleTraining(key(), { identity: IDENTITY }));
    expect(store.trainings.weights(id, key()).finalWeights).toEqual(
      sampleTraining(key()).finalWeights,
    );
    expect(messages(store)).toEqual([]);
  });

  test('is not adopted if its measurements are damaged', () => {
    const { store, file, id } = filled();
    damage(file, DAMAGES.accuracy, id);
    const wanted = { key: key(), identity: IDENTITY, capturedIteration: undefined };
    expect(store.donors.find(wanted)).toBeUndefined();
  });
});

describe.each(
  Object.entries({ ...DAMAGES, 'lost training': 'DELETE FROM trainings WHERE id = 1' }),
)('damage: %s', (_, sql) => {
  test('is named by whatever reads it, and never read as another number', () => {
    const { store, file, id } = filled();
    const before = readings(store, id).map((read) => read());
    damage(file, sql, id);
    // Another process, which has read none of it yet.
    const later = Store.open(file);
    const outcomes = readings(later, id).map((read, place) => {
      try {
        expect(read()).toEqual(before[place]);
        return 'as before';
      } catch (error) {
        if (!(error instanceof WorkbenchError)) throw error;
        expect(['store-failed', 'not-found']).toContain(error.code);
        return 'refused';
      }
    });
    expect(outcomes).toContain('refused');
    later.close();
  });
});

/** Everything that is read of a search. */
function readings(store: Store, id: string): readonly (() => unknown)[] {
  return [
    () => store.searches.get(id),
    () => store.searches.settings(id),
    () => store.searches.layout(id),
    () => store.trainings.list(id),
    () => store.trainings.outcomes(id),
    () => store.trainings.get(id, key()),
    () => store.trainings.weights(id, key()),
    () => store.trainings.handover(id, key()),
    () => [...store.trainings.correctAtEarlyStop(id)],
    () => store.analyses.units(store.analyses.list(id)[0]?.id ?? 0),
  ];
}

test('damaged settings are not sealed anew when the search runs on or is extended', () => {
  const { store, file, id } = filled();
  damage(file, DAMAGES.settings, id);
  const start = () => store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  expect(failure(start).code).toBe('store-failed');
  expect(messages(store)[0]).toContain('damaged');
});

describe('a search with a damaged row', () => {
  test.each([
    ['settings', "settings = '{}'"],
    ['status', "status = 'later'"],
    ['error', `error = '"x"'`],
  ])('(%s) does not hide the others, and can be deleted', (column, change) => {
    const { store, file, id } = filled();
    const other = startedSearch(store);
    damage(file, `UPDATE searches SET ${change} WHERE id = @id`, id);
    expect(store.searches.list().map((search) => search.id)).toEqual([other]);
    expect(store.searches.damaged()).toMatchObject([
      { id, problem: expect.stringContaining(column) },
    ]);
    expect(store.history.many([id, other]).map((row) => row.id)).toEqual([id, other]);
    expect(failure(() => store.searches.get(id)).code).toBe('store-failed');
    expect(store.searches.identify(id.slice(0, -1)).id).toBe(id);
    store.searches.delete(id);
    expect(store.searches.damaged()).toEqual([]);
    expect(messages(store)).toEqual([]);
  });

  test('(what was added) does not hide the others', () => {
    const { store, file, id } = filled();
    const other = startedSearch(store);
    inspect(file, (database) => {
      database.pragma('ignore_check_constraints = ON');
      database
        .prepare("INSERT INTO search_extensions (search_id, at, added) VALUES (?, 1, '{')")
        .run(id);
    });
    expect(store.searches.list().map((search) => search.id)).toEqual([other]);
    expect(store.searches.damaged()).toMatchObject([{ id }]);
  });
});

test('the quick check reads no arrays', () => {
  const { store, file, id } = filled();
  damage(file, DAMAGES.blob, id);
  expect(store.quickCheck()).toEqual([]);
  inspect(file, (database) => database.exec('UPDATE searches SET trainings_done = 2'));
  expect(store.quickCheck()).toEqual([`the search ${id} records 2 trainings but has 1`]);
});
