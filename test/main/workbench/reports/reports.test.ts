/** Tables and reports of searches and sweeps, through the calls that a window has. */
import { describe, expect, it } from 'vitest';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { planSweep } from '../../../../src/main/workbench/planning/sweep-plan.ts';
import {
  commandsToRepeat,
  sweepCommandToRepeat,
} from '../../../../src/main/workbench/reports/repeat.ts';
import { reportedSearch } from '../../../../src/main/workbench/reports/reported-search.ts';
import { parseSweepArgument, type SweepAxis } from '../../../../src/shared/domain/sweep.ts';
import { missingProgram, outputOf } from '../../../support/programs.ts';
import { finishedSearch, openExportable } from '../conformance/conform-exporters.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  sampleReading,
  sampleSearch,
  temporaryFolder,
} from '../../store/samples.ts';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const textOf = ({ bytes }: { readonly bytes: Uint8Array }): string =>
  new TextDecoder('utf8', { fatal: true }).decode(bytes);

const NAME = 'Größe & 50 %';

describe('the table of levels', () => {
  it('has mean, interval, N, differences and verdict of every level and branch', async () => {
    const { client, search: id } = openExportable();
    const file = await client.call('search.export', { id, what: 'levels', format: 'markdown' });
    const [heading, , ...rows] = textOf(file).split('\n');
    expect(heading).toMatch(
      /Level \| Density \(%\) \| Branch +\| +N \| +Test accuracy \(%\) \| +Difference \(points\) \|/,
    );
    expect(rows.filter((row) => row.startsWith('|'))).toHaveLength(5);
    expect(rows[1]).toMatch(/\| ticket +\| +2 \| +[\d.]+ \\\[-?[\d.]+, [\d.]+\\\] \|/);
    expect(rows[1]).toMatch(/no baseline/);
    expect(file.name).toMatch(/-levels\.md$/);
  });

  it('is read by programs as fractions and iterations', async () => {
    const { client, search: id } = openExportable();
    const text = textOf(await client.call('search.export', { id, what: 'levels', format: 'csv' }));
    const [heading = '', ...rows] = text.trimEnd().split('\r\n');
    expect(heading).toContain(
      'level,branch,density_fraction_kept,replicates,confidence,test_accuracy_fraction_mean,',
    );
    const cells = rows.map((row) => row.split(','));
    expect(new Set(cells.map((row) => row.length))).toEqual(new Set([heading.split(',').length]));
    expect(cells.map(([level, branch]) => `${level} ${branch}`)).toEqual([
      '0 dense',
      '1 ticket',
      '1 random-reinit',
      '2 ticket',
      '2 random-reinit',
    ]);
    const mean = heading.split(',').indexOf('test_accuracy_fraction_mean');
    for (const row of cells) expect(Number(row[mean])).toBeLessThanOrEqual(1);
  });

  it('before anything is trained says so', async () => {
    const test = openExportable();
    const { id } = test.store.searches.create(sampleSearch());
    await expect(
      test.client.call('search.export', { id, what: 'levels', format: 'latex' }),
    ).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining(id) as string });
  });
});

describe('LaTeX', () => {
  it('of levels, sweeps and comparisons is compiled by pdflatex', async ({ skip }) => {
    const reason = missingProgram('pdflatex', 'texlive-latex-base texlive-latex-recommended');
    if (reason !== undefined) skip(reason);
    const test = openExportable();
    const { client, search: id, sweep } = test;
    const format = 'latex';
    const tables = [
      await client.call('search.export', { id, what: 'levels', format }),
      await client.call('sweep.export', { id: sweep, what: 'table', format }),
      await client.call('comparison.export', {
        ids: [finishedSearch(test.store, NAME), id],
        what: 'table',
        format,
      }),
    ];
    const folder = temporaryFolder();
    const document = [
      '\\documentclass{article}',
      '\\usepackage{booktabs}',
      // Room for all columns: what lies beyond the page is not read.
      '\\pdfpagewidth=80cm',
      '\\begin{document}',
      ...tables.map(textOf),
      '\\end{document}',
    ].join('\n');
    writeFileSync(path.join(folder, 'tables.tex'), document);
    const log = outputOf(
      'pdflatex',
      ['-interaction=nonstopmode', '-halt-on-error', 'tables.tex'],
      folder,
    );
    expect(log).toContain('Output written on tables.pdf');
    if (missingProgram('pdftotext', 'poppler-utils') !== undefined) return;
    const text = outputOf('pdftotext', ['-layout', 'tables.pdf', '-'], folder).normalize('NFKC');
    for (const part of ['Größe & 50 %', 'random-reinit', 'Difference (points)', 'Verdict']) {
      expect(text).toContain(part);
    }
  });
});

describe('a report', () => {
  it('of a search has question, verdict, methods, settings, data, environment and command', async () => {
    const { client, search: id, store } = openExportable();
    store.history.setNote(id, 'It **worked**, see <b>here</b>.');
    const text = textOf(
      await client.call('search.export', { id, what: 'report', format: 'markdown' }),
    );
    expect(text.match(/^## .*$/gm)).toEqual([
      '## Question',
      '## Verdict',
      '## Results',
      '## Methods',
      '## Settings',
      '## Data',
      '## Environment',
      '## To repeat it',
      '## Notes',
    ]);
    for (const part of [
      'Does lenet-300-100 on mnist contain a winning ticket',
      'Test: paired differences over N = 2 replicates',
      'We searched for winning tickets (Frankle & Carbin 2019)'.replace('&', '&amp;'),
      'ticket search',
      FINGERPRINT,
      ENVIRONMENT.cpu,
      'It **worked**, see \\<b\\>here\\</b\\>.',
      'data:image/svg+xml;base64,',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('shows the points of others that are wanted, and no others', async () => {
    const test = openExportable();
    const points = {
      isPublishedShown: false,
      own: [
        {
          name: 'Measured elsewhere',
          points: [{ density: 0.5, measure: 'test-accuracy-at-early-stop' as const, value: 0.9 }],
        },
      ],
    };
    const chartsOf = ({ bytes }: { readonly bytes: Uint8Array }) => textOf({ bytes });
    const report = { what: 'report', format: 'html' } as const;
    const reports = (more: object) => [
      test.client.call('search.export', { id: test.search, ...report, ...more }),
      test.client.call('sweep.export', { id: test.sweep, ...report, ...more }),
      test.client.call('comparison.export', {
        ids: [test.search, finishedSearch(test.store)],
        ...report,
        ...more,
      }),
    ];
    for (const made of reports({ points })) {
      expect(chartsOf(await made)).toContain('Measured elsewhere');
      expect(chartsOf(await made)).not.toContain('Frankle &amp; Carbin 2019, ');
    }
    for (const made of reports({})) {
      expect(chartsOf(await made)).not.toContain('Measured elsewhere');
    }
  });

  it('is the same whenever it is written', async () => {
    const { client, search: id } = openExportable();
    const request = { id, what: 'report', format: 'html' } as const;
    const first = await client.call('search.export', request);
    expect((await client.call('search.export', request)).bytes).toEqual(first.bytes);
  });

  it('has the methods paragraph that is sent, or none if that is empty', async () => {
    const { client, search: id } = openExportable();
    const written = await client.call('report.methods', { subject: { kind: 'search', id } });
    expect(written).toContain('Adam');
    const report = async (methods: string) =>
      textOf(
        await client.call('search.export', { id, what: 'report', format: 'markdown', methods }),
      );
    expect(await report('We did *something* else.')).toContain(
      '## Methods\n\nWe did *something* else.',
    );
    expect(await report(' ')).not.toContain('## Methods');
  });

  it('of a sweep and of a comparison has its table, and commands for all', async () => {
    const test = openExportable();
    const { client, sweep, search } = test;
    const second = finishedSearch(test.store, NAME);
    const ofSweep = textOf(
      await client.call('sweep.export', { id: sweep, what: 'report', format: 'markdown' }),
    );
    expect(ofSweep).toContain('ticket sweep');
    expect(ofSweep).toContain('Last: verdict');
    const ofBoth = textOf(
      await client.call('comparison.export', {
        ids: [search, second],
        what: 'report',
        format: 'markdown',
      }),
    );
    expect(ofBoth.match(/^ticket search/gm)).toHaveLength(2);
    expect(ofBoth).toContain('replicates.seed');
    const methods = [
      await client.call('report.methods', { subject: { kind: 'sweep', id: sweep } }),
      await client.call('report.methods', {
        subject: { kind: 'comparison', ids: [search, second] },
      }),
    ];
    for (const text of methods) expect(text).toContain('We searched for winning tickets');
  });

  it('before anything is trained says that nothing can be judged', async () => {
    const test = openExportable();
    const { id } = test.store.searches.create(sampleSearch());
    const request = { id, what: 'report', format: 'markdown' } as const;
    const text = textOf(await test.client.call('search.export', request));
    expect(text).toContain('there is nothing to judge');
    expect(text).not.toContain('## Results');
  });
});

describe('methods', () => {
  const methodsOfSearch = async (count: number) => {
    const test = openExportable();
    const { id } = test.store.searches.create(sampleSearch({ replicates: { count, seed: 8 } }));
    return test.client.call('report.methods', { subject: { kind: 'search', id } });
  };

  it('say how often the search was run, and of different seeds only where there are some', async () => {
    expect(await methodsOfSearch(5)).toContain(
      'was run 5 times, with different seeds (N = 5, seed 8)',
    );
    expect(await methodsOfSearch(1)).toContain('was run once (N = 1, seed 8)');
  });

  it('of a search that waits name no versions and no machine', async () => {
    expect(await methodsOfSearch(2)).not.toMatch(/All computations|unknown/);
  });
});

describe('the commands that repeat searches', () => {
  it('are there also where one of them can’t be written', () => {
    const { store, search } = openExportable();
    const good = reportedSearch(store, search);
    const bad = {
      ...good,
      settingsToRepeat: { ...good.settingsToRepeat, architecture: { id: 'gone' } },
    };
    const [commands, problem] = commandsToRepeat([bad, good]);
    expect(commands).toMatchObject({
      kind: 'commands',
      lines: [expect.stringMatching(/^ticket search/)],
    });
    expect(problem).toMatchObject({
      kind: 'paragraph',
      text: expect.stringContaining('search 1') as string,
    });
  });
});

describe('a report of a sweep', () => {
  it('says whose data and environment it tells of', async () => {
    const { client, sweep: id } = openExportable();
    const request = { id, what: 'report', format: 'markdown' } as const;
    expect(textOf(await client.call('sweep.export', request))).toContain(
      '## Environment\n\nOf the first search:',
    );
  });

  it('lists each data set where they differ', async () => {
    const { client, store } = openExportable();
    const axes = [{ path: 'dataset.id', values: ['mnist', 'fashion-mnist'] }];
    const points = ['mnist', 'fashion-mnist'].map((dataset, index) => ({
      ...sampleSearch({ replicates: { count: 2, seed: 20 + index } }),
      values: [{ path: 'dataset.id', value: dataset }],
    }));
    const { id } = store.sweeps.create('data', axes, points);
    const request = { id, what: 'report', format: 'markdown' } as const;
    const before = textOf(await client.call('sweep.export', request));
    expect(before).toContain('have not read their data yet');
    const { samples, summary } = sampleReading();
    for (const [index, { searchId }] of store.sweeps.members(id).entries()) {
      const own = { ...summary, train: 100 + index };
      store.dataReadings.save(searchId, 'ticket', { samples, summary: own });
    }
    const [, data = ''] = textOf(await client.call('sweep.export', request)).split('## Data');
    expect(data.match(/^- \*\*Classes/gm)).toHaveLength(2);
    expect(data).toMatch(/\bmnist:\n[^]*fashion-mnist:\n/);
  });
});

describe('the command that repeats a sweep', () => {
  it('leads to the same searches', async () => {
    const { store, search } = openExportable();
    const axes: readonly SweepAxis[] = [
      { path: 'training.batchSize', values: [60, 120] },
      { path: 'branches', values: [[], ['random-reinit']] },
      { path: 'training.optimizer', values: [{ id: 'sgd', learningRate: 0.1 }, { id: 'adam' }] },
    ];
    const [part] = sweepCommandToRepeat('Two, of "each"', axes, reportedSearch(store, search));
    if (part?.kind !== 'commands') throw new Error('expected a command');
    const words = wordsOf(part.lines[0]!);
    expect(words.slice(0, 2)).toEqual(['ticket', 'sweep']);
    const valuesOf = (option: string) =>
      words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
    expect(valuesOf('--name')).toEqual(['Two, of "each"']);
    const base = resolveSettings({
      preset: valuesOf('--preset')[0],
      assignments: valuesOf('--set'),
    });
    const draft = Object.assign(
      {},
      ...valuesOf('--sweep').map((argument) => parseSweepArgument(argument)),
    ) as Record<string, readonly never[]>;
    expect(draft).toEqual(Object.fromEntries(axes.map(({ path: at, values }) => [at, values])));
    expect((await planSweep({ ...base }, draft)).points).toHaveLength(8);
  });
});

/** The words of a command line that was quoted for a shell. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\'|[^\s'])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|\\'/g, (_, quoted: string | undefined) => quoted ?? "'"),
  );
}
