import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { runCommand } from '../../../support/run-command.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-cli-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe('the command', () => {
  it('lists everything that can be chosen as JSON Schema', async () => {
    const { code, stdout } = await runCommand('catalog', '--json');
    expect(code).toBe(0);
    const catalog = JSON.parse(stdout) as Record<string, { id: string; settings: unknown }[]>;
    expect(catalog['datasets']?.map(({ id }) => id)).toContain('mnist');
    expect(catalog['datasets']?.find(({ id }) => id === 'mnist')).toMatchObject({
      state: 'built-in',
    });
    expect(catalog['strategies']?.map(({ id }) => id)).toContain('layerwise-magnitude');
    expect(catalog['branches']?.map(({ id }) => id)).toContain('shuffled-mask');
    const adam = catalog['optimizers']?.find(({ id }) => id === 'adam');
    expect(adam?.settings).toMatchObject({ properties: { learningRate: { default: 0.0012 } } });
  });

  it('lists every setting with its range, those of one entry beside it', async () => {
    const { code, stdout } = await runCommand('catalog');
    expect(code).toBe(0);
    for (const setting of [
      '  dataset.validation (whole number from 1; default 5000): ',
      '  training.iterations (iterations from 1, or epochs; default 50000): ',
      '  training.engine (one of auto, dense, sparse, sparse-relaxed, measured; default "auto"): ',
      '  pruning.densities (list; each number above 0 below 1; optional): ',
      '      learningRate (number above 0 to 1000; default 0.0012): ',
      '      channels (one of rgb, grey; default "rgb"): ',
      'LEARNING RATE SCHEDULES',
    ]) {
      expect(stdout).toContain(`\n${setting}`);
    }
    // Its default depends on the optimizer.
    expect(stdout).not.toContain('training.optimizer.learningRate');
  });

  it('lists presets and datasets', async () => {
    expect((await runCommand('presets')).stdout).toContain('one-shot');
    const folder = path.join(scratch, 'none');
    expect((await runCommand('datasets', '--data-dir', folder)).stdout).toMatch(
      /mnist +60,000 +10,000 +28 × 28 × 1 +10 +built in +0 /,
    );
  });

  it('shows what is read of a dataset, and what looks wrong', async () => {
    const file = path.join(scratch, 'flowers.csv');
    const names = ['setosa', 'setosa ', 'virginica'];
    const rows = Array.from(
      { length: 60 },
      (_, row) => `${(row * 37) % 41},${(row * 11) % 23},${names[row % 3]}`,
    );
    writeFileSync(file, `a,b,species\n${rows.join('\n')}\n`);
    const settings = JSON.stringify({ id: 'csv', file, label: 'species' });
    const { code, stdout } = await runCommand('datasets', 'show', settings);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Data csv: 44 training, 4 validation and 12 test examples, held out of the training examples; each of shape [2]',
    );
    expect(stdout).toContain('Values: floats, smallest 0, largest 40, mean ');
    expect(stdout).toMatch(/^"setosa " +\d+ +\d+ +\d+$/m);
    expect(stdout).toContain('Warning: the classes "setosa", "setosa " differ only in spaces');

    const json = await runCommand('datasets', 'show', settings, '--seed', '3', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      dataset: 'csv',
      train: 44,
      warnings: [{ setting: 'dataset.trim' }],
    });
    const few = JSON.stringify({ id: 'csv', file, label: 'species', validation: 4, subset: 2 });
    expect((await runCommand('datasets', 'show', few)).stdout).toContain(
      'No search can train on this: 1 of 3 classes are in the test set but have no training example',
    );
  });

  it.each([
    ['{"id":3}', 'expected an id such as mnist'],
    ['no-such', 'no-such'],
    ['{"id":"two-moons","train":100,"validation":200}', 'dataset.validation is 200'],
  ])('refuses to show the dataset %s', async (dataset, message) => {
    const { code, stderr } = await runCommand('datasets', 'show', dataset);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('says how many searches of a data directory use a dataset', async () => {
    const folder = path.join(scratch, 'used');
    const workbench = Workbench.open(folder);
    await workbench.planner.create(
      tinySettings({
        dataset: { id: 'spirals', validation: 60 },
        branches: [{ id: 'transfer', dataset: { id: 'two-moons' } }],
      }),
      'one',
    );
    workbench.close();
    const { stdout } = await runCommand('datasets', '--data-dir', folder, '--json');
    const rows = JSON.parse(stdout) as { id: string; searches: number }[];
    const used = rows.filter(({ searches }) => searches > 0);
    expect(used.map(({ id, searches }) => [id, searches])).toEqual([
      ['two-moons', 1],
      ['spirals', 1],
    ]);
  });

  it.each([
    [['search', '--set', 'training.iterrations=5'], 'training.iterrations: there is no such'],
    [
      ['search', '--set', 'pruning.strategy.fraction=1.2'],
      'pruning.strategy.fraction is 1.2; expected below 1',
    ],
    [
      ['search', '--set', 'training.batchSize=60000'],
      'training.batchSize is 60000; expected at most 6000, the training examples kept',
    ],
    [
      ['search', '--set', 'dataset.validation=60000'],
      'dataset.validation is 60000; expected below 60000',
    ],
    [['search', '--set', 'pruning.levels=0'], 'pruning.levels is 0; expected at least 1'],
    [['search', '--preset', 'quik'], 'there is no preset "quik"'],
    [['search', '--config', path.join(scratch, 'missing.json')], 'missing.json can’t be read'],
    [['sweep'], 'a sweep needs a setting with several values'],
    [['sweep', '--sweep', 'rewind.iteration'], 'is not path=values'],
    [
      ['sweep', '--sweep', 'training.batchSize=60,60000'],
      'at batchSize = 60000: training.batchSize is 60000; expected at most 6000, the training examples kept',
    ],
    [
      ['sweep', '--sweep', 'pruning.levels=1,2', '--sweep', 'pruning.levels=3,4'],
      '--sweep names pruning.levels twice',
    ],
    [['sweep', '--sweep', 'training.iterrations=5,6'], 'training.iterrations: there is no such'],
    [['search', '--set', 'dataset.id=idx', '--set', `dataset.folder=${scratch}`], scratch],
  ])('refuses %j with exit code 2 and writes nothing', async (args, message) => {
    const dataDir = mkdtempSync(path.join(scratch, 'data-'));
    const { code, stderr } = await runCommand(...args, '--data-dir', dataDir);
    expect(stderr.replaceAll("'", '’')).toContain(message.replaceAll("'", '’'));
    expect(code).toBe(2);
    expect((await runCommand('runs', '--json', '--data-dir', dataDir)).stdout).toBe('[]');
  });

  it('refuses a config that is not JSON, naming the file', async () => {
    const file = path.join(scratch, 'broken.json');
    writeFileSync(file, '{"training":');
    const { code, stderr } = await runCommand('search', '--config', file, '--data-dir', scratch);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file} is not JSON`);
  });

  it.each([
    [['sarch']],
    [['search', '--presett', 'quick']],
    [['search', '--workers', '0']],
    [['show']],
    [['datasets', 'fetch']],
  ])('answers wrong use %j with exit code 2', async (args) => {
    expect((await runCommand(...args)).code).toBe(2);
  });

  it('says how many searches an overlap takes', async () => {
    const { code, stderr } = await runCommand('overlap', 'alone');
    expect(code).toBe(2);
    expect(stderr).toContain('one search was given; expected 2 to 8');
  });

  it('extends a search only by what it can, and says what that would train', async () => {
    const folder = path.join(scratch, 'extended');
    const workbench = Workbench.open(folder);
    const { id } = await workbench.planner.create(tinySettings({}), 'tiny');
    const extend = (...flags: string[]) => runCommand('extend', id, ...flags, '--data-dir', folder);
    expect((await extend('--replicates', '+2', '--levels', '3', '--dry-run')).stdout).toBe(
      `tiny (${id}): replicates 2 → 4, levels 2 → 3; 18 trainings`,
    );
    for (const [flags, message] of [
      [['--replicates', '2'], '--replicates is "2"; expected a number above 2'],
      [['--levels', '+0'], '--levels is "+0"; expected a number above 2'],
      [['--levels', 'many'], '--levels is "many"; expected a number above 2'],
      [['--iterations', '60'], `ticket search --like ${id} --set training.iterations=60`],
      [[], 'nothing was asked to be added'],
    ] as const) {
      const { code, stderr } = await extend(...flags);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    }
    expect((await extend('--density', '2')).code).toBe(2);
    expect((await extend('--branch', '{"id":')).code).toBe(2);
    expect(workbench.history.get(id).extensions).toBeUndefined();
    workbench.close();
  });

  it('starts from the settings of another search, or a preset, or a file', async () => {
    expect((await runCommand('search', '--like', 'x', '--preset', 'quick')).code).toBe(2);
    const folder = path.join(scratch, 'empty');
    expect((await runCommand('search', '--like', 'x', '--data-dir', folder)).stderr).toContain(
      'there is no search "x"',
    );
  });

  it('backs searches up, and restores them', async () => {
    const folder = path.join(scratch, 'backed-up');
    const workbench = Workbench.open(folder);
    const { id } = await workbench.planner.create(tinySettings({}), 'tiny');
    const made = await runCommand('backup', '--data-dir', folder);
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toMatch(/backups\/workbench-\d{8}-\d{6}\.sqlite$/);
    workbench.history.delete(id);
    const refused = await runCommand('restore', made.stdout, '--data-dir', folder);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('another process has');
    workbench.close();

    const restored = await runCommand('restore', made.stdout, '--data-dir', folder);
    expect(restored.stdout).toBe(`Restored 1 search to ${folder}.`);
    expect(restored.stderr).toContain('What was there before is in');
    expect((await runCommand('runs', '--data-dir', folder)).stdout).toContain(id);
    expect((await runCommand('restore', 'nowhere', '--data-dir', folder)).code).toBe(2);
    const listed = await runCommand('restore', '--data-dir', folder);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toContain(made.stdout);
    expect((await runCommand('restore', '--data-dir', scratch)).stdout).toContain(
      'There are no backups',
    );
  });

  it('says a sweep from a search where one search is meant', async () => {
    const folder = path.join(scratch, 'swept');
    const workbench = Workbench.open(folder);
    const sweep = { 'training.batchSize': [20, 30] };
    const first = await workbench.planner.createSweep(tinySettings({}), sweep, 'one');
    const atOne = await runCommand('analyse', first.id, '--data-dir', folder);
    expect(atOne).toMatchObject({ code: 2 });
    expect(atOne.stderr).toContain(`${first.id} is a sweep; expected the id of one search`);

    await workbench.planner.createSweep(tinySettings({}), sweep, 'two');
    workbench.close();
    const atBoth = await runCommand('show', 's', '--data-dir', folder);
    expect(atBoth.stderr).toContain('several sweeps begin with "s": ');
    expect(atBoth.stderr).toContain('Type more of the id.');
  });

  it('lists and deletes a damaged search, and still shows the others', async () => {
    const folder = path.join(scratch, 'damaged');
    const workbench = Workbench.open(folder);
    const { id } = await workbench.planner.create(tinySettings({}), 'damaged');
    const other = await workbench.planner.create(tinySettings({}), 'other');
    workbench.close();
    const database = new Database(path.join(folder, 'workbench.sqlite'));
    database.prepare("UPDATE searches SET settings = '{}' WHERE id = ?").run(id);
    database.close();
    const listed = await runCommand('runs', '--data-dir', folder);
    expect(listed.stdout).toContain(other.id);
    expect(listed.stdout).not.toContain(id);
    expect(listed.stderr).toContain(`The search ${id} (damaged) is damaged: settings: `);
    const deleted = await runCommand('delete', id, '--data-dir', folder);
    expect(deleted).toMatchObject({ code: 0, stderr: expect.stringContaining(`Deleted ${id}`) });
    expect((await runCommand('runs', '--data-dir', folder)).stderr).toBe('');
  });

  it('shortens the names in its list', async () => {
    const folder = path.join(scratch, 'named');
    const workbench = Workbench.open(folder);
    await workbench.planner.create(tinySettings({}), `🎟️ ${'goes on and '.repeat(20)}on`);
    workbench.close();
    const { stdout } = await runCommand('runs', '--data-dir', folder);
    expect(stdout).toContain('🎟️ goes on and goes on and goes on and goes on … ');
    expect((await runCommand('runs', '--json', '--data-dir', folder)).stdout).toContain(
      'goes on and on"',
    );
  });

  it.each(['show', 'resume', 'delete'])('says that there is no search to %s', async (command) => {
    const dataDir = mkdtempSync(path.join(scratch, 'empty-'));
    const { code, stderr } = await runCommand(command, 'nothing', '--data-dir', dataDir);
    expect(code).toBe(2);
    expect(stderr).toContain('nothing');
  });

  it('sweeps over what its settings lack', async () => {
    const plan = ['sweep', '--set', 'pruning.schedule=one-shot', '--dry-run'];
    const density = ['--sweep', 'pruning.targetDensity=0.1,0.2'];
    const { code, stdout } = await runCommand(...plan, ...density, '--data-dir', scratch);
    expect(code).toBe(0);
    expect(stdout).toContain('targetDensity = 0.1\ntargetDensity = 0.2\n');
  });

  it('says what a sweep would train, from flags and a config, and saves nothing', async () => {
    const dataDir = mkdtempSync(path.join(scratch, 'plan-'));
    const file = path.join(scratch, 'sweep.json');
    const sweep = { rewind: [{ iteration: 0 }, { id: 'fine-tune', iterations: 100 }] };
    writeFileSync(file, JSON.stringify({ training: { iterations: 1000 }, sweep }));
    const levels = ['--sweep', 'pruning.levels=1..2:1', '--set', 'replicates.count=1'];
    const plan = ['sweep', '--preset', 'quick', '--config', file, ...levels, '--dry-run'];
    const { code, stdout } = await runCommand(...plan, '--data-dir', dataDir);

    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'rewind = {"iteration":0}, levels = 1',
      'rewind = {"iteration":0}, levels = 2',
      'rewind = fine-tune, levels = 1',
      'rewind = fine-tune, levels = 2',
      // One dense network; a ticket and a control of two levels at each of two rewind points.
      '16 trainings, 7 of them shared: 9 to run, 5,400 iterations.',
    ]);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('says where to begin when there are no searches', async () => {
    const dataDir = mkdtempSync(path.join(scratch, 'empty-'));
    expect((await runCommand('runs', '--data-dir', dataDir)).stderr).toContain('ticket search');
    expect(readdirSync(dataDir)).toContain('workbench.sqlite');
  });
});
