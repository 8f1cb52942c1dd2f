/** `ticket export` for papers: charts of a real size, tables and reports. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { finishedSearch, openExportable } from '../../workbench/conformance/conform-exporters.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  sampleSearch,
  sampleSettings,
  sampleTraining,
  temporaryFolder,
} from '../../store/samples.ts';
import { openTestWorkbench, type TestWorkbench } from '../../workbench/handlers/support.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import { runCommand } from '../../../support/run-command.ts';
import {
  ONE_SETTING,
  storeSweep,
  THREE_SETTINGS,
  TWO_SETTINGS,
} from '../../../support/sample-sweeps.ts';

/** What `ticket export` writes, or what it says against it. */
async function exported(
  { store }: TestWorkbench,
  ...args: string[]
): Promise<{ file: Buffer; stderr: string; code: number }> {
  const out = path.join(temporaryFolder(), 'file');
  const { code, stderr } = await runCommand(
    ...['export', ...args, '--data-dir', store.directory, '--out', out],
  );
  const file = existsSync(out) ? readFileSync(out) : Buffer.alloc(0);
  return { file, stderr, code };
}

it('draws a chart of the size, font, theme and legend that are asked for', async () => {
  const test = openExportable();
  const { file, code } = await exported(
    test,
    ...[test.search, '--what', 'chart', '--format', 'svg', '--width', '8.4cm', '--height', '60mm'],
    ...['--font-size', '8', '--font-family', 'serif', '--no-title', '--legend', 'right'],
    ...['--theme', 'dark'],
  );
  expect(code).toBe(0);
  const svg = file.toString('utf8');
  expect(svg).toMatch(/width="84mm" height="60mm"/);
  expect(svg).toContain('font-size="10.67"');
  expect(svg).toContain(', serif"');
  expect(svg).toContain('fill="#0d1117"');
  expect(svg).not.toMatch(/<text[^>]*>Test accuracy at the early stop/);
});

it('draws presets as PDF, and a title where the preset has none', async () => {
  const test = openExportable();
  const args = [test.search, '--what', 'chart', '--preset', 'one-column'];
  const { file } = await exported(test, ...args, '--format', 'pdf');
  expect(file.subarray(0, 5).toString()).toBe('%PDF-');
  const title = /<text[^>]*>Test accuracy at the early stop/;
  const bare = await exported(test, ...args, '--format', 'svg');
  const titled = await exported(test, ...args, '--format', 'svg', '--title');
  expect(bare.file.toString('utf8')).not.toMatch(title);
  expect(titled.file.toString('utf8')).toMatch(title);
});

it.each([
  ['chart', 'svg', ['--width', '5mm'], 'the width of the chart is 5 mm; expected 30 to 1000 mm'],
  ['report', 'html', ['--methods', '/no/such/file'], "methods file /no/such/file can't be read"],
  [
    'levels',
    'csv',
    ['--width', '84mm', '--dpi', '300'],
    '--width, --dpi would do nothing for the levels of a search',
  ],
  ['report', 'html', ['--level', '1'], '--level would do nothing for the report of a search'],
  [
    'report',
    'html',
    ['--level', '1'],
    'The options for it are --no-published, --points, --methods',
  ],
  [
    'chart',
    'svg',
    ['--tensor', 'fc1'],
    '--tensor would do nothing for the chart accuracy of a search',
  ],
  [
    'chart',
    'svg',
    ['--chart', 'mask', '--no-published'],
    '--no-published would do nothing for the chart mask of a search',
  ],
])(
  'a %s as %s with %j is refused, and says what was expected',
  async (what, format, args, message) => {
    const test = openExportable();
    const { stderr, code, file } = await exported(
      test,
      ...[test.search, '--what', what, '--format', format],
      ...args,
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(file).toHaveLength(0);
  },
);

it('writes levels as LaTeX, and the table of several searches', async () => {
  const test = openExportable();
  const other = finishedSearch(test.store);
  const levels = await exported(test, test.search, '--what', 'levels', '--format', 'latex');
  expect(levels.file.toString('utf8')).toContain('\\toprule');
  const compared = await exported(
    test,
    ...[test.search, other, '--what', 'table', '--format', 'markdown'],
  );
  expect(compared.file.toString('utf8')).toMatch(/^\| Density \(%\) \| Search/);
});

it('writes reports of a search, a sweep and a comparison, with methods from a file', async () => {
  const test = openExportable();
  const methods = path.join(temporaryFolder(), 'methods.md');
  writeFileSync(methods, 'Our **own** methods.');
  for (const ids of [[test.search], [test.sweep], [test.search, finishedSearch(test.store)]]) {
    const { file, code } = await exported(
      test,
      ...[...ids, '--what', 'report', '--format', 'html', '--methods', methods],
    );
    expect(code).toBe(0);
    expect(file.toString('utf8')).toContain('<p>Our <strong>own</strong> methods.</p>');
  }
});

it('draws a metric of a sweep over its settings, also in its report', async () => {
  const test = openExportable();
  const sweep = storeSweep(test.store, TWO_SETTINGS);
  const drawn = async (...args: string[]) => {
    const chart = ['--what', 'chart', '--format', 'svg', ...args];
    const { file, stderr, code } = await exported(test, sweep, ...chart);
    return { svg: file.toString('utf8'), stderr, code };
  };
  const lines = await drawn('--chart', 'swept-value', '--metric', 'early-stop', '--level', '1');
  expect(lines.code).toBe(0);
  for (const text of ['Early stop (iteration)', 'batchSize = 60', 'level 1', 'learningRate']) {
    expect(lines.svg).toContain(text);
  }
  const heat = await drawn('--chart', 'heat-map', '--branch', 'dense');
  expect(heat.svg).toContain('>95.57<');
  expect(heat.svg).toContain('>failed<');
  expect((await drawn('--chart', 'heat-map', '--branch', 'nope')).stderr).toContain(
    'has no branch "nope"; expected ticket, dense',
  );
  expect((await drawn('--chart', 'step-time')).stderr).toContain(
    'expected accuracy or early-stop or swept-value or heat-map or parallel-coordinates',
  );
  const report = await exported(test, sweep, '--what', 'report', '--format', 'markdown');
  expect(report.file.toString('utf8').match(/!\[/g)).toHaveLength(4);
});

it('writes table and report of a sweep at the level or density and with the metric that is asked for', async () => {
  const test = openExportable();
  const sweep = storeSweep(test.store, TWO_SETTINGS);
  const table = async (...args: string[]) => {
    const { file, stderr, code } = await exported(test, sweep, '--what', 'table', ...args);
    return { lines: file.toString('utf8').trimEnd().split('\r\n'), stderr, code };
  };
  const usual = await table('--format', 'csv');
  expect(usual.lines[0]).toMatch(
    /,last_level,last_density_fraction_kept,last_early_stop_iteration,last_test_accuracy_fraction,last_verdict,smallest/,
  );
  const first = await table('--format', 'csv', '--level', '1', '--metric', 'difference');
  expect(first.lines[0]).toMatch(
    /,chosen_branch,chosen_level,chosen_density_fraction_kept,.*,chosen_test_accuracy_minus_dense_fraction,/,
  );
  const cells = first.lines[1]!.split(',');
  const at = (name: string) => Number(cells[first.lines[0]!.split(',').indexOf(name)]);
  expect(at('chosen_level')).toBe(1);
  expect(at('chosen_test_accuracy_minus_dense_fraction')).toBeCloseTo(
    at('chosen_test_accuracy_fraction') - at('dense_test_accuracy_fraction'),
    12,
  );
  const nearest = await table('--format', 'csv', '--density', '78%');
  expect(nearest.lines[1]).toContain(',ticket,1,0.8,');
  const written = await exported(
    test,
    ...[sweep, '--what', 'table', '--format', 'markdown', '--density', '0.78'],
  );
  expect(written.file.toString('utf8')).toContain('The density nearest to 78 %: accuracy (%)');
  for (const [args, message] of [
    [['--level', '9'], 'has trained level 9; expected 1 to 2'],
    [['--level', '1', '--density', '20%'], 'both the level 1 and the density 0.2 are given'],
    [['--branch', 'nope'], 'has no branch "nope"; expected ticket, dense'],
  ] as const) {
    const refused = await table('--format', 'csv', ...args);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(message);
  }
  const report = await exported(
    test,
    ...[sweep, '--what', 'report', '--format', 'html', '--level', '1', '--metric', 'early-stop'],
  );
  const html = report.file.toString('utf8');
  expect(html).toContain('Early stop (iteration)');
  expect(html).toContain('ticket, level 1');
  expect(html).toContain('Level 1: density (%)');
});

it('draws the parallel coordinates of a sweep, also in its report', async () => {
  const test = openExportable();
  const sweep = storeSweep(test.store, THREE_SETTINGS);
  const chart = ['--what', 'chart', '--chart', 'parallel-coordinates', '--level', '1'];
  const svg = await exported(test, sweep, ...chart, '--format', 'svg', '--width', '120');
  const text = svg.file.toString('utf8');
  expect(text).toContain('width="120mm"');
  for (const said of ['learningRate', '0.003', 'Test accuracy (%)', 'ticket, level 1']) {
    expect(text).toContain(said);
  }
  const bare = await exported(test, sweep, ...chart, '--format', 'svg', '--no-title');
  expect(bare.file.toString('utf8')).not.toContain('>ticket, level 1');
  for (const [format, start] of [
    ['pdf', '%PDF'],
    ['png', '\u0089PNG'],
  ] as const) {
    const { file } = await exported(test, sweep, ...chart, '--format', format, '--theme', 'dark');
    expect(file.toString('latin1').startsWith(start)).toBe(true);
  }
  const report = await exported(test, sweep, '--what', 'report', '--format', 'html');
  expect(report.file.toString('utf8')).toContain('and all settings: ');
});

it('needs two settings for a heat map of a sweep', async () => {
  const test = openExportable();
  const sweep = storeSweep(test.store, ONE_SETTING);
  const args = ['--what', 'chart', '--chart', 'heat-map', '--format', 'svg'];
  const { stderr, code } = await exported(test, sweep, ...args);
  expect(code).not.toBe(0);
  expect(stderr).toContain('has one setting; a heat map needs two');
});

it('says what a search, a sweep and a comparison have', async () => {
  const test = openExportable();
  const { search, sweep } = test;
  for (const [args, message] of [
    [[search, '--what', 'table'], 'a search has no table to export; expected masks, weights,'],
    [[sweep, '--what', 'masks'], 'a sweep has no masks to export; expected table, chart, report'],
    [
      [search, finishedSearch(test.store), '--what', 'levels'],
      'a comparison has no levels to export; expected table,',
    ],
  ] as const) {
    const { stderr, code } = await exported(test, ...args, '--format', 'csv');
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  }
});

it('refuses what a sweep and a comparison can’t take', async () => {
  const test = openExportable();
  const ofSweep = [test.sweep, '--what', 'table', '--format', 'csv', '--replicate', '1'];
  const { stderr, code } = await exported(test, ...ofSweep);
  expect(code).not.toBe(0);
  expect(stderr).toContain('--replicate would do nothing for the table of a sweep');
  const ids = [test.search, finishedSearch(test.store)];
  const ofComparison = [...ids, '--what', 'table', '--format', 'csv'];
  const refused = await exported(test, ...ofComparison, '--replicate', '1');
  expect(refused.stderr).toContain('--replicate would do nothing for the table of a comparison');
  const taken = await exported(test, ...ofComparison, '--branch', 'random-reinit');
  expect(taken.code).toBe(0);
});

it('takes ~ for the home folder where no shell does', async () => {
  const test = openExportable();
  const name = 'no-such-points.csv';
  const { code, stderr } = await exported(
    test,
    ...[test.search, '--what', 'chart', '--format', 'svg', `--points=~/${name}`],
  );
  expect(code).not.toBe(0);
  expect(stderr).toContain(`the file of points ${path.join(homedir(), name)} can't be read`);
});

it('draws learning curves: the mean of all levels, or one training', async () => {
  const test = openExportable();
  const args = [test.search, '--what', 'chart', '--chart', 'test-loss-curves', '--format', 'svg'];
  const all = await exported(test, ...args);
  expect(all.code).toBe(0);
  expect(all.file.toString()).toMatch(/>Test loss: /);
  expect(all.file.toString()).toContain('level 2, ticket');
  const one = await exported(test, ...args, '--level', '1', '--branch', 'random-reinit');
  expect(one.file.toString()).toContain('up to 2 replicates a line');
  const second = await exported(test, ...args, '--level', '1', '--replicate', '2');
  expect(second.file.toString()).toContain('N = 1 training,');
  const none = await exported(test, ...args, '--level', '9');
  expect(none.stderr).toContain('no finished training of ticket, level 9');
});

it('draws 21 levels with 1,000 evaluations each, with mean and band, in every format', async () => {
  const test = openTestWorkbench();
  const { pruning, training } = sampleSettings();
  const sample = sampleSearch({
    branches: [],
    pruning: { ...pruning, levels: 20 },
    training: { ...training, iterations: 999, evaluateEvery: 1 },
  });
  const { id } = test.store.searches.create(sample);
  test.store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  const evaluations = Array.from({ length: 1000 }, (_, iteration) => {
    const loss = 2 / (1 + iteration) + ((iteration * 7919) % 100) / 1000;
    return {
      iteration,
      validationLoss: loss,
      validationAccuracy: 0.5,
      testLoss: loss,
      testAccuracy: 0.5,
    };
  });
  for (const each of plannedTrainings(sample.settings)) {
    test.store.trainings.save(id, sampleTraining(each, { evaluations }));
  }
  const args = [id, '--what', 'chart', '--chart', 'validation-loss-curves'];
  for (const [format, beginning] of [
    ['pdf', '%PDF-'],
    ['svg', '<svg'],
    ['png', '\u0089PNG'],
  ] as const) {
    const { file, code, stderr } = await exported(test, ...args, '--format', format);
    expect([code, stderr]).toEqual([0, expect.stringContaining('Wrote') as string]);
    expect(file.toString('latin1')).toContain(beginning);
  }
});
