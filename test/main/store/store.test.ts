import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LEASE_MILLISECONDS, type Liveness } from '../../../src/main/store/liveness.ts';
import { settingsHash } from '../../../src/main/store/settings-hash.ts';
import { Store } from '../../../src/main/store/store.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { plannedTrainings } from '../../../src/shared/domain/plan.ts';
import {
  denseLayout,
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleSearch,
  sampleTraining,
  temporaryFile,
  TINY_LAYOUT,
} from './samples.ts';

const MOMENT = Date.UTC(2025, 2, 14, 15, 30, 45);

/** A store whose clock stands still until the test moves it. */
function openStore(file = temporaryFile(), options: Partial<Liveness> = {}) {
  const clock = { now: MOMENT };
  const store = Store.open(file, { now: () => clock.now, ...options });
  onTestFinished(() => store.close());
  return { store, clock, file };
}

function startedSearch(store: Store, search = sampleSearch()) {
  const { id } = store.createSearch(search);
  store.startSearch(id, ENVIRONMENT, FINGERPRINT);
  return id;
}

/** Looks into the file past the store. */
function inspect<Result>(file: string, work: (database: Database.Database) => Result): Result {
  const database = new Database(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const TRANSFER = 'transfer-fashion-mnist';
const TARGET_LAYOUT = denseLayout(5, 4, 7);

/** With a transfer whose network has another output layer. */
function transferSearch() {
  const branches = [{ id: 'transfer', dataset: { id: 'fashion-mnist', validation: 5000 } }];
  return {
    ...sampleSearch({ branches }),
    targetLayouts: new Map([[TRANSFER, TARGET_LAYOUT]]),
  };
}

function countRows(file: string, table: string): number {
  return inspect(file, (database) =>
    database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!,
  );
}

function encodingsOf(file: string, role: string): string[] {
  return inspect(file, (database) =>
    database
      .prepare<[string], string>(
        `SELECT encoding FROM blobs JOIN training_blobs ON blob_id = blobs.id WHERE role = ?`,
      )
      .pluck()
      .all(role),
  );
}

function failure(work: () => unknown): WorkbenchError {
  try {
    work();
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a search', () => {
  test('is read back as it was created', () => {
    const { store } = openStore();
    const search = sampleSearch({ branches: ['random-reinit', 'shuffled-mask'] });
    const created = store.createSearch(search);
    expect(created).toMatchObject({
      name: 'A sample',
      status: 'queued',
      settings: search.settings,
      settingsVersion: 1,
      createdAt: MOMENT,
      finishedAt: undefined,
      trainingsDone: 0,
      trainingsTotal: 14,
      error: undefined,
    });
    expect(created.id).toMatch(/^20250314-153045-/);
    expect(created.settingsHash).toMatch(/^[0-9a-f]{64}$/);
    expect(store.getSearch(created.id)).toEqual(created);
    expect(store.layout(created.id)).toEqual(TINY_LAYOUT);
  });

  test('keeps epochs as they were written, beside what they come to', () => {
    const { store, file } = openStore();
    const { settings, ...search } = sampleSearch();
    const written = { ...settings, training: { ...settings.training, iterations: '2ep' as const } };
    const inEpochs = store.createSearch({ ...search, settings, written });
    const inIterations = store.createSearch({ ...search, settings });
    expect(store.getSearch(inEpochs.id)).toMatchObject({ settings, written });
    expect(inEpochs.settingsHash).toBe(settingsHash(written));
    expect(inIterations.settingsHash).toBe(settingsHash(settings));
    const resolved = inspect(file, (database) =>
      database.prepare('SELECT resolved IS NULL FROM searches ORDER BY rowid').pluck().all(),
    );
    expect(resolved).toEqual([0, 1]);
  });

  test('is there after the database was closed and opened again', () => {
    const file = temporaryFile();
    const first = Store.open(file);
    const created = first.createSearch(sampleSearch());
    first.close();
    expect(openStore(file).store.getSearch(created.id)).toEqual(created);
  });

  test('knows the replicates with their seed', () => {
    const { store, file } = openStore();
    const { id } = store.createSearch(sampleSearch({ replicates: { count: 3, seed: 99 } }));
    const rows = inspect(file, (database) => database.prepare('SELECT * FROM replicates').all());
    expect(rows).toEqual([0, 1, 2].map((replicate) => ({ search_id: id, replicate, seed: 99 })));
  });

  test('goes from queued to running to finished', () => {
    const { store, clock } = openStore();
    const id = startedSearch(store);
    store.acquireLease(id, 'me');
    expect(store.getSearch(id)).toMatchObject({
      status: 'running',
      environment: ENVIRONMENT,
      datasetFingerprint: FINGERPRINT,
    });
    clock.now += 5000;
    store.setStatus(id, 'finished');
    expect(store.getSearch(id)).toMatchObject({ status: 'finished', finishedAt: MOMENT + 5000 });
  });

  test('keeps why it failed until it is started again', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const error = { code: 'training-diverged', message: 'the loss is NaN', hint: 'less' } as const;
    store.setStatus(id, 'failed', error);
    expect(store.getSearch(id)).toMatchObject({ status: 'failed', error, finishedAt: MOMENT });
    store.startSearch(id, ENVIRONMENT, FINGERPRINT);
    expect(store.getSearch(id)).toMatchObject({ error: undefined, finishedAt: undefined });
  });

  test('without a living owner is interrupted, not running', () => {
    const living = new Set([process.pid]);
    const { store, clock } = openStore(undefined, { isProcessAlive: (id) => living.has(id) });
    const id = startedSearch(store);
    expect(store.getSearch(id).status).toBe('interrupted');

    store.acquireLease(id, 'me');
    expect(store.getSearch(id).status).toBe('running');
    expect(store.listSearches({ status: 'running' })).toHaveLength(1);
    expect(store.listSearches({ status: 'interrupted' })).toHaveLength(0);

    living.clear(); // Killed: it had no time to say so.
    expect(store.getSearch(id).status).toBe('interrupted');
    expect(store.listSearches({ status: 'running' })).toHaveLength(0);
    expect(store.listSearches({ status: 'interrupted' })).toHaveLength(1);

    living.add(process.pid); // Hanging: it is there, but silent.
    clock.now += LEASE_MILLISECONDS;
    expect(store.getSearch(id).status).toBe('interrupted');
  });

  test('is not continued on other data', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const error = failure(() => {
      store.startSearch(id, ENVIRONMENT, '0'.repeat(64));
    });
    expect(error.code).toBe('conflict');
    expect(error.message).toContain(`expected ${FINGERPRINT}`);
  });

  test('is not continued on other data of a transfer', () => {
    const { store } = openStore();
    const { id } = store.createSearch(transferSearch());
    expect(store.getSearch(id).targetFingerprints).toBeUndefined();
    const start = (fingerprint: string) => {
      store.startSearch(id, ENVIRONMENT, FINGERPRINT, new Map([[TRANSFER, fingerprint]]));
    };
    start('1'.repeat(64));
    start('1'.repeat(64));
    expect(store.getSearch(id).targetFingerprints).toEqual({ [TRANSFER]: '1'.repeat(64) });
    const error = failure(() => {
      start('2'.repeat(64));
    });
    expect(error.code).toBe('conflict');
    expect(error.message).toContain(`the dataset of ${TRANSFER} of the search ${id} has changed`);
    expect(error.message).toContain(`expected ${'1'.repeat(64)}`);
  });

  test.each(['setStatus', 'startSearch', 'layout', 'acquireLease', 'deleteSearch'] as const)(
    'that is not there is named by %s',
    (method) => {
      const { store } = openStore();
      const error = failure(() => {
        if (method === 'setStatus') store.setStatus('nowhere', 'finished');
        else if (method === 'startSearch') store.startSearch('nowhere', ENVIRONMENT, FINGERPRINT);
        else if (method === 'acquireLease') store.acquireLease('nowhere', 'me');
        else store[method]('nowhere');
      });
      expect(error).toMatchObject({ code: 'not-found', message: 'there is no search "nowhere"' });
    },
  );
});

describe('searches are found', () => {
  test('by their id, its beginning, in any case', () => {
    const { store, clock } = openStore();
    const { id } = store.createSearch(sampleSearch());
    clock.now += 86_400_000;
    store.createSearch(sampleSearch());
    for (const begin of [id, id.slice(0, 10), ` ${id.toUpperCase()}\n`, '20250314']) {
      expect(store.getSearch(begin).id).toBe(id);
    }
  });

  test('by a beginning that is theirs alone', () => {
    const { store } = openStore();
    const ids = Array.from({ length: 7 }, () => store.createSearch(sampleSearch()).id).toSorted();
    const error = failure(() => store.getSearch('20250314'));
    expect(error.code).toBe('not-found');
    expect(error.message).toBe(
      `several searches begin with "20250314": ${ids.slice(0, 5).join(', ')} and more`,
    );
    expect(error.hint).toBe('Write more of the id.');
  });

  test.each(['2024', 'k7qm', '%', '_0250314', '20250314-153045-zzzzz'])(
    'never by what no id begins with, such as "%s"',
    (begin) => {
      const { store } = openStore();
      store.createSearch(sampleSearch());
      const error = failure(() => store.getSearch(begin));
      expect(error.code).toBe('not-found');
      expect(error.message).toBe(`there is no search "${begin}"`);
      expect(error.hint).toContain('ticket runs');
    },
  );

  test('never by nothing', () => {
    const { store } = openStore();
    store.createSearch(sampleSearch());
    expect(failure(() => store.getSearch('  ')).message).toBe('no id of a search was given');
  });
});

describe('the list', () => {
  function filledStore() {
    const { store, clock } = openStore();
    const names = ['First', 'Zweite Größe', 'third', '100% of it', 'fifth'];
    const ids = names.map((name) => {
      clock.now += 1000;
      return store.createSearch({ ...sampleSearch(), name }).id;
    });
    store.setStatus(ids[1]!, 'finished');
    store.setStatus(ids[3]!, 'finished');
    const listed = (filter: Parameters<Store['listSearches']>[0]) =>
      store.listSearches(filter).map(({ name }) => name);
    return { store, listed };
  }

  test('begins with the newest', () => {
    const { listed } = filledStore();
    expect(listed({})).toEqual(['fifth', '100% of it', 'third', 'Zweite Größe', 'First']);
  });

  test('comes in pages', () => {
    const { listed } = filledStore();
    expect(listed({ limit: 2 })).toEqual(['fifth', '100% of it']);
    expect(listed({ limit: 2, offset: 2 })).toEqual(['third', 'Zweite Größe']);
    expect(listed({ offset: 4 })).toEqual(['First']);
    expect(listed({ offset: 5 })).toEqual([]);
  });

  test('is filtered by status', () => {
    const { listed } = filledStore();
    expect(listed({ status: 'finished' })).toEqual(['100% of it', 'Zweite Größe']);
    expect(listed({ status: 'queued', limit: 1 })).toEqual(['fifth']);
    expect(listed({ status: 'failed' })).toEqual([]);
  });

  test('is filtered by words, in any case and order, taken literally', () => {
    const { listed } = filledStore();
    expect(listed({ text: 'GRÖße' })).toEqual(['Zweite Größe']);
    expect(listed({ text: 'größe zwei' })).toEqual(['Zweite Größe']);
    expect(listed({ text: '%' })).toEqual(['100% of it']);
    expect(listed({ text: 'LeNet mnist', limit: 1 })).toEqual(['fifth']);
    expect(listed({ text: '20250314', status: 'finished', offset: 1 })).toEqual(['Zweite Größe']);
    expect(listed({ text: "'; DROP TABLE searches; --" })).toEqual([]);
  });

  test('is read through an index, without sorting', () => {
    const { store, file } = openStore();
    const prepare = vi.spyOn(Database.prototype, 'prepare');
    store.listSearches({ limit: 50 });
    const sql = prepare.mock.calls.at(-1)![0];
    prepare.mockRestore();
    const plan = inspect(file, (database) => {
      database.function('lease_is_live', { varargs: true }, () => 0);
      return database
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(50, 0)
        .map(({ detail }) => detail);
    });
    expect(plan).toContain('SCAN searches USING INDEX searches_by_age');
    expect(plan.filter((detail) => /TEMP B-TREE|SCAN (?!searches)/.test(detail))).toEqual([]);
  });
});

describe('a training', () => {
  test('is read back as it was saved, to the last bit', () => {
    const { store, clock } = openStore();
    const id = startedSearch(store);
    const dense = sampleTraining(key(0, 0), {
      rewindPoint: Float32Array.from({ length: TINY_LAYOUT.parameterCount }, (_, i) => i / 7),
    });
    const control = sampleTraining(key(0, 1, 'random-reinit'));
    clock.now += 1000;
    store.saveTraining(id, control);
    store.saveTraining(id, dense);

    const [first, second] = store.trainings(id);
    expect(first).toEqual({
      key: dense.key,
      density: dense.density,
      evaluations: dense.evaluations,
      keptCounts: dense.keptCounts,
      engine: 'dense',
      trainingMilliseconds: 1234.5,
      evaluationMilliseconds: 67.25,
      finishedAt: MOMENT + 1000,
      environment: ENVIRONMENT,
    });
    expect(second!.key).toEqual(control.key);
    expect(store.loadWeights(id, dense.key)).toEqual({
      mask: dense.mask,
      initialWeights: dense.initialWeights,
      finalWeights: dense.finalWeights,
    });
    expect(store.loadMask(id, control.key)).toEqual(control.mask);
    expect(store.loadHandover(id, dense.key)).toEqual({
      nextMask: dense.nextMask,
      rewindPoint: dense.rewindPoint,
    });
    expect(store.loadHandover(id, control.key)).toEqual({
      nextMask: undefined,
      rewindPoint: undefined,
    });
  });

  test('keeps every bit pattern of its weights', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const training = sampleTraining(key());
    training.finalWeights.set([-0, 1e-45, -Infinity, NaN, 3.4028234663852886e38, 0.1]);
    store.saveTraining(id, training);
    const bits = (weights: Float32Array) => Buffer.from(weights.buffer, 0, weights.byteLength);
    const loaded = store.loadWeights(id, key()).finalWeights;
    expect(bits(loaded).equals(bits(training.finalWeights))).toBe(true);
  });

  test('may be a view of larger memory', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const { initialWeights, ...rest } = sampleTraining(key());
    const memory = new Float32Array(initialWeights.length + 20).fill(9);
    memory.set(initialWeights, 5);
    const view = memory.subarray(5, 5 + initialWeights.length);
    store.saveTraining(id, { ...rest, initialWeights: view });
    expect(store.loadWeights(id, key()).initialWeights).toEqual(initialWeights);
  });

  test('is counted', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.saveTraining(id, sampleTraining(key(0, 0)));
    store.saveTraining(id, sampleTraining(key(1, 0)));
    expect(store.getSearch(id).trainingsDone).toBe(2);
    expect(store.finishedTrainings(id)).toEqual([key(0, 0), key(1, 0)]);
  });

  test('is listed by replicate and level, the ticket before its controls', () => {
    const { store } = openStore();
    const search = sampleSearch({ branches: ['a-control', 'zzz-control'] });
    const id = startedSearch(store, search);
    const planned = plannedTrainings(search.settings);
    for (const trainingKey of planned.toReversed()) {
      store.saveTraining(id, sampleTraining(trainingKey));
    }
    expect(store.finishedTrainings(id)).toEqual(planned);
    expect(store.trainings(id).map((training) => training.key)).toEqual(planned);
  });

  test('belongs to the session that trained it', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.saveTraining(id, sampleTraining(key(0, 0)));
    const elsewhere = { ...ENVIRONMENT, tensorflow: '2.22.0' };
    store.startSearch(id, elsewhere, FINGERPRINT);
    store.saveTraining(id, sampleTraining(key(1, 0)));
    expect(store.trainings(id).map(({ environment }) => environment)).toEqual([
      ENVIRONMENT,
      elsewhere,
    ]);
    expect(store.getSearch(id).environment).toEqual(elsewhere);
  });

  test('saved again with the same results changes nothing', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.saveTraining(id, sampleTraining(key()));
    const before = store.trainings(id);
    store.saveTraining(id, sampleTraining(key(), { trainingMilliseconds: 999 }));
    expect(store.trainings(id)).toEqual(before);
    expect(store.getSearch(id).trainingsDone).toBe(1);
    expect(store.integrityCheck()).toEqual([]);
  });

  test.each([
    ['another engine', { engine: 'sparse' }],
    ['other measurements', { evaluations: sampleTraining(key(1, 0)).evaluations }],
    ['fewer measurements', { evaluations: sampleTraining(key()).evaluations.slice(0, 2) }],
    ['other weights', { finalWeights: sampleTraining(key(1, 0)).finalWeights }],
    ['another next mask', { nextMask: sampleTraining(key()).mask }],
    ['no next mask', { nextMask: undefined }],
  ])('saved again with %s is a conflict', (_what, changes) => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.saveTraining(id, sampleTraining(key()));
    const before = store.trainings(id);
    const error = failure(() => {
      store.saveTraining(id, sampleTraining(key(), changes));
    });
    expect(error.code).toBe('conflict');
    expect(error.message).toContain('replicate 1, level 0, ticket');
    expect(store.trainings(id)).toEqual(before);
    expect(store.integrityCheck()).toEqual([]);
  });

  const evaluations = sampleTraining(key()).evaluations;
  test.each([
    ['it is not part of the search', key(2, 0), {}],
    ['it is not part of the search', key(0, 3), {}],
    ['it is not part of the search', key(0, 1, 'shuffled-mask'), {}],
    ['the packed mask has 3 entries, expected 4', key(), { mask: new Uint8Array(3) }],
    ['the final weights has 4 entries, expected 39', key(), { finalWeights: new Float32Array(4) }],
    ['the kept counts has 1 entries, expected 2', key(), { keptCounts: [32] }],
    ['31 weights are said to be kept, its mask keeps 32', key(), { keptCounts: [19, 12] }],
    ['it has no evaluations', key(), { evaluations: [] }],
    [
      'iteration 0 is evaluated after 200',
      key(),
      { evaluations: [...evaluations, evaluations[0]!] },
    ],
    [
      'testLoss is NaN at iteration 0',
      key(),
      { evaluations: [{ ...evaluations[0]!, testLoss: NaN }] },
    ],
  ])('is refused where %s', (problem, trainingKey, changes) => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    const error = failure(() => {
      store.saveTraining(id, sampleTraining(trainingKey, changes));
    });
    expect(error.code).toBe('invalid-data');
    expect(error.message).toContain(problem);
    expect(countRows(file, 'trainings')).toBe(0);
    expect(countRows(file, 'blobs')).toBe(0);
  });

  test('of a transfer has the network of its target', () => {
    const { store } = openStore();
    const { id } = store.createSearch(transferSearch());
    store.startSearch(id, ENVIRONMENT, FINGERPRINT);
    expect(store.layout(id, TRANSFER)).toEqual(TARGET_LAYOUT);
    expect(store.layout(id, 'random-reinit')).toEqual(TINY_LAYOUT);
    expect(store.layout(id)).toEqual(TINY_LAYOUT);

    const transferred = key(0, 1, TRANSFER);
    const error = failure(() => {
      store.saveTraining(id, sampleTraining(transferred));
    });
    expect(error.message).toContain('the packed mask has 4 entries, expected 6');
    const training = sampleTraining(transferred, {}, TARGET_LAYOUT);
    store.saveTraining(id, training);
    expect(store.loadWeights(id, transferred)).toMatchObject({
      mask: training.mask,
      finalWeights: training.finalWeights,
    });
    // What it takes says nothing of how long the search's own trainings take.
    expect(store.paces(store.getSearch(id).settings, ENVIRONMENT.cpu)).toEqual([]);
    store.saveTraining(id, sampleTraining(key()));
    expect(store.paces(store.getSearch(id).settings, ENVIRONMENT.cpu)).toHaveLength(1);
  });

  test('that has not finished has no weights', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const error = failure(() => store.loadWeights(id, key(0, 1, 'random-reinit')));
    expect(error.code).toBe('not-found');
    expect(error.message).toContain('no finished training replicate 1, level 1, random-reinit');
  });

  test('leaves nothing behind where the disk refuses in the middle', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.saveTraining(id, sampleTraining(key(0, 0)));
    inspect(file, (database) =>
      database.exec(`CREATE TRIGGER refuse BEFORE INSERT ON training_blobs
        WHEN NEW.role = 'final-weights' BEGIN SELECT RAISE(ABORT, 'refused'); END`),
    );
    const error = failure(() => {
      store.saveTraining(id, sampleTraining(key(1, 0)));
    });
    expect(error.code).toBe('store-failed');
    expect(error.message).toContain("the training can't be saved");
    expect(store.finishedTrainings(id)).toEqual([key(0, 0)]);
    expect(store.getSearch(id).trainingsDone).toBe(1);
    inspect(file, (database) => database.exec('DROP TRIGGER refuse'));
    expect(store.integrityCheck()).toEqual([]);
  });
});

describe('blobs', () => {
  test('are kept once however often they are saved', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    for (const level of [0, 1, 2]) store.saveTraining(id, sampleTraining(key(0, level)));
    // Initial weights are shared, and a level's next mask is the mask of the next level: one set of
    // initial weights, three of final weights, four masks.
    expect(countRows(file, 'training_blobs')).toBe(3 * 4);
    expect(countRows(file, 'blobs')).toBe(1 + 3 + 4);
  });

  test('of weights that are mostly zero are small', () => {
    const { store, file } = openStore();
    const layout = denseLayout(200, 100, 10);
    const search = sampleSearch(undefined, layout);
    const id = startedSearch(store, { ...search, settings: search.settings });
    store.saveTraining(id, sampleTraining(key(0, 0), {}, layout));
    const sparse = sampleTraining(key(0, 1), {}, layout);
    sparse.finalWeights.fill(0, 500);
    store.saveTraining(id, sparse);
    const shares = inspect(file, (database) =>
      database
        .prepare<[], number>(
          `SELECT length(data) * 1.0 / raw_size FROM blobs JOIN training_blobs ON blob_id = blobs.id
           WHERE role = 'final-weights' ORDER BY training_id`,
        )
        .pluck()
        .all(),
    );
    expect(shares[0]).toBeLessThan(0.97);
    expect(shares[1]).toBeLessThan(0.05);
  });

  test('of pruned weights come back bit by bit, minus zero and NaN among them', () => {
    const { store, file } = openStore();
    const layout = denseLayout(37, 11, 3);
    const search = sampleSearch(undefined, layout);
    const id = startedSearch(store, { ...search, settings: search.settings });
    const training = sampleTraining(key(0, 1), {}, layout);
    const bits = new Uint32Array(training.finalWeights.buffer).fill(0, 40, 300);
    bits[7] = 0x80000000;
    bits[40] = 0x7fc00001;
    bits[41] = 1;
    store.saveTraining(id, training);
    const { finalWeights } = store.loadWeights(id, key(0, 1));
    expect(new Uint32Array(finalWeights.buffer)).toEqual(bits);
    expect(encodingsOf(file, 'final-weights')).toEqual(['zstd-survivors']);
    expect(encodingsOf(file, 'initial-weights')).toEqual(['zstd']);
  });

  test('that come again are told from those that have changed since', () => {
    const { store } = openStore();
    const layout = denseLayout(200, 100, 10);
    const search = sampleSearch(undefined, layout);
    const id = startedSearch(store, { ...search, settings: search.settings });
    for (const level of [0, 1]) store.saveTraining(id, sampleTraining(key(0, level), {}, layout));
    const changed = sampleTraining(key(0, 2), {}, layout);
    changed.initialWeights[20_000] = 1;
    store.saveTraining(id, changed);
    for (const level of [0, 1]) {
      expect(store.loadWeights(id, key(0, level)).initialWeights[20_000]).not.toBe(1);
    }
    expect(store.loadWeights(id, key(0, 2)).initialWeights).toEqual(changed.initialWeights);
  });

  const damages = [
    ['a flipped bit', 'UPDATE blobs SET data = @flipped WHERE id = @id'],
    ['nothing', "UPDATE blobs SET data = x'' WHERE id = @id"],
    ['half of it', 'UPDATE blobs SET data = substr(data, 1, length(data) / 2) WHERE id = @id'],
    [
      'other bytes',
      'UPDATE blobs SET data = (SELECT data FROM blobs WHERE id <> @id) WHERE id = @id',
    ],
    ['an encoding of later', "UPDATE blobs SET encoding = 'later' WHERE id = @id"],
    ['a smaller size', 'UPDATE blobs SET raw_size = 1 WHERE id = @id'],
  ] as const;
  const stored = [
    [0, 'zstd'],
    [2, 'zstd-survivors'],
  ] as const;
  const cases = damages.flatMap(([what, damage]) =>
    stored.map(([level, encoding]) => ({ what, damage, level, encoding })),
  );
  test.each(cases)('in $encoding that come back as $what are an error', (each) => {
    const { damage, level, encoding } = each;
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.saveTraining(id, sampleTraining(key(0, level)));
    expect(encodingsOf(file, 'final-weights')).toEqual([encoding]);
    const name = inspect(file, (database) => {
      const blob = database
        .prepare<[], { id: number; sha256: Buffer; data: Buffer }>(
          `SELECT id, sha256, data FROM blobs
           JOIN training_blobs ON blob_id = id WHERE role = 'final-weights'`,
        )
        .get()!;
      const flipped = Buffer.from(blob.data);
      flipped[flipped.length >> 1]! ^= 4;
      database.prepare(damage).run({ id: blob.id, flipped });
      return blob.sha256.toString('hex');
    });

    const error = failure(() => store.loadWeights(id, key(0, level)));
    expect(error.code).toBe('store-failed');
    expect(error.message).toBe(
      `the final weights of replicate 1, level ${level}, ticket of the search ${id} can't be read: blob ${name} is damaged`,
    );
    expect(store.integrityCheck()).toEqual([
      `blob ${name} is damaged: final-weights in the search ${id}`,
    ]);
    // What does not need it can still be read.
    expect(store.loadMask(id, key(0, level))).toEqual(sampleTraining(key(0, level)).mask);
    expect(store.trainings(id)).toHaveLength(1);
  });
});

describe('a deleted search', () => {
  test('takes everything with it that no other search shares', () => {
    const { store, file } = openStore();
    const [kept, deleted] = [startedSearch(store), startedSearch(store)];
    const onlyInDeleted = sampleTraining(key(1, 0));
    store.saveTraining(kept, sampleTraining(key(0, 0)));
    store.saveTraining(deleted, sampleTraining(key(0, 0)));
    store.saveTraining(deleted, onlyInDeleted);
    const blobsBefore = countRows(file, 'blobs');

    store.deleteSearch(deleted);
    expect(store.listSearches().map(({ id }) => id)).toEqual([kept]);
    expect(store.loadWeights(kept, key()).finalWeights).toEqual(sampleTraining(key()).finalWeights);
    // Its initial and final weights and its next mask; the mask of level 0 is everybody's.
    expect(countRows(file, 'blobs')).toBe(blobsBefore - 3);
    expect(store.integrityCheck()).toEqual([]);

    store.deleteSearch(kept);
    for (const table of ['searches', 'replicates', 'sessions', 'trainings', 'metrics', 'blobs']) {
      expect([table, countRows(file, table)]).toEqual([table, 0]);
    }
  });

  test('gives its space back to the disk', () => {
    const file = temporaryFile();
    const store = Store.open(file);
    const layout = denseLayout(300, 200, 10);
    const id = startedSearch(store, sampleSearch(undefined, layout));
    for (const level of [0, 1, 2])
      store.saveTraining(id, sampleTraining(key(0, level), {}, layout));
    store.deleteSearch(id);
    store.close();
    expect(statSync(file).size).toBeLessThan(layout.parameterCount * 4);
  });

  test('must not be running', () => {
    const { store, clock } = openStore();
    const id = startedSearch(store);
    store.acquireLease(id, 'me');
    const error = failure(() => {
      store.deleteSearch(id);
    });
    expect(error.code).toBe('conflict');
    expect(error.message).toContain(`the search ${id} is run by another process`);
    clock.now += LEASE_MILLISECONDS;
    store.deleteSearch(id);
    expect(store.listSearches()).toEqual([]);
  });

  test('refuses trainings that come too late', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.deleteSearch(id);
    const error = failure(() => {
      store.saveTraining(id, sampleTraining(key()));
    });
    expect(error.code).toBe('not-found');
    expect(countRows(file, 'blobs')).toBe(0);
  });

  test('is named in full by who deletes it', () => {
    const { store } = openStore();
    const { id } = store.createSearch(sampleSearch());
    expect(failure(() => store.deleteSearch(id.slice(0, -1))).code).toBe('not-found');
    expect(store.listSearches()).toHaveLength(1);
  });
});

describe('the integrity check', () => {
  test('finds nothing in a healthy database', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    store.saveTraining(id, sampleTraining(key()));
    expect(store.integrityCheck()).toEqual([]);
  });

  test('finds references to nothing and wrong counts', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.saveTraining(id, sampleTraining(key()));
    inspect(file, (database) => {
      database.pragma('foreign_keys = OFF');
      database.exec('DELETE FROM blobs WHERE id = 1; UPDATE searches SET trainings_done = 5');
    });
    expect(store.integrityCheck()).toEqual([
      'a row of training_blobs refers to nothing in blobs',
      `the search ${id} tells of 5 trainings and has 1`,
    ]);
  });
});
