import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LEASE_MILLISECONDS } from '../../../src/main/store/liveness.ts';
import { settingsHash } from '../../../src/main/store/settings-hash.ts';
import { Store } from '../../../src/main/store/store.ts';
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
import { countRows, failure, inspect, MOMENT, openStore, startedSearch } from './support.ts';

describe('a search', () => {
  test('is read back as it was created', () => {
    const { store } = openStore();
    const search = sampleSearch({ branches: ['random-reinit', 'shuffled-mask'] });
    const created = store.searches.create(search);
    expect(created).toMatchObject({
      name: 'A sample',
      // Nobody runs it yet, and it is in no queue.
      status: 'interrupted',
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
    expect(store.searches.get(created.id)).toEqual(created);
    expect(store.searches.layout(created.id)).toEqual(TINY_LAYOUT);
  });

  test('keeps epochs as they were written, beside what they come to', () => {
    const { store, file } = openStore();
    const { settings, ...search } = sampleSearch();
    const written = { ...settings, training: { ...settings.training, iterations: '2ep' as const } };
    const inEpochs = store.searches.create({ ...search, settings, written });
    const inIterations = store.searches.create({ ...search, settings });
    expect(store.searches.get(inEpochs.id)).toMatchObject({ settings, written });
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
    const created = first.searches.create(sampleSearch());
    first.close();
    expect(openStore(file).store.searches.get(created.id)).toEqual(created);
  });

  test('knows the replicates with their seed', () => {
    const { store, file } = openStore();
    const { id } = store.searches.create(sampleSearch({ replicates: { count: 3, seed: 99 } }));
    const rows = inspect(file, (database) => database.prepare('SELECT * FROM replicates').all());
    expect(rows).toEqual([0, 1, 2].map((replicate) => ({ search_id: id, replicate, seed: 99 })));
  });

  test('goes from queued to running to finished', () => {
    const { store, clock } = openStore();
    const id = startedSearch(store);
    store.leases.acquire(id, 'me');
    expect(store.searches.get(id)).toMatchObject({
      status: 'running',
      environment: ENVIRONMENT,
      datasetFingerprint: FINGERPRINT,
    });
    clock.now += 5000;
    store.searches.setStatus(id, 'finished');
    expect(store.searches.get(id)).toMatchObject({ status: 'finished', finishedAt: MOMENT + 5000 });
  });

  test('keeps why it failed until it is started again', () => {
    const { store } = openStore();
    const id = startedSearch(store);
    const error = { code: 'training-diverged', message: 'the loss is NaN', hint: 'less' } as const;
    store.searches.setStatus(id, 'failed', error);
    expect(store.searches.get(id)).toMatchObject({ status: 'failed', error, finishedAt: MOMENT });
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    expect(store.searches.get(id)).toMatchObject({ error: undefined, finishedAt: undefined });
  });

  test('without a living owner is interrupted, not running', () => {
    const living = new Set([process.pid]);
    const { store, clock } = openStore(undefined, { isProcessAlive: (id) => living.has(id) });
    const id = startedSearch(store);
    expect(store.searches.get(id).status).toBe('interrupted');

    store.leases.acquire(id, 'me');
    expect(store.searches.get(id).status).toBe('running');
    expect(store.searches.list({ status: 'running' })).toHaveLength(1);
    expect(store.searches.list({ status: 'interrupted' })).toHaveLength(0);

    living.clear(); // Killed: it had no time to say so.
    expect(store.searches.get(id).status).toBe('interrupted');
    expect(store.searches.list({ status: 'running' })).toHaveLength(0);
    expect(store.searches.list({ status: 'interrupted' })).toHaveLength(1);

    living.add(process.pid); // Hanging: it is silent, but there.
    clock.now += LEASE_MILLISECONDS;
    expect(store.searches.get(id).status).toBe('running');
  });

  const calls: Readonly<Record<string, (store: Store) => unknown>> = {
    'searches.setStatus': ({ searches }) => {
      searches.setStatus('nowhere', 'finished');
    },
    'searches.start': ({ searches }) => {
      searches.start('nowhere', ENVIRONMENT, FINGERPRINT);
    },
    'searches.status': ({ searches }) => searches.status('nowhere'),
    'searches.settings': ({ searches }) => searches.settings('nowhere'),
    'searches.layout': ({ searches }) => searches.layout('nowhere'),
    'searches.delete': ({ searches }) => {
      searches.delete('nowhere');
    },
    'history.state': ({ history }) => history.state('nowhere'),
    'leases.acquire': ({ leases }) => {
      leases.acquire('nowhere', 'me');
    },
    'trainings.count': ({ trainings }) => trainings.count('nowhere'),
    'trainings.save': ({ trainings }) => {
      trainings.save('nowhere', sampleTraining(key()));
    },
  };
  test.each(Object.keys(calls))('that is not there is named by %s', (name) => {
    const { store } = openStore();
    expect(failure(() => calls[name]?.(store))).toMatchObject({
      code: 'not-found',
      message: 'there is no search "nowhere"',
      hint: 'Run "ticket runs" for a list.',
    });
  });
});

describe('a deleted search', () => {
  test('takes everything with it that no other search shares', () => {
    const { store, file } = openStore();
    const [kept, deleted] = [startedSearch(store), startedSearch(store)];
    const onlyInDeleted = sampleTraining(key(1, 0));
    store.trainings.save(kept, sampleTraining(key(0, 0)));
    store.trainings.save(deleted, sampleTraining(key(0, 0)));
    store.trainings.save(deleted, onlyInDeleted);
    const blobsBefore = countRows(file, 'blobs');

    store.searches.delete(deleted);
    expect(store.searches.list().map(({ id }) => id)).toEqual([kept]);
    expect(store.trainings.weights(kept, key()).finalWeights).toEqual(
      sampleTraining(key()).finalWeights,
    );
    // Its initial and final weights, its next mask and its correct test examples; the mask of level 0
    // is everybody's.
    expect(countRows(file, 'blobs')).toBe(blobsBefore - 4);
    expect(store.integrityCheck()).toEqual([]);

    store.searches.delete(kept);
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
      store.trainings.save(id, sampleTraining(key(0, level), {}, layout));
    store.searches.delete(id);
    store.close();
    // Less than the weights of one training, initial and final: an empty database has some pages, too.
    expect(statSync(file).size).toBeLessThan(
      2 * layout.parameterCount * Float32Array.BYTES_PER_ELEMENT,
    );
  });

  test('must not be running', () => {
    const living = new Set([process.pid]);
    const { store } = openStore(undefined, { isProcessAlive: (id) => living.has(id) });
    const id = startedSearch(store);
    store.leases.acquire(id, 'me');
    const error = failure(() => {
      store.searches.delete(id);
    });
    expect(error.code).toBe('conflict');
    expect(error.message).toContain(`the search ${id} is run by another process`);
    living.clear();
    store.searches.delete(id);
    expect(store.searches.list()).toEqual([]);
  });

  test('refuses trainings that come too late', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    store.searches.delete(id);
    const error = failure(() => {
      store.trainings.save(id, sampleTraining(key()));
    });
    expect(error.code).toBe('not-found');
    expect(countRows(file, 'blobs')).toBe(0);
  });

  test('is named in full by who deletes it', () => {
    const { store } = openStore();
    const { id } = store.searches.create(sampleSearch());
    expect(failure(() => store.searches.delete(id.slice(0, -1))).code).toBe('not-found');
    expect(store.searches.list()).toHaveLength(1);
  });
});
