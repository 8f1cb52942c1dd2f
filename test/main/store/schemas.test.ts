import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CALLS } from '../../../src/shared/contract/calls.ts';
import type { TrainingKey } from '../../../src/shared/domain/training.ts';
import { MIGRATIONS } from '../../../src/main/store/migrations/index.ts';
import { Store } from '../../../src/main/store/store.ts';
import { ENVIRONMENT, FINGERPRINT, key, sampleSearch, temporaryFile } from './samples.ts';
import { destroyPage, failure } from './support.ts';

/** Databases as earlier versions of the program left them: test/fixtures/store/write.ts. */
const fixtureOf = (version: number): string =>
  fileURLToPath(new URL(`../../fixtures/store/schema-${version}.sqlite.gz`, import.meta.url));

const EARLIER = MIGRATIONS.slice(0, -1).map((_, index) => index + 1);
const since = (version: number): number[] => EARLIER.filter((each) => each >= version);

function fixtureFile(version: number): string {
  const file = temporaryFile();
  writeFileSync(file, gunzipSync(readFileSync(fixtureOf(version))));
  return file;
}

/** A copy of the fixture, opened by this version, and its searches by name. */
function openOf(version: number) {
  const store = Store.open(fixtureFile(version));
  onTestFinished(() => store.close());
  const byName = new Map(store.searches.list().map((search) => [search.name, search]));
  const idOf = (name: string): string => {
    const search = byName.get(name);
    if (!search) throw new Error(`the fixture has no search ${name}`);
    return search.id;
  };
  return { store, byName, idOf };
}

test('every earlier schema has a fixture', () => {
  expect(EARLIER.filter((version) => !existsSync(fixtureOf(version)))).toEqual([]);
});

/**
 * What json_valid(NULL) is depends on the version of SQLite: 3.40 calls such rows damaged, 3.54 does
 * not. A check that holds for NULL in itself is the same in all.
 */
test('no check leaves NULL to the version of SQLite', () => {
  const file = temporaryFile();
  Store.open(file).close();
  const database = new Database(file, { readonly: true });
  const tables = database
    .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL")
    .pluck()
    .all();
  database.close();
  const checks = tables.flatMap((sql) => sql.match(/^.*CHECK \(.*json_valid\(.*$/gm) ?? []);
  expect(checks.length).toBeGreaterThan(10);
  expect(checks.filter((column) => !/NOT NULL CHECK|IS NULL OR json_valid/.test(column))).toEqual(
    [],
  );
});

describe.each(EARLIER)('a database of schema version %i', (version) => {
  test('is whole', () => {
    expect(openOf(version).store.integrityCheck()).toEqual([]);
  });

  test('has its searches, each in its state', () => {
    const { store, byName } = openOf(version);
    const states = [...byName].map(([name, { id, status }]) => [
      name,
      status,
      store.history.state(id),
    ]);
    expect(states.slice(-4)).toEqual([
      version === 1 ? ['waiting', 'interrupted', 'interrupted'] : ['waiting', 'queued', 'paused'],
      ['killed', 'interrupted', 'interrupted'],
      ['failed', 'failed', 'failed'],
      ['finished', 'finished', 'finished'],
    ]);
    expect(byName.get('finished')).toMatchObject({
      settings: { dataset: { id: 'mnist' }, pruning: { levels: 1 } },
      environment: ENVIRONMENT,
      datasetFingerprint: FINGERPRINT,
      trainingsDone: 3,
      trainingsTotal: 3,
    });
    expect(byName.get('failed')?.error).toEqual({
      code: 'training-diverged',
      message: 'the loss is NaN',
    });
  });

  test('has its trainings, measurements and arrays', () => {
    const { store, idOf } = openOf(version);
    const keys: TrainingKey[] = [key(0, 0), key(0, 1), key(0, 1, 'random-reinit')];
    const trainings = store.trainings.list(idOf('finished'));
    expect(trainings.map((training) => training.key)).toEqual(keys);
    expect(trainings[1]).toMatchObject({
      density: 5 / 6,
      keptCounts: [5],
      engine: 'dense',
      environment: ENVIRONMENT,
    });
    expect(trainings[1]?.evaluations[2]).toEqual({
      iteration: 200,
      validationLoss: 1,
      validationAccuracy: 0.5,
      testLoss: 1.5,
      testAccuracy: 0.8,
    });
    expect(store.trainings.weights(idOf('finished'), key(0, 1))).toEqual({
      mask: Uint8Array.of(0b111110),
      initialWeights: Float32Array.from({ length: 8 }, (_, index) => index / 10),
      finalWeights: Float32Array.from({ length: 8 }, (_, index) => 1 + index / 7),
    });
    expect(store.searches.layout(idOf('finished'))).toMatchObject({
      parameterCount: 8,
      prunableCount: 6,
    });
  });

  test('has the same results after what they need of its trainings was checked and sealed', () => {
    const { store, idOf } = openOf(version);
    const outcomes = (from: Store) => from.trainings.outcomes(idOf('finished'));
    const before = outcomes(store);
    expect(before[1]?.evaluations).toEqual(
      store.trainings.list(idOf('finished'))[1]?.evaluations.slice(2),
    );
    // Those before version 14 have no checksum that could be checked.
    const isSealed = MIGRATIONS.slice(0, version).some(
      ({ name }) => name === 'decisive-evaluations',
    );
    const { earlierTrainings } = store;
    expect(earlierTrainings.exist()).toBe(version >= 14 && !isSealed);
    earlierTrainings.seal(earlierTrainings.check(0, 10_000));
    expect(earlierTrainings.exist()).toBe(false);
    const later = Store.open(path.join(store.directory, 'workbench.sqlite'));
    expect(outcomes(later)).toEqual(before);
    expect(later.integrityCheck()).toEqual([]);
    later.close();
  });

  test('is shown in the history, and is found there', () => {
    const { store, idOf } = openOf(version);
    const query = CALLS['history.lines'].input.parse({
      filter: { text: 'fin glorot', archived: 'include' },
    });
    expect(store.history.lines(query).lines).toMatchObject([
      { row: { id: idOf('finished'), architecture: 'lenet-300-100', levels: 1, replicates: 1 } },
    ]);
  });

  test('is filtered by any setting, also of searches that were extended or in epochs', () => {
    const { store, byName } = openOf(version);
    const namesOf = (text: string) =>
      store.history
        .lines(CALLS['history.lines'].input.parse({ filter: { text, archived: 'include' } }))
        .lines.map(({ row }) => row.name);
    expect(namesOf('training.optimizer.learningRate=0.0012 name=finished')).toEqual(['finished']);
    expect(namesOf('training.optimizer.learningRate>0.0012')).toEqual([]);
    expect(namesOf('training.iterations=2ep')).toEqual(
      byName.has('in epochs') ? ['in epochs'] : [],
    );
    expect(namesOf('replicates.count=2')).toEqual(byName.has('extended') ? ['extended'] : []);
  });

  test('estimates from its trainings, and takes new ones', () => {
    const { store, byName, idOf } = openOf(version);
    const finished = byName.get('finished');
    if (!finished) throw new Error('the fixture has no finished search');
    const paces = store.trainings.paces(finished.settings, ENVIRONMENT.cpu);
    // Tickets are compared by their engine, which the settings of the first version don't name.
    expect(paces.map(({ millisecondsPerIteration }) => millisecondsPerIteration)).toEqual(
      version === 1 ? [] : [5, 5, 5],
    );

    const { id } = store.searches.create(sampleSearch());
    store.queue.add(id, 2);
    store.leases.acquire(id, 'me');
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    expect(store.history.state(id)).toBe('running');
    store.searches.delete(idOf('finished'));
    expect(store.integrityCheck()).toEqual([]);
  });
});

test.each(since(17))(
  'a database of schema version %i opens although a page of its measurements is destroyed',
  (version) => {
    const file = fixtureFile(version);
    destroyPage(file, 'metrics');
    const store = Store.open(file);
    onTestFinished(() => store.close());
    const finished = store.searches.list().find(({ name }) => name === 'finished')!;
    expect(failure(() => store.trainings.list(finished.id))).toMatchObject({
      code: 'store-failed',
      message: expect.stringContaining('SQLITE_CORRUPT') as string,
    });
    const { earlierTrainings } = store;
    expect(earlierTrainings.check(0, 10_000)).toEqual({ sound: [], damaged: [], last: undefined });
  },
);

test.each(since(2))('schema version %i kept what users say, and the queue', (version) => {
  const { store, idOf } = openOf(version);
  expect(store.history.get(idOf('finished'))).toMatchObject({
    tags: ['good'],
    note: 'a remark',
    verdict: { kind: 'winning', level: 1, density: 5 / 6, reason: 'it is as good' },
    denseAccuracy: 0.8,
    sparkline: Float32Array.of(0.8, 0.8),
  });
  expect(store.history.get(idOf('failed')).isArchived).toBe(true);
  expect(store.log.list(idOf('finished'), 10)).toEqual([
    { at: 1, severity: 'warning', message: 'a layer is thin' },
  ]);
  expect(store.preferences.all()).toEqual({ theme: 'dark' });
  expect(store.queue.list()).toEqual([
    { searchId: idOf('waiting'), sweepId: undefined, isPaused: true, workers: 2 },
  ]);
});

test.each(since(3))('schema version %i kept engines and calibrations', (version) => {
  const { store, idOf } = openOf(version);
  expect([...store.engines.ofSearch(idOf('finished'))]).toEqual([
    [0, 'dense'],
    [1, 'sparse'],
  ]);
  expect(store.calibrations.find('a key')).toEqual({ dense: 2.5, sparse: 1.5 });
});

test.each(since(4))('schema version %i kept analyses', (version) => {
  const { store, idOf } = openOf(version);
  const [analysis] = store.analyses.list(idOf('finished'));
  expect(analysis).toMatchObject({
    choice: { id: 'early-bird', levels: [1] },
    unitsDone: 1,
    unitsTotal: 1,
    isWanted: true,
  });
  expect(store.analyses.units(analysis?.id ?? 0)).toMatchObject([
    { unit: 'replicate 0', result: { levels: [{ distances: Float64Array.of(0, Number.NaN) }] } },
  ]);
});

test.each(since(5))('schema version %i kept sweeps and what they share', (version) => {
  const { store, idOf } = openOf(version);
  const [sweep] = store.sweeps.summaries();
  expect(sweep).toMatchObject({
    name: 'a sweep',
    axes: [{ path: 'training.batchSize', values: [60, 120] }],
    points: 2,
    trainingsDone: 1,
  });
  const members = store.sweeps.members(sweep?.id ?? '');
  expect(members).toEqual([
    { searchId: idOf('swept 60'), values: [{ path: 'training.batchSize', value: 60 }] },
    { searchId: idOf('swept 120'), values: [{ path: 'training.batchSize', value: 120 }] },
  ]);
  const adopted = store.trainings.get(idOf('swept 60'), key());
  expect(adopted).toMatchObject({ adoptedFrom: idOf('finished'), density: 1 });
});

test.each(since(6))('schema version %i kept the targets of transfers', (version) => {
  const { store, byName, idOf } = openOf(version);
  const branch = 'transfer-fashion-mnist';
  expect(byName.get('transferred')?.targetFingerprints).toEqual({ [branch]: '1'.repeat(64) });
  expect(store.searches.layout(idOf('transferred'), branch).parameterCount).toBe(8);
});

test.each(since(7))('schema version %i kept epochs as they were written', (version) => {
  const { byName } = openOf(version);
  expect(byName.get('in epochs')).toMatchObject({
    written: { training: { iterations: '2ep' } },
    settings: { training: { iterations: 200 } },
  });
});

test.each(since(12))('schema version %i kept what was added to searches', (version) => {
  const { byName } = openOf(version);
  expect(byName.get('extended')).toMatchObject({
    status: 'interrupted',
    trainingsTotal: 6,
    extensions: [{ replicates: { from: 1, to: 2 } }],
  });
});

test.each(since(19))('schema version %i kept the sizes of effects', (version) => {
  const { store, idOf } = openOf(version);
  expect(store.history.get(idOf('finished')).effect).toMatchObject({
    accuracy: { mean: 0, lower: -0.01, upper: 0.01 },
    earlyStop: 200,
  });
});
