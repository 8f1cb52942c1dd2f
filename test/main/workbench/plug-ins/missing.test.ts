/** One database with a search for each kind of entry, written with plug-ins and read without them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../../src/main/hosts/cli/main.ts';
import type { Output } from '../../../../src/main/hosts/cli/output.ts';
import type { NewSearch } from '../../../../src/main/store/store.ts';
import { missingEntries } from '../../../../src/main/workbench/plug-ins/used.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import {
  EXPORT_SUBJECTS,
  type ExportSubject,
} from '../../../../src/shared/contract/records/catalog.ts';
import {
  PLUG_IN_KIND_NAMES,
  type PlugInKind,
  type UsedPlugIn,
} from '../../../../src/shared/domain/plug-in.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  sampleSearch,
  sampleSettings,
  sampleTraining,
} from '../../store/samples.ts';
import { openTestWorkbench, type TestWorkbench } from '../handlers/support.ts';

const { training, pruning } = sampleSettings();
/** What a search chooses; export formats are chosen by nobody. */
const CHOICES: Readonly<Record<Exclude<PlugInKind, 'exporters'>, Partial<Settings>>> = {
  datasets: { dataset: { id: 'gone', validation: 5000 } },
  architectures: { architecture: { id: 'gone', units: 3 } },
  initializers: { initializer: { id: 'gone' } },
  optimizers: { training: { ...training, optimizer: { id: 'gone', learningRate: 0.1 } } },
  strategies: { pruning: { ...pruning, strategy: { id: 'gone' } } },
  pruningSchedules: { pruning: { ...pruning, schedule: 'gone' } },
  branches: { branches: ['random-reinit', 'gone'] },
  analyses: { analyses: [{ id: 'gone' }] },
};
const KINDS = Object.keys(CHOICES) as (keyof typeof CHOICES)[];

const OVERLAP = {
  kind: 'mask-overlap',
  between: 'levels',
  tensors: [],
  scope: 'layer',
  pairs: [],
};

const FORMATS: Readonly<Record<ExportSubject, string>> = {
  masks: 'npz',
  weights: 'safetensors',
  metrics: 'json',
  analyses: 'json',
  settings: 'json',
  chart: 'svg',
  levels: 'csv',
  report: 'markdown',
};

/** As an analysis that is not loaded has left it. */
const KEPT = { kind: 'gone', kept: 7 };

const plugInOf = (kind: PlugInKind): UsedPlugIn => ({
  kind,
  id: 'gone',
  file: `my-${kind}.ts`,
  sha256: 'a'.repeat(64),
});

const newSearch = (kind: keyof typeof CHOICES): NewSearch => ({
  ...sampleSearch(CHOICES[kind]),
  name: `gone ${kind}`,
  plugIns: [plugInOf(kind)],
});

let test: TestWorkbench;
/** Finished, by kind. */
let finished: ReadonlyMap<string, string>;

function finish(id: string, settings: Settings): void {
  const { store } = test;
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  for (const key of plannedTrainings(settings)) store.trainings.save(id, sampleTraining(key));
  store.searches.setStatus(id, 'finished');
  for (const [analysis, result] of [
    ['mask-overlap', OVERLAP],
    ['gone', KEPT],
  ] as const) {
    if (analysis === 'gone' && settings.analyses === undefined) continue;
    const { id: number } = store.analyses.request(id, { id: analysis }, 2);
    for (const unit of ['replicate 10', 'replicate 9']) {
      store.analyses.saveUnit(id, number, { unit, result, milliseconds: 1 });
    }
  }
}

/** A finished search of each of these kinds. */
function openWith(kinds: readonly (keyof typeof CHOICES)[]): void {
  test = openTestWorkbench();
  const { store } = test;
  finished = new Map(
    kinds.map((kind) => {
      const search = newSearch(kind);
      const { id } = store.searches.create(search);
      finish(id, search.settings);
      Workbench.over(store).history.summarize(id);
      return [kind, id];
    }),
  );
}

describe.each(KINDS)('a finished search whose %s entry is missing', (kind) => {
  beforeEach(() => {
    openWith([kind]);
  });
  const idOf = () => finished.get(kind)!;
  const isMissing = { kind, id: 'gone', file: `my-${kind}.ts`, reason: 'not-loaded' };

  it('is shown with its results, and says what is missing', async () => {
    const { client, faults } = test;
    const id = idOf();
    const detail = await client.call('search.get', { id });
    expect(detail.missing).toEqual([isMissing]);
    expect(detail.densities).toHaveLength(3);
    expect([...detail.densities].every((density) => density > 0 && density <= 1)).toBe(true);
    const result = await client.call('search.result', { id });
    expect(result?.levels).toHaveLength(2);
    const series = await client.call('search.series', { id });
    expect(series.branches.map(({ branch }) => branch)).toContain('ticket');
    const trainings = await client.call('search.trainings', { id });
    expect(trainings.every(({ state }) => state === 'finished')).toBe(true);
    expect(await client.call('search.curves', { id })).toHaveLength(trainings.length);
    await client.call('search.log', { id });
    expect(faults).toEqual([]);
  });

  it('shows and exports what analyses have found', async () => {
    const { client, faults } = test;
    const id = idOf();
    const analyses = await client.call('search.analyses', { id });
    for (const { id: analysis, choice } of analyses) {
      const shown = client.call('search.analysis', { id, analysis });
      if (choice.id === 'gone') {
        await expect(shown).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('the analysis "gone" of the plug-in my-analyses.ts'),
        });
      } else {
        expect((await shown).report.notes).not.toEqual([]);
      }
      const json = await client.call('search.export', {
        id,
        what: 'analyses',
        format: 'json',
        analysis,
      });
      expect(Buffer.from(json.bytes).toString()).toContain(`"id": "${choice.id}"`);
    }
    expect(faults).toEqual([]);
  });

  it('exports every subject', async () => {
    const { client, faults } = test;
    const id = idOf();
    for (const what of EXPORT_SUBJECTS) {
      const format = FORMATS[what];
      const file = await client.call('search.export', { id, what, format });
      expect(file.bytes.length, what).toBeGreaterThan(0);
    }
    const unknown = client.call('search.export', { id, what: 'metrics', format: 'gone' });
    await expect(unknown).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining("metrics can't be exported as gone; expected"),
    });
    expect(faults).toEqual([]);
  });

  it('can be cloned to be changed, and says why it can’t be a command or be analysed', async () => {
    const { client, faults } = test;
    const id = idOf();
    const { settings } = await client.call('search.clone', { id });
    expect(settings).toEqual(newSearch(kind).written);
    const named = {
      code: 'conflict',
      message: expect.stringContaining(
        `the search ${id} uses the ${PLUG_IN_KIND_NAMES[kind]} "gone" of the plug-in my-${kind}.ts`,
      ),
    };
    await expect(client.call('search.command', { id })).rejects.toMatchObject(named);
    const choice = kind === 'analyses' ? 'gone' : 'mask-overlap';
    await expect(
      client.call('search.analyse', { id, analysis: { id: choice } }),
    ).rejects.toMatchObject(named);
    expect(faults).toEqual([]);
  });

  it('is refused by name when it is imported as a file', async () => {
    const { client } = test;
    const settings = JSON.parse(JSON.stringify(CHOICES[kind]));
    for (const check of [
      await client.call('settings.resolve', { settings }),
      await client.call('settings.validate', { settings }),
    ]) {
      expect(check).toMatchObject({ valid: false });
      const [problem] = 'problems' in check ? check.problems : [];
      expect(problem?.message).toMatch(
        / is "gone"; expected one of .* from a plug-in that is not loaded[.]$/,
      );
    }
  });

  it('is shown by the command line', async () => {
    const id = idOf();
    const { directory } = test.store;
    const shown = await ticket('show', id, '--data-dir', directory);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.text).toContain(`uses gone (${kind}) of the plug-in my-${kind}.ts`);
    expect(await ticket('analyse', id, '--data-dir', directory)).toMatchObject({ code: 0 });
    const out = path.join(directory, 'metrics.csv');
    expect(
      await ticket(
        'export',
        id,
        '--what',
        'metrics',
        '--format',
        'csv',
        '--out',
        out,
        '--data-dir',
        directory,
      ),
    ).toMatchObject({ code: 0 });
  });

  it('fails with the reason when it is to run', async () => {
    const { store } = test;
    const { id } = store.searches.create(newSearch(kind));
    const end = await Workbench.over(store).runner.runToEnd(id);
    expect(end).toMatchObject({ reason: 'failed' });
    const { state, error } = store.history.get(id);
    expect(state).toBe('failed');
    expect(error?.message).toContain(`"gone" of the plug-in my-${kind}.ts with the SHA-256 aaaa`);
    expect(error?.hint).toBe('Start with --plugins FOLDER, where FOLDER holds that file.');
  });
});

it('the exact option is named where the file is in the data directory', async () => {
  openWith([]);
  const { store } = test;
  const folder = path.join(store.directory, 'plug-ins');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'my-strategies.ts'), '');
  const { id } = store.searches.create(newSearch('strategies'));
  await Workbench.over(store).runner.runToEnd(id);
  expect(store.history.get(id).error?.hint).toContain(`Start with --plugins ${folder}. `);
});

it('the history lists, filters, sorts and groups searches of missing plug-ins', async () => {
  openWith(KINDS);
  const { client, store, faults } = test;
  const { total } = await client.call('search.list', {});
  expect(total).toBe(KINDS.length);
  for (const column of ['dataset', 'architecture', 'optimizer', 'strategy', 'schedule'] as const) {
    const { rows } = await client.call('search.list', {
      sort: { column, direction: 'ascending' },
    });
    expect(rows).toHaveLength(KINDS.length);
  }
  for (const filter of [
    { datasets: ['gone'] },
    { architectures: ['gone'] },
    { strategies: ['gone'] },
    { text: 'gone pruningSchedules' },
  ]) {
    expect((await client.call('search.list', { filter })).total).toBe(1);
  }

  const points = KINDS.map((kind) => ({ ...newSearch(kind), values: [] }));
  const sweep = store.sweeps.create('all kinds', [], points);
  for (const { searchId } of store.sweeps.members(sweep.id)) {
    finish(searchId, store.searches.get(searchId).settings);
  }
  const { lines } = await client.call('history.lines', { expanded: [sweep.id] });
  expect(lines.filter(({ kind }) => kind === 'sweep')).toHaveLength(1);
  expect(lines).toHaveLength(1 + 2 * KINDS.length);
  const { id } = sweep;
  expect((await client.call('sweep.get', { id })).points).toHaveLength(KINDS.length);
  const { table, series } = await client.call('sweep.results', { id });
  expect(table.rows.every(({ last }) => last)).toBe(true);
  expect(series).toHaveLength(KINDS.length);
  for (const [what, format] of [
    ['table', 'csv'],
    ['chart', 'svg'],
    ['report', 'markdown'],
  ] as const) {
    expect((await client.call('sweep.export', { id, what, format })).bytes.length).toBeGreaterThan(
      0,
    );
  }
  // Planning a group looks at every search of the sweep.
  Workbench.over(store).runner.groupOf(id);
  expect(faults).toEqual([]);
});

it('searches of missing plug-ins are compared with others', async () => {
  openWith(KINDS);
  const { client, store, faults } = test;
  const other = sampleSearch();
  const { id } = store.searches.create(other);
  finish(id, other.settings);
  for (const missing of finished.values()) {
    const { pairs } = await client.call('search.overlap', { ids: [id, missing] });
    expect(pairs).toHaveLength(2);
  }
  expect(faults).toEqual([]);
});

it('results of a missing analysis are in the order of their parts', () => {
  openWith(['analyses']);
  const workbench = Workbench.over(test.store);
  const id = finished.get('analyses')!;
  const [, gone] = workbench.analyses.list(id);
  expect(workbench.analyses.results(id, gone!.id).map(({ unit }) => unit)).toEqual([
    'replicate 9',
    'replicate 10',
  ]);
});

it('formats with rows name the analysis that they can’t write', async () => {
  openWith(['analyses']);
  const exported = test.client.call('search.export', {
    id: finished.get('analyses')!,
    what: 'analyses',
    format: 'csv',
  });
  await expect(exported).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('the analysis "gone" of the plug-in my-analyses.ts'),
  });
});

it('an entry that no search knows a plug-in of is missing as well', () => {
  const search = { id: 'x', settings: sampleSettings(CHOICES.strategies) };
  expect(missingEntries(search)).toEqual([
    { kind: 'strategies', id: 'gone', reason: 'not-loaded' },
  ]);
});

async function ticket(...args: string[]) {
  const lines: string[] = [];
  const output: Output = {
    isTerminal: false,
    columns: 80,
    result: (text) => lines.push(text),
    event: (json) => lines.push(json),
    note: (text) => lines.push(text),
    status: () => undefined,
  };
  return { code: await main(args, output), text: lines.join('\n') };
}
