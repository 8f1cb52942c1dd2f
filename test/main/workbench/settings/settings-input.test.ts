import { basename, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSweepArgument, type SweepDraft } from '../../../../src/shared/domain/sweep.ts';
import { presets } from '../../../../src/main/workbench/settings/presets.ts';
import {
  settingsCommand,
  sweepCommand,
} from '../../../../src/main/workbench/settings/settings-command.ts';
import {
  resolveSettings,
  settingFromText,
} from '../../../../src/main/workbench/settings/settings-input.ts';

describe('the command of a sweep', () => {
  const settings = resolveSettings({
    assignments: ['dataset.id=csv', 'dataset.file=a.csv', 'dataset.label=kind'],
  });

  it.each<SweepDraft>([
    { 'training.batchSize': [30, 60] },
    { 'rewind.iteration': { from: 0, to: 500, step: 100 } },
    { 'training.iterations': { from: '1ep', to: '8ep', factor: 2 } },
    { branches: [[], ['random-reinit']] },
    { 'training.optimizer': [{ id: 'adam' }, { id: 'sgd', learningRate: 0.1 }] },
    { 'dataset.label': ['1', 'kind'] },
  ])('has the values that --sweep reads again: %j', (sweep) => {
    const command = sweepCommand(settings, sweep, 'mine');
    expect(command).toMatch(/^ticket sweep .*--name mine$/);
    const [, quoted, plain] = /--sweep (?:'([^']*)'|(\S+))/.exec(command) ?? [];
    const read = parseSweepArgument(quoted ?? plain ?? '', (path, text) =>
      settingFromText(settings, path, text),
    );
    expect(read).toEqual(sweep);
  });
});

describe('a transfer', () => {
  const DATASET = { id: 'fashion-mnist' };
  const branches = (...entries: unknown[]) =>
    resolveSettings({ assignments: [`branches=${JSON.stringify(entries)}`] }).branches;

  it('is kept with what it leaves out, and read again as it is kept', () => {
    const [kept] = branches({ id: 'transfer', dataset: { ...DATASET, flip: false } });
    expect(kept).toEqual({ id: 'transfer', dataset: { ...DATASET, validation: 5000 } });
    expect(branches(kept)).toEqual([kept]);
  });

  it('is part of the command that runs its settings', () => {
    const settings = resolveSettings({
      config: { branches: ['random-reinit', { id: 'transfer', dataset: DATASET }] },
    });
    const [, json = ''] = /--set 'branches=(.*?)'/.exec(settingsCommand(settings)) ?? [];
    expect(branches(...(JSON.parse(json) as unknown[]))).toEqual(settings.branches);
  });

  it.each<[string, unknown[], string]>([
    [
      'that leads nowhere',
      [{ id: 'transfer' }],
      'branches.0 is {"id":"transfer"}; expected a dataset or an optimizer that differs from the search’s own',
    ],
    [
      'to where the search is',
      [{ id: 'transfer', dataset: { id: 'mnist', subset: 6000 }, optimizer: { id: 'adam' } }],
      'expected a dataset or an optimizer that differs from the search’s own',
    ],
    [
      'by the name of another one',
      [
        { id: 'transfer', optimizer: { id: 'sgd', learningRate: 0.1 } },
        { id: 'transfer', optimizer: { id: 'sgd', learningRate: 0.2 } },
      ],
      'branches.1 is {"id":"transfer","optimizer":{"id":"sgd","learningRate":0.2,"weightDecay":0}}; expected a name that differs from that of branches.0, {"id":"transfer","optimizer":{"id":"sgd","learningRate":0.1,"weightDecay":0}}, but both are called transfer-sgd',
    ],
    [
      'to a dataset that there is none of',
      [{ id: 'transfer', dataset: { id: 'mnits' } }],
      'branches.0.dataset.id is "mnits"; expected one of mnist, ',
    ],
    [
      'with a setting that it has not',
      [{ id: 'transfer', rewind: 3 }],
      'branches.0.rewind: there is no such setting',
    ],
    ['by its id alone', ['transfer'], 'branches.0 is "transfer"; expected one of random-reinit'],
    [
      'under an unknown id',
      [{ id: 'transport' }],
      'branches.0.id is "transport"; expected one of transfer',
    ],
  ])('%s is refused', (_, entries, message) => {
    expect(() => branches(...entries)).toThrow(message);
  });
});

describe('what a user says about a search', () => {
  it('is the quick preset when nothing is said', () => {
    const quick = presets().find(({ id }) => id === 'quick');
    expect(resolveSettings({})).toEqual(quick?.settings);
  });

  it('starts from the schema’s defaults, not a preset, when there is a config', () => {
    const settings = resolveSettings({ config: { training: { iterations: 300 } } });
    expect(settings.training).toMatchObject({ iterations: 300, batchSize: 60 });
    expect(settings.pruning.levels).toBe(15);
  });

  it('lets a config change a part of a preset', () => {
    const settings = resolveSettings({ preset: 'quick', config: { replicates: { count: 1 } } });
    expect(settings.replicates).toEqual({ count: 1, seed: 1 });
    expect(settings.pruning.levels).toBe(9);
  });

  it('leaves subsets behind where another dataset is chosen, which may be smaller', () => {
    const onOther = resolveSettings({
      preset: 'quick',
      config: { dataset: { id: 'two-moons', testSubset: 50 } },
    });
    expect(onOther.dataset).toMatchObject({ validation: 5000, testSubset: 50 });
    expect(onOther.dataset).not.toHaveProperty('subset');
    const onSame = resolveSettings({ preset: 'quick', config: { dataset: { id: 'mnist' } } });
    expect(onSame.dataset.subset).toBe(6000);
  });

  it('lets assignments win, in their order', () => {
    const settings = resolveSettings({
      config: { training: { iterations: 300 } },
      assignments: ['training.iterations=400', 'training.iterations=500', 'dataset.validation=10'],
    });
    expect(settings.training.iterations).toBe(500);
    expect(settings.dataset.validation).toBe(10);
  });

  it('takes lists and objects as JSON and everything else as text', () => {
    const settings = resolveSettings({
      assignments: [
        'branches=["shuffled-mask"]',
        'architecture={"id":"mlp","widths":[20]}',
        'training.optimizer.id=sgd',
      ],
    });
    expect(settings.branches).toEqual(['shuffled-mask']);
    expect(settings.architecture).toMatchObject({ id: 'mlp', widths: [20] });
    expect(settings.training.optimizer.id).toBe('sgd');
  });

  it.each([
    ['dataset.label', 'csv', '1'],
    ['dataset.label', 'csv', 'true'],
    ['dataset.label', 'csv', 'null'],
    ['dataset.label', 'csv', '0.10'],
    ['dataset.label', 'csv', '[a]'],
    ['dataset.file', 'csv', '2024'],
    ['dataset.folder', 'image-folder', '2024'],
    ['dataset.folder', 'idx', '1e3'],
  ])('takes text as it is written where a setting is text: %s of %s is %s', (path, id, text) => {
    const given = [`dataset.id=${id}`, 'dataset.file=t.csv', 'dataset.label=y'];
    const needed = id === 'csv' ? given : given.slice(0, 1);
    for (const written of [text, JSON.stringify(text)]) {
      const { dataset } = resolveSettings({ assignments: [...needed, `${path}=${written}`] });
      const value = String(dataset[path.slice('dataset.'.length)]);
      // Paths are stored as absolute paths.
      expect(path === 'dataset.label' ? value : basename(value)).toBe(text);
    }
  });

  it('takes text as text whatever the order of the assignments', () => {
    const { dataset } = resolveSettings({
      assignments: ['dataset.label=1', 'dataset.file=/2', 'dataset.id=csv'],
    });
    expect(dataset).toMatchObject({ id: 'csv', label: '1', file: resolve('/2') });
  });

  it('takes swept values as it takes a single one', () => {
    const read = (path: string, text: string) => settingFromText({}, path, text);
    expect(parseSweepArgument('dataset.label=1,2', read)).toEqual({ 'dataset.label': ['1', '2'] });
    expect(parseSweepArgument('training.batchSize=1,2', read)).toEqual({
      'training.batchSize': [1, 2],
    });
  });

  it('takes a number or epochs where a setting is either', () => {
    const { training } = resolveSettings({
      assignments: ['training.iterations=2ep', 'training.evaluateEvery=100'],
    });
    expect(training).toMatchObject({ iterations: '2ep', evaluateEvery: 100 });
  });

  it('changes a setting of one item of a list', () => {
    const dataset = { id: 'csv', file: '/t.csv', label: 'y', validation: 5 };
    const { branches } = resolveSettings({
      config: { branches: ['random-reinit', { id: 'transfer', dataset }] },
      assignments: ['branches.1.dataset.label=1', 'branches.1.dataset.validation=7'],
    });
    expect(branches).toMatchObject([
      'random-reinit',
      { id: 'transfer', dataset: { id: 'csv', label: '1', validation: 7 } },
    ]);
  });

  it('takes the engines that a search exported, one for each level at most', () => {
    const engines = ['dense', 'sparse', 'sparse'];
    const given = (levels: number) =>
      resolveSettings({
        config: { training: { engines }, pruning: { levels } },
        assignments: ['training.engine=measured'],
      });
    expect(given(2).training).toMatchObject({ engine: 'measured', engines });
    expect(() => given(1)).toThrow(
      'training.engines is ["dense","sparse","sparse"]; expected at most one engine for each level from 0 to pruning.levels, 1',
    );
    expect(resolveSettings({}).training).not.toHaveProperty('engines');
    expect(() => resolveSettings({ assignments: ['training.engines=["auto"]'] })).toThrow(
      'training.engines.0 is "auto"; expected one of dense, sparse, sparse-relaxed',
    );
  });

  it('is copied as a command without quotes that are not needed', () => {
    const settings = resolveSettings({
      assignments: ['dataset.id=csv', 'dataset.file=2', 'dataset.label=1'],
    });
    expect(settingsCommand(settings)).toContain('--set dataset.label=1');
    const quoted = resolveSettings({
      assignments: ['dataset.id=csv', 'dataset.file=2', `dataset.label="\\"1\\""`],
    });
    expect(quoted.dataset['label']).toBe('"1"');
    expect(settingsCommand(quoted)).toContain(`--set 'dataset.label="\\"1\\""'`);
  });

  it.each(['0,01', '0,5'])('never reads %s as a whole number', (text) => {
    expect(() =>
      resolveSettings({ assignments: [`training.optimizer.learningRate=${text}`] }),
    ).toThrow(`training.optimizer.learningRate is "${text}"; expected a number`);
  });

  it('drops what only the entry chosen before had', () => {
    const settings = resolveSettings({
      assignments: ['pruning.strategy.id=global-magnitude', 'training.optimizer.id=momentum'],
    });
    expect(settings.pruning.strategy).toEqual({ id: 'global-magnitude', fraction: 0.2 });
    expect(settings.training.optimizer).toMatchObject({
      id: 'momentum',
      learningRate: 0.0012,
      momentum: 0.9,
    });
    expect(settings.training.optimizer).not.toHaveProperty('beta1');
  });

  it('keeps the validation split when another dataset is chosen', () => {
    const settings = resolveSettings({
      assignments: ['dataset.validation=100', 'dataset={"id":"idx","folder":"/data"}'],
    });
    expect(settings.dataset).toMatchObject({ id: 'idx', folder: '/data', validation: 100 });
  });

  it('drops the levels of an iterative preset when the schedule becomes one-shot', () => {
    const settings = resolveSettings({
      assignments: ['pruning.schedule=one-shot', 'pruning.targetDensity=0.2'],
    });
    expect(settings.pruning).toMatchObject({ schedule: 'one-shot', levels: 1, targetDensity: 0.2 });
  });

  it('drops the settings of a schedule or rewind that is replaced, however it is named', () => {
    const settings = resolveSettings({
      config: {
        pruning: { schedule: 'cubic', levels: 5, targetDensity: 0.1 },
        rewind: { iteration: 100 },
      },
      assignments: [
        'pruning.schedule={"id":"densities","densities":[0.5,0.25]}',
        'rewind.id=fine-tune',
        'rewind.iterations=300',
      ],
    });
    expect(settings.pruning).toEqual({
      strategy: { id: 'layerwise-magnitude', fraction: 0.2, outputFraction: 0.1 },
      schedule: 'densities',
      densities: [0.5, 0.25],
      levels: 2,
    });
    expect(settings.rewind).toEqual({ id: 'fine-tune', iterations: 300, iteration: 49_700 });
    expect(
      resolveSettings({ config: settings, assignments: ['rewind.id=weights'] }).rewind,
    ).toEqual({
      iteration: 0,
    });
  });

  it.each([
    [{ assignments: ['training.iterations'] }, 'is not path=value'],
    [{ assignments: ['=5'] }, 'is not path=value'],
    [{ assignments: ['training..iterations=5'] }, 'is not path=value'],
    [{ assignments: ['__proto__.polluted=1'] }, '"__proto__" is reserved by JavaScript'],
    [{ assignments: ['training.iterrations=5'] }, 'training.iterrations: there is no such setting'],
    [{ assignments: ['training=5'] }, 'training is 5; expected an object'],
    [{ config: [1, 2] }, 'the settings are [1,2]; expected an object'],
    [{ preset: 'quik' }, 'there is no preset "quik"'],
  ])('is refused clearly: %j', (input, message) => {
    expect(() => resolveSettings(input)).toThrow(message);
  });
});

describe('the presets', () => {
  it.each(presets().map((preset) => [preset.id, preset] as const))(
    '%s is valid and described',
    (_id, { label, description, settings }) => {
      expect(label).not.toBe('');
      expect(description).not.toBe('');
      expect(resolveSettings({ config: settings })).toEqual(settings);
    },
  );
});
