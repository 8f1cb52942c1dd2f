import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, ANSWER_LIMITS } from '../../../../src/shared/contract/wire.ts';
import type { JsonObject } from '../../../../src/shared/contract/json.ts';
import { CATALOG_KINDS } from '../../../../src/shared/contract/records/catalog.ts';
import type { WrittenSettings } from '../../../../src/shared/domain/settings.ts';
import { settingsHash } from '../../../../src/main/store/settings-hash.ts';
import * as exporting from '../../../../src/main/workbench/exports/export.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { sampleSearch } from '../../store/samples.ts';
import { finished, openTestWorkbench, TRAININGS } from './support.ts';

const asJson = (settings: WrittenSettings): JsonObject =>
  JSON.parse(JSON.stringify(settings)) as JsonObject;

/** What a form holds. */
const draft = (changes: JsonObject = {}): JsonObject => ({
  ...asJson(resolveSettings({ preset: 'quick' })),
  ...changes,
});

describe('what is read of data', () => {
  const dataset = { id: 'two-moons', train: 400, test: 100, validation: 50 };

  it('is told for the settings of a form', async () => {
    const { client } = openTestWorkbench();
    const reading = await client.call('dataset.read', { settings: draft({ dataset }) });
    expect(reading?.summary).toMatchObject({ dataset: 'two-moons', train: 350, validation: 50 });
    expect(reading?.samples).toMatchObject({ kind: 'rows', columns: ['0', '1'] });
    expect(decodeFrame(encodeFrame(reading), ANSWER_LIMITS)).toEqual(reading);
    const settings = draft({ dataset });
    expect(await client.call('dataset.read', { settings, most: 1000 })).toEqual(reading);
    expect(await client.call('dataset.read', { settings, most: 999 })).toBeUndefined();
  });

  it.each([
    [{ ...dataset, validation: 400 }, 'invalid-settings'],
    [{ id: 'csv', file: '/nowhere.csv', label: 'y' }, 'not-found'],
    [{ id: 'no-such' }, 'invalid-settings'],
  ])('is not told for %j', async (chosen, code) => {
    const { client } = openTestWorkbench();
    const settings = draft({ dataset: chosen });
    await expect(client.call('dataset.read', { settings })).rejects.toMatchObject({ code });
  });

  it('is kept with a search', async () => {
    const { client, store } = openTestWorkbench();
    const { id } = store.searches.create(sampleSearch());
    expect(await client.call('search.data', { id })).toEqual([]);
    const reading = await client.call('dataset.read', { settings: draft({ dataset }) });
    if (!reading) throw new Error('nothing was read');
    store.dataReadings.save(id, 'ticket', reading);
    expect(await client.call('search.data', { id })).toEqual([{ branch: 'ticket', ...reading }]);
    await expect(client.call('search.data', { id: 'none' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('the catalog', () => {
  it('has every registry, with JSON Schema that survives the wire', async () => {
    const { client } = openTestWorkbench();
    const catalog = await client.call('catalog');

    for (const kind of CATALOG_KINDS) expect(catalog[kind].length, kind).toBeGreaterThan(0);
    expect(catalog.settings.properties).toHaveProperty('training');
    expect(catalog.settings.properties?.['training']?.properties?.['iterations']).toMatchObject({
      title: 'Iterations',
      unit: 'iterations',
      leastIterations: 1,
    });
    expect(decodeFrame(encodeFrame(catalog), ANSWER_LIMITS)).toEqual(catalog);
  });

  it('lists presets and datasets', async () => {
    const { client } = openTestWorkbench();

    expect((await client.call('presets')).map(({ id }) => id)).toContain('quick');
    const datasets = await client.call('datasets');
    expect(datasets.find(({ id }) => id === 'mnist')?.summary).toMatchObject({
      trainExamples: 60_000,
      classes: 10,
    });
  });

  it('says of every export format what it holds and is saved as', async () => {
    const { exportFormats } = await openTestWorkbench().client.call('catalog');
    expect(exportFormats.map(({ id }) => id)).toEqual(exporting.exportFormats());
    expect(exportFormats.find(({ id }) => id === 'csv')).toMatchObject({
      mediaType: 'text/csv',
      fileEnding: 'csv',
      subjects: ['metrics', 'levels', 'analyses'],
      sweepSubjects: ['table'],
      comparisonSubjects: ['table'],
    });
  });
});

describe('settings', () => {
  it('are resolved from a preset and what is laid over it', async () => {
    const { client } = openTestWorkbench();
    const check = await client.call('settings.resolve', {
      preset: 'quick',
      settings: { training: { iterations: 70, evaluateEvery: 7 } },
      assignments: ['replicates.count=2'],
    });

    expect(check).toMatchObject({
      valid: true,
      settings: { training: { iterations: 70 }, replicates: { count: 2 } },
    });
  });

  it('are checked field by field, with what the dataset and the shapes demand', async () => {
    const { client } = openTestWorkbench();
    const problems = async (changes: JsonObject) => {
      const check = await client.call('settings.validate', { settings: draft(changes) });
      return check.valid ? [] : check.problems;
    };

    expect(await problems({})).toEqual([]);
    expect(await problems({ replicates: { count: 0, seed: -1 } })).toEqual([
      { path: 'replicates.count', message: 'replicates.count is 0; expected at least 1' },
      { path: 'replicates.seed', message: 'replicates.seed is -1; expected at least 0' },
    ]);
    expect(await problems({ replicate: {} })).toEqual([
      { path: 'replicate', message: 'replicate: there is no such setting' },
    ]);
    const [validation] = await problems({ dataset: { id: 'mnist', validation: 60_000 } });
    expect(validation?.path).toBe('dataset.validation');
    const [levels] = await problems({
      pruning: { ...(draft()['pruning'] as JsonObject), levels: 90 },
    });
    expect(levels).toMatchObject({ path: 'pruning.levels' });
    const [missing] = await problems({
      dataset: { id: 'idx', folder: '/nowhere', validation: 5 },
    });
    expect(missing?.path).toBe('dataset.folder');
    const [flat] = await problems({
      dataset: { id: 'gaussian-blobs', dimensions: 784, train: 300, validation: 50 },
      architecture: { id: 'lenet-5' },
    });
    expect(flat).toMatchObject({
      path: 'dataset.shape',
      message: expect.stringContaining('such as dataset.shape=[28,28,1]') as string,
    });
  });

  it('with mistakes come back as they were given, over their defaults', async () => {
    const { client } = openTestWorkbench();
    const check = await client.call('settings.resolve', {
      settings: { trainng: {}, training: { batchSize: 'sixty' } },
    });

    expect(check).toMatchObject({
      valid: false,
      problems: [
        { path: 'training.batchSize' },
        { path: 'trainng', message: 'trainng: there is no such setting' },
      ],
      given: { trainng: {}, training: { batchSize: 'sixty', iterations: 50_000 } },
    });
  });

  it('are summed up: weights, densities and trainings follow from shapes alone', async () => {
    const { client } = openTestWorkbench();
    const summary = await client.call('settings.summary', { settings: draft() });

    expect(summary.prunableCount).toBe(266_200);
    expect(summary.tensors.map(({ weights }) => weights)).toEqual([235_200, 30_000, 1000]);
    expect(summary.densities).toBeInstanceOf(Float64Array);
    expect(summary.densities[0]).toBe(1);
    expect(summary.densities[3]).toBeCloseTo(0.5128, 4);
    expect([...summary.kept!.subarray(0, 3)]).toEqual([235_200, 30_000, 1000]);
    expect(summary.kept).toHaveLength(3 * summary.densities.length);
    expect(summary.exampleShape).toEqual([28, 28, 1]);
    expect(summary.trainings).toBe(3 * (1 + 2 * 9));
    expect(summary.iterations).toBe(summary.trainings * 1000);
    expect(summary.estimate).toBeUndefined();
    expect(await client.call('settings.validate', { settings: draft() })).toEqual({
      valid: true,
      summary,
    });
    await expect(
      client.call('settings.summary', { settings: { training: { iterations: 0 } } }),
    ).rejects.toMatchObject({ code: 'invalid-settings' });
  });

  it('have no weights by tensor where tensors are pruned together', async () => {
    const { client } = openTestWorkbench();
    const summary = await client.call('settings.summary', {
      settings: draft({ pruning: { strategy: { id: 'global-magnitude' }, levels: 3 } }),
    });

    expect(summary.kept).toBeUndefined();
    expect(summary.densities).toHaveLength(4);
  });

  it('become a command line that gives the same settings', async () => {
    const { client } = openTestWorkbench();
    const commandOf = (settings: WrittenSettings, name?: string) =>
      client.call('settings.command', {
        settings: asJson(settings),
        ...(name === undefined ? {} : { name }),
      });

    expect(await commandOf(resolveSettings({}))).toBe('ticket search');
    expect(await commandOf(resolveSettings({ preset: 'one-shot' }), 'a b')).toBe(
      `ticket search --preset one-shot --name 'a b'`,
    );
    for (const assignments of [
      ['training.iterations=500'],
      ['training.optimizer.id=sgd', 'training.optimizer.learningRate=0.2'],
      ['architecture.id=mlp', 'architecture.widths=[20,10]', 'branches=[]'],
      ['pruning.schedule=one-shot', 'pruning.targetDensity=0.3'],
      ['pruning.strategy.id=global-magnitude', 'pruning.strategy.fraction=0.3'],
      ['dataset.id=idx', `dataset.folder=/a 'quoted' folder`],
    ]) {
      const settings = resolveSettings({ assignments });
      const command = await commandOf(settings);
      const said = parseCommand(command);
      expect(resolveSettings(said), command).toEqual(settings);
      expect(said.assignments?.length ?? 0, command).toBeLessThanOrEqual(assignments.length + 3);
    }
  });
});

describe('a search', () => {
  it('is launched, queued and told of', async () => {
    const test = openTestWorkbench();
    const { client, events } = test;
    const row = await client.call('search.launch', { settings: draft(), name: '  First  ' });

    expect(row).toMatchObject({ name: 'First', isOurs: true, trainingsTotal: 57 });
    expect(['queued', 'running']).toContain(row.state);
    expect(events.some(({ type }) => type === 'search-changed')).toBe(true);
    expect((await client.call('search.list')).rows).toMatchObject([{ id: row.id }]);
    expect(await client.call('health')).toMatchObject({ running: 1, waiting: 0 });
  });

  it('is not launched with settings that can not be: nothing is written', async () => {
    const { client } = openTestWorkbench();
    const launch = (changes: JsonObject) =>
      client.call('search.launch', { settings: draft(changes), name: 'x' });

    await expect(launch({ replicates: { count: 0 } })).rejects.toMatchObject({
      code: 'invalid-settings',
    });
    await expect(launch({ dataset: { id: 'mnist', validation: 70_000 } })).rejects.toMatchObject({
      code: 'invalid-settings',
    });
    expect((await client.call('search.list')).total).toBe(0);
  });

  it('is extended once it has ended, and queued again', async () => {
    const { client, store, events } = openTestWorkbench();
    const { id } = await client.call('search.launch', { settings: draft(), name: 'x' });
    const extension = { replicates: 1, branches: ['sign-only'] };
    await expect(client.call('search.extend', { id, extension })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await client.call('search.get', { id })).extensions).toEqual([]);

    await client.call('search.stop', { id });
    const preview = await client.call('search.previewExtension', { id, extension });
    expect(preview).toMatchObject({ added: { branches: ['sign-only'] } });
    events.splice(0);
    const row = await client.call('search.extend', { id, extension });
    expect(row).toMatchObject({ id, isOurs: true, trainingsTotal: 57 + preview.trainings });
    expect(['queued', 'running']).toContain(row.state);
    expect(events.some(({ type }) => type === 'search-changed')).toBe(true);
    expect((await client.call('search.get', { id })).extensions).toMatchObject([
      { branches: ['sign-only'] },
    ]);
    expect(store.searches.get(id).settings.replicates.count).toBe(row.replicates);
    expect(await client.call('search.advice', { id })).toBeUndefined();
  });

  it.each([
    { replicates: -1 },
    { replicates: 1.5 },
    { levels: 1, iterations: 5 },
    { branches: [1] },
    { branches: [{}] },
    { densities: [2] },
  ])('is not extended by %j', async (extension) => {
    const { client, store } = openTestWorkbench();
    const { id } = store.searches.create(sampleSearch());
    const call = client.call('search.extend', { id, extension });
    await expect(call).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(store.searches.get(id).extensions).toBeUndefined();
  });

  it('is paused, resumed and stopped', async () => {
    const test = openTestWorkbench();
    const { client, store } = test;
    const { id } = store.searches.create(sampleSearch());

    expect(await client.call('search.resume', { id })).toMatchObject({ state: 'running' });
    expect(await client.call('search.pause', { id })).toMatchObject({ state: 'paused' });
    expect((await client.call('search.get', { id })).live).toMatchObject({ isPaused: true });
    expect(await client.call('search.resume', { id })).toMatchObject({ state: 'running' });
    expect(await client.call('search.stop', { id })).toMatchObject({ state: 'interrupted' });
    await expect(client.call('search.stop', { id })).rejects.toMatchObject({ code: 'conflict' });
    await expect(client.call('search.pause', { id: 'nowhere' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('is cloned with another name, and has a command line', async () => {
    const { client, store } = openTestWorkbench();
    const { id } = store.searches.create({ ...sampleSearch(), name: 'quick' });
    const clone = await client.call('search.clone', { id });

    expect(clone.name).toBe('quick (2)');
    expect(clone.settings).toMatchObject(sampleSearch().settings);
    await client.call('search.rename', { id, name: clone.name });
    expect((await client.call('search.clone', { id })).name).toBe('quick (3)');
    expect(await client.call('search.command', { id })).toMatch(/^ticket search .*--name 'quick/);
  });

  it('shows epochs as they were written, and computes with what they come to', async () => {
    const { client, store } = openTestWorkbench();
    const assignments = ['training.iterations=2ep', 'rewind.iteration=0.5ep'];
    const settings = asJson(resolveSettings({ assignments }));
    const summary = await client.call('settings.summary', { settings });
    expect(summary.written).toEqual(settings);
    // 6,000 examples in batches of 60.
    expect(summary.settings.training.iterations).toBe(200);
    expect(summary.settings.rewind.iteration).toBe(50);

    const row = await client.call('search.launch', { settings, name: 'epochs' });
    const detail = await client.call('search.get', { id: row.id });
    expect(row.iterations).toBe(200);
    expect(detail.settings).toEqual(summary.settings);
    expect(detail.written).toEqual(settings);
    expect(detail.settingsHash).toBe(settingsHash(detail.written));
    expect((await client.call('search.clone', { id: row.id })).settings).toEqual(settings);
    expect(await client.call('search.command', { id: row.id })).toBe(
      'ticket search --set training.iterations=2ep --set rewind.iteration=0.5ep --name epochs',
    );
    const exported = async () => {
      const wanted = { id: row.id, what: 'settings', format: 'json' } as const;
      const { bytes } = await client.call('search.export', wanted);
      return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    };
    expect(await exported()).toEqual(settings);
    store.engines.choose(
      row.id,
      new Map([
        [1, 'sparse'],
        [0, 'dense'],
      ]),
    );
    expect(await exported()).toMatchObject({ training: { engines: ['dense', 'sparse'] } });
    expect(store.searches.get(row.id).settings.training.iterations).toBe(200);
  });

  it('shows its details while it runs and after', async () => {
    const test = openTestWorkbench();
    const { client, store, runner, queue } = test;
    const { id } = store.searches.create(sampleSearch());
    const before = await client.call('search.get', { id });
    expect(before).toMatchObject({ environment: undefined, datasetFingerprint: undefined });
    expect(before.densities).toHaveLength(3);
    await queue.add(id, undefined);
    runner.allow(1);
    await expect.poll(() => store.trainings.keys(id)).toHaveLength(1);
    await expect.poll(() => queue.live.curves(id)[0]?.evaluations.length).toBe(1);

    expect((await client.call('search.get', { id })).environment).toMatchObject({ cores: 2 });
    const trainings = await client.call('search.trainings', { id });
    expect(trainings).toHaveLength(TRAININGS);
    expect(trainings[0]).toMatchObject({ state: 'finished', outcome: { engine: 'dense' } });
    expect(trainings.slice(2).every(({ state }) => state === 'waiting')).toBe(true);
    const curves = await client.call('search.curves', { id });
    expect(curves.map(({ isFinished, iterations }) => [isFinished, iterations.length])).toEqual([
      [true, 3],
      [false, 1],
    ]);
    expect(curves[0]!.testAccuracy).toBeInstanceOf(Float64Array);
  });
});

describe('results', () => {
  it('are series over levels and replicates, as typed arrays', async () => {
    const test = openTestWorkbench();
    const id = await finished(test);
    const series = await test.client.call('search.series', { id });
    const result = await test.client.call('search.result', { id });

    expect(series.branches.map(({ branch }) => branch)).toEqual(['ticket', 'random-reinit']);
    const [ticket, control] = series.branches;
    expect([...ticket!.levels]).toEqual([0, 1, 2]);
    expect([...control!.levels]).toEqual([1, 2]);
    const level = result!.levels[1]!.branches['ticket']!;
    expect(ticket!.testAccuracyAtEarlyStop.mean[2]).toBe(level.testAccuracyAtEarlyStop.mean);
    expect(ticket!.earlyStopIteration.max[2]).toBe(level.earlyStopIteration.max);
    expect([...ticket!.validationLoss.values.subarray(4, 6)]).toEqual(level.validationLoss.values);
    expect(ticket!.densities[2]).toBe(result!.levels[1]!.density);
    const verdicts = result!.levels.map(({ branches }) => branches['ticket']!.verdict.kind);
    expect(ticket!.verdicts).toEqual(['', ...verdicts]);
  });

  it('have holes where replicates have not finished', async () => {
    const test = openTestWorkbench();
    const { id } = test.store.searches.create(sampleSearch());
    expect(await test.client.call('search.result', { id })).toBeUndefined();
    expect((await test.client.call('search.series', { id })).branches).toEqual([]);
    await test.queue.add(id, undefined);
    test.runner.allow(1);
    await expect.poll(() => test.store.trainings.keys(id)).toHaveLength(1);

    const { branches } = await test.client.call('search.series', { id });
    expect([...branches[0]!.testAccuracy.values].map(Number.isNaN)).toEqual([false, true]);
  });

  it('narrow curves down to what is asked for', async () => {
    const test = openTestWorkbench();
    const id = await finished(test);
    const keys = async (chosen: object) =>
      (await test.client.call('search.curves', { id, ...chosen })).map(({ key }) => key);

    expect(await keys({})).toHaveLength(TRAININGS);
    expect(await keys({ levels: [1] })).toHaveLength(4);
    expect(await keys({ replicate: 0, levels: [2], branch: 'random-reinit' })).toEqual([
      { replicate: 0, level: 2, branch: 'random-reinit' },
    ]);
  });

  it('are exported as bytes with a name', async () => {
    const test = openTestWorkbench();
    const id = await finished(test);
    await test.client.call('search.rename', { id, name: 'Überprüfung: 1/2' });
    const file = await test.client.call('search.export', {
      id,
      what: 'masks',
      format: 'npz',
      level: 2,
      replicate: 1,
    });

    expect(file).toMatchObject({
      name: 'uberprufung-1-2-ticket-level-2-replicate-2-masks.npz',
      mediaType: 'application/zip',
    });
    expect([...file.bytes.subarray(0, 2)]).toEqual([0x50, 0x4b]);
    const metrics = await test.client.call('search.export', { id, what: 'metrics', format: 'csv' });
    expect(new TextDecoder().decode(metrics.bytes)).toContain('random-reinit');
    const drawn = async (chart: 'accuracy' | 'step-time') => {
      const call = { id, what: 'chart', format: 'svg', chart } as const;
      return new TextDecoder().decode((await test.client.call('search.export', call)).bytes);
    };
    expect(await drawn('step-time')).toContain('<svg');
    expect(await drawn('step-time')).not.toBe(await drawn('accuracy'));
    const refused = (call: object) =>
      test.client.call('search.export', { id, what: 'masks', format: 'npz', ...call });
    await expect(refused({ format: 'csv' })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(refused({ level: 9 })).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the history', () => {
  it('is changed in bulk, and tells of it', async () => {
    const { client, store, events } = openTestWorkbench();
    const ids = Array.from({ length: 3 }, () => store.searches.create(sampleSearch()).id);
    const tagged = await client.call('search.tag', { ids, add: ['a', ' b '] });

    expect(tagged.map(({ id, tags }) => [id, ...tags])).toEqual(ids.map((id) => [id, 'a', 'b']));
    await client.call('search.note', { id: ids[0]!, note: 'look again' });
    expect(await client.call('tags')).toEqual([
      { tag: 'a', searches: 3 },
      { tag: 'b', searches: 3 },
    ]);
    await client.call('search.archive', { ids, archived: true });
    expect((await client.call('search.list')).total).toBe(0);
    const changed = events.filter(({ type }) => type === 'search-changed');
    expect(changed).toHaveLength(7);
  });

  it('tells of large changes at once', async () => {
    const { client, store, events } = openTestWorkbench();
    const ids = Array.from({ length: 60 }, () => store.searches.create(sampleSearch()).id);

    expect(await client.call('search.tag', { ids, add: ['a'] })).toHaveLength(60);
    expect(events).toEqual([{ type: 'history-changed' }]);
    expect((await client.call('search.ids')).toSorted()).toEqual(ids.toSorted());
  });

  it('deletes with undo', async () => {
    const { client, store, events } = openTestWorkbench();
    const { id } = store.searches.create(sampleSearch());
    const { purgedAfter } = await client.call('search.delete', { ids: [id] });

    expect(purgedAfter).toBeGreaterThan(Date.now() + 24 * 3600 * 1000);
    expect((await client.call('search.list')).total).toBe(0);
    await expect(client.call('search.get', { id })).rejects.toMatchObject({ code: 'not-found' });
    expect(await client.call('search.undelete', { ids: [id] })).toMatchObject([{ id }]);
    expect((await client.call('search.list')).total).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['search-deleted', 'search-undeleted']);
  });

  it('does not delete what runs', async () => {
    const { client, store, queue } = openTestWorkbench();
    const { id } = store.searches.create(sampleSearch());
    await queue.add(id, undefined);

    await expect(client.call('search.delete', { ids: [id] })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('the rest', () => {
  it('keeps preferences and tells other windows', async () => {
    const { client, events } = openTestWorkbench();
    await client.call('preferences.set', { key: 'view.history', value: { sort: 'name' } });

    expect(await client.call('preferences.get')).toEqual({ 'view.history': { sort: 'name' } });
    expect(events).toEqual([
      { type: 'preference-changed', key: 'view.history', value: { sort: 'name' } },
    ]);
    await expect(
      client.call('preferences.set', { key: '__proto__', value: 1 }),
    ).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('says what the host can do, and does it', async () => {
    const browser = openTestWorkbench();
    expect((await browser.client.call('health')).host).toEqual({
      kind: 'browser',
      canPickPath: false,
      canSaveFile: false,
      canOpenFolder: false,
      canInstallCommand: false,
    });
    await expect(
      browser.client.call('host.pickPath', { kind: 'folder', title: 'Data' }),
    ).rejects.toMatchObject({ code: 'unavailable' });

    const saved: unknown[] = [];
    const electron = openTestWorkbench({
      kind: 'electron',
      confirmPlugIns: async () => false,
      pickPath: async (kind) => `/picked/${kind}`,
      saveFile: async (name, bytes) => {
        saved.push(name, [...bytes]);
        return undefined;
      },
    });
    expect(await electron.client.call('host.pickPath', { kind: 'file', title: 'x' })).toBe(
      '/picked/file',
    );
    await electron.client.call('host.saveFile', { name: 'a.npz', bytes: Uint8Array.of(1, 2) });
    expect(saved).toEqual(['a.npz', [1, 2]]);
  });

  it('learns its pace from searches in epochs too', async () => {
    const test = openTestWorkbench();
    const { settings, ...search } = sampleSearch();
    const written = {
      ...settings,
      training: { ...settings.training, iterations: '0.2ep' as const },
      rewind: { iteration: '0.1ep' as const },
    };
    const rewound = { ...settings, rewind: { iteration: 100 } };
    const { id } = test.store.searches.create({ ...search, settings: rewound, written });
    test.runner.allow(TRAININGS);
    await test.queue.add(id, undefined);
    await expect.poll(() => test.store.searches.get(id).status).toBe('finished');

    const paces = test.store.trainings
      .paces(settings, 'A CPU')
      .map((pace) => pace.millisecondsPerIteration);
    expect(new Set(paces)).toEqual(new Set([1234.5 / 200, 1234.5 / 100]));
  });

  it('does not calibrate beside a running search', async () => {
    const { client, store, queue } = openTestWorkbench();
    await queue.add(store.searches.create(sampleSearch()).id, undefined);

    await expect(client.call('estimate.calibrate', { settings: draft() })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('estimates from searches like these on this machine', async () => {
    const test = openTestWorkbench();
    await finished(test);
    const { settings } = sampleSearch();
    const { estimate } = await test.client.call('settings.summary', {
      settings: asJson(settings),
    });

    // The samples were made on another CPU, so that nothing is known of this one.
    expect(estimate).toBeUndefined();
    expect(test.store.trainings.paces(settings, 'A CPU')[0]).toEqual({
      density: expect.any(Number) as number,
      engine: 'dense',
      millisecondsPerIteration: 1234.5 / 200,
      evaluationMilliseconds: 67.25,
      evaluations: { validation: 3, test: 3 },
    });
  });
});

/** What a POSIX shell makes of the command. */
function parseCommand(command: string): { preset?: string; assignments?: string[] } {
  const words = [...command.matchAll(/(?:'[^']*'|\\'|[^\s'])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\'/g, (_match, quoted: string | undefined) => quoted ?? `'`),
  );
  const after = (flag: string): string[] =>
    words.flatMap((word, index) => (words[index - 1] === flag ? [word] : []));
  const [preset] = after('--preset');
  return { ...(preset === undefined ? {} : { preset }), assignments: after('--set') };
}
