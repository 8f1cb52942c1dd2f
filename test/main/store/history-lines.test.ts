import { describe, expect, it } from 'vitest';
import { CALLS, type LinesQuery, SORT_COLUMNS } from '../../../src/shared/contract/calls.ts';
import type { HeadlineVerdict } from '../../../src/shared/contract/records/search-rows.ts';
import type { HistorySummary } from '../../../src/main/store/history-summaries.ts';
import type { StoredLine } from '../../../src/main/store/history-lines.ts';
import { openDatabase } from '../../../src/main/store/database.ts';
import { MIGRATIONS } from '../../../src/main/store/migrations/index.ts';
import { Store } from '../../../src/main/store/store.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleEffect,
  sampleSearch,
  sampleSettings,
  sampleSummary,
  sampleTraining,
  temporaryFile,
} from './samples.ts';

const lines = (store: Store, changes: Partial<Record<keyof LinesQuery, unknown>> = {}) =>
  store.history.lines(CALLS['history.lines'].input.parse(changes));

interface Opened {
  readonly store: Store;
  /** Searches of their own. */
  alone(...names: string[]): string[];
  /** One search for every batch size. */
  sweep(name: string, ...batchSizes: number[]): { readonly id: string; readonly ids: string[] };
}

/** Everything that is made is younger than what was made before. */
function open(): Opened {
  let now = Date.UTC(2025, 0, 1);
  const store = Store.open(temporaryFile(), { now: () => (now += 1) });
  const path = 'training.batchSize';
  return {
    store,
    alone: (...names) => names.map((name) => store.searches.create({ ...sampleSearch(), name }).id),
    sweep: (name, ...batchSizes) => {
      const points = batchSizes.map((value) => ({
        ...sampleSearch({ training: { ...sampleSettings().training, batchSize: value } }),
        name: `${name}: batchSize = ${value}`,
        values: [{ path, value }],
      }));
      const { id } = store.sweeps.create(name, [{ path, values: batchSizes }], points);
      return { id, ids: store.sweeps.members(id).map(({ searchId }) => searchId) };
    },
  };
}

function save(store: Store, id: string, changes: Partial<HistorySummary>): void {
  store.history.saveSummary(id, sampleSummary(changes));
}

const verdict = (kind: HeadlineVerdict['kind'], density: number): HeadlineVerdict => ({
  kind,
  level: 1,
  density,
  reason: `${kind} at ${density}`,
});

/** What a line shows, with the number of those that match, members indented. */
const texts = (found: readonly StoredLine[]): string[] =>
  found.map((line) => {
    if (line.kind === 'sweep')
      return `${line.row.name} (${line.matching.length} of ${line.row.points})`;
    return `${line.sweep ? '  ' : ''}${line.row.name}`;
  });

describe('lines of the history', () => {
  it('are searches, and one for each sweep, its searches beneath it where it is expanded', () => {
    const { store, alone, sweep } = open();
    alone('first');
    const swept = sweep('S', 30, 60);
    alone('last');

    expect(lines(store)).toMatchObject({ total: 3, searches: 4 });
    expect(texts(lines(store).lines)).toEqual(['last', 'S (2 of 2)', 'first']);
    const expanded = lines(store, { expanded: [swept.id, 'nowhere'] });
    expect(expanded).toMatchObject({ total: 5, searches: 4 });
    expect(texts(expanded.lines)).toEqual([
      'last',
      'S (2 of 2)',
      '  S: batchSize = 30',
      '  S: batchSize = 60',
      'first',
    ]);
    expect(expanded.lines.map(({ position, siblings }) => [position, siblings])).toEqual([
      [1, 3],
      [2, 3],
      [1, 2],
      [2, 2],
      [3, 3],
    ]);
    expect(expanded.lines[1]).toMatchObject({ matching: swept.ids, isExpanded: true });
    expect(expanded.lines[2]).toMatchObject({
      sweep: { id: swept.id, name: 'S', point: [{ path: 'training.batchSize', value: 30 }] },
    });
  });

  it('are none in an empty history', () => {
    expect(lines(open().store)).toEqual({ lines: [], total: 0, searches: 0 });
  });

  it('come in pages without gaps, in the middle of a sweep as well', () => {
    const { store, alone, sweep } = open();
    const expanded = [sweep('A', 1, 2, 3), sweep('B', 1, 2, 3, 4)].map(({ id }) => id);
    alone('x', 'y');
    const all = lines(store, { expanded });

    expect(all.lines).toHaveLength(11);
    const pages = [0, 2, 4, 6, 8, 10].map((offset) => lines(store, { expanded, offset, limit: 2 }));
    expect(pages.flatMap((page) => page.lines)).toEqual(all.lines);
    expect(lines(store, { expanded, offset: 11 })).toEqual({ ...all, lines: [] });
  });

  it('show of a sweep what matches, and sum up the whole of it', () => {
    const { store, alone, sweep } = open();
    const { id, ids } = sweep('S', 30, 60, 90);
    sweep('T', 30);
    alone('other');
    store.history.setTags([ids[1]!], ['good'], []);
    save(store, ids[0]!, { bestAccuracy: 0.99 });
    const found = (filter: object) => lines(store, { filter, expanded: [id] });

    expect(found({ tags: ['good'] })).toMatchObject({ total: 2, searches: 1 });
    expect(texts(found({ tags: ['good'] }).lines)).toEqual(['S (1 of 3)', '  S: batchSize = 60']);
    expect(found({ tags: ['good'] }).lines[0]).toMatchObject({
      matching: [ids[1]],
      row: { bestAccuracy: 0.99, points: 3 },
    });
    expect(texts(found({ text: 'batchsize 90' }).lines)).toEqual([
      'S (1 of 3)',
      '  S: batchSize = 90',
    ]);
    store.history.setArchived(ids.slice(0, 2), true);
    expect(texts(found({}).lines)).toContain('S (1 of 3)');
    expect(texts(found({ archived: 'only' }).lines).slice(0, 1)).toEqual(['S (2 of 3)']);
    expect(found({ text: 'nothing like it' })).toEqual({ lines: [], total: 0, searches: 0 });
  });

  it('lose what is deleted, and a sweep with its last search', () => {
    const { store, sweep } = open();
    const { id, ids } = sweep('S', 30, 60);
    store.history.markDeleted(ids.slice(0, 1));
    expect(texts(lines(store, { expanded: [id] }).lines)).toEqual([
      'S (1 of 1)',
      '  S: batchSize = 60',
    ]);
    store.history.markDeleted(ids.slice(1));
    expect(lines(store)).toEqual({ lines: [], total: 0, searches: 0 });
    expect(store.sweeps.summaries()).toEqual([]);
    expect(() => store.sweeps.summary(id)).toThrow('there is no sweep');
    store.history.unmarkDeleted(ids);
    expect(texts(lines(store).lines)).toEqual(['S (2 of 2)']);
  });
});

describe('the line of a sweep', () => {
  it('shows the best that its searches have come to', () => {
    const { store, sweep } = open();
    const [a, b, c] = sweep('S', 30, 60, 90).ids;
    const sparkline = Float32Array.of(0.97, 0.98);
    save(store, a!, { verdict: verdict('winning', 0.5), denseAccuracy: 0.97, bestAccuracy: 0.95 });
    save(store, b!, { verdict: verdict('winning', 0.2), bestAccuracy: 0.98, sparkline });
    save(store, c!, { verdict: verdict('not winning', 0.1), denseAccuracy: 0.96 });

    expect(lines(store).lines[0]?.row).toMatchObject({
      verdict: verdict('winning', 0.2),
      denseAccuracy: 0.97,
      bestAccuracy: 0.98,
      sparkline,
    });
  });

  it.each([
    { kinds: ['not winning', 'inconclusive'], best: 'inconclusive' },
    { kinds: ['inconclusive', 'winning'], best: 'winning' },
    { kinds: [undefined, 'not winning'], best: 'not winning' },
    { kinds: [undefined, undefined], best: undefined },
  ] as const)('has of the verdicts $kinds the best: $best', ({ kinds, best }) => {
    const { store, sweep } = open();
    const { ids } = sweep('S', 30, 60);
    for (const [index, kind] of kinds.entries()) {
      save(store, ids[index]!, { verdict: kind && verdict(kind, 0.5) });
    }
    expect(lines(store).lines[0]?.row.verdict?.kind).toBe(best);
  });

  it('shows what its searches have in common, and all of their tags', () => {
    const { store } = open();
    const path = 'architecture';
    const architectures = [{ id: 'lenet-300-100' }, { id: 'mlp', widths: [3] }];
    store.sweeps.create(
      'S',
      [{ path, values: architectures }],
      architectures.map((architecture) => ({
        ...sampleSearch({ architecture }),
        values: [{ path, value: architecture }],
      })),
    );
    const { matching } = lines(store).lines[0] as StoredLine & { kind: 'sweep' };
    store.history.setTags(matching, ['both', 'a'], []);
    store.history.setTags(matching.slice(1), ['b'], []);

    expect(lines(store).lines[0]?.row).toMatchObject({
      architecture: undefined,
      dataset: 'mnist',
      iterations: 200,
      tags: ['a', 'b', 'both'],
    });
  });

  it('runs as long as one of its searches does, and has finished with the last of them', () => {
    const { store, sweep } = open();
    const { ids } = sweep('S', 30, 60);
    const row = () => lines(store).lines[0]?.row;
    expect(row()).toMatchObject({ state: 'interrupted', finishedPoints: 0 });
    store.leases.acquire(ids[0]!, 'someone');
    store.searches.start(ids[0]!, ENVIRONMENT, FINGERPRINT);
    expect(row()?.state).toBe('running');
    store.searches.setStatus(ids[0]!, 'finished');
    expect(row()).toMatchObject({ state: 'interrupted', finishedPoints: 1, finishedAt: undefined });
    store.searches.setStatus(ids[1]!, 'failed');
    expect(row()).toMatchObject({
      state: 'finished',
      finishedPoints: 1,
      failedPoints: 1,
      finishedAt: expect.any(Number) as number,
    });
  });
});

/** What a line shows in a column; undefined comes last. */
const SHOWN: Readonly<
  Record<(typeof SORT_COLUMNS)[number], (row: StoredLine['row']) => string | number | undefined>
> = {
  name: ({ name }) => name.toLowerCase(),
  state: ({ state }) => state,
  created: ({ createdAt }) => createdAt,
  finished: ({ finishedAt }) => finishedAt,
  progress: ({ trainingsDone, trainingsTotal }) => trainingsDone / trainingsTotal,
  dataset: ({ dataset }) => dataset,
  architecture: ({ architecture }) => architecture,
  optimizer: ({ optimizer }) => optimizer,
  strategy: ({ strategy }) => strategy,
  schedule: ({ schedule }) => schedule,
  levels: ({ levels }) => levels,
  replicates: ({ replicates }) => replicates,
  iterations: ({ iterations }) => iterations,
  'training-time': ({ trainingMilliseconds }) => trainingMilliseconds,
  waited: ({ waitedMilliseconds }) => waitedMilliseconds,
  verdict: ({ verdict }) => verdict?.kind,
  'verdict-density': ({ verdict }) => verdict?.density,
  'dense-accuracy': ({ denseAccuracy }) => denseAccuracy,
  'best-accuracy': ({ bestAccuracy }) => bestAccuracy,
  effect: ({ effect }) => effect?.accuracy?.mean,
  'early-stop': ({ effect }) => effect?.earlyStop,
};

describe('sorting lines', () => {
  /** Searches and sweeps that differ in every column. */
  function openVaried(): { store: Store; expanded: string[] } {
    const { store, alone, sweep } = open();
    const first = sweep('delta', 10, 20, 30);
    const kinds = ['winning', 'not winning', 'inconclusive', undefined] as const;
    const other = [
      { pruning: { ...sampleSettings().pruning, levels: 4, schedule: 'one-shot' as const } },
      { replicates: { count: 5, seed: 1 }, architecture: { id: 'mlp', widths: [3] } },
    ].map(
      (settings, index) =>
        store.sweeps.create(
          'Bc'[index]!,
          [{ path: 'training.batchSize', values: [1, 2] }],
          [1, 2].map((value) => ({
            ...sampleSearch({
              ...settings,
              training: { ...sampleSettings().training, iterations: 100 * (index + value) },
            }),
            values: [{ path: 'training.batchSize', value }],
          })),
        ).id,
    );
    alone('Zeta', 'alpha', 'eta', 'gamma');
    const ids = lines(store).lines.flatMap((line) =>
      line.kind === 'sweep' ? line.matching : [line.row.id],
    );
    for (const [index, id] of ids.entries()) {
      const kind = kinds[index % 4];
      if (index % 4 === 1) {
        store.leases.acquire(id, 'someone');
        store.searches.start(id, ENVIRONMENT, FINGERPRINT);
        store.trainings.save(id, sampleTraining(key()));
      }
      if (index % 3 !== 0) store.searches.setStatus(id, index % 2 === 0 ? 'finished' : 'failed');
      save(store, id, {
        trainingMilliseconds: (index * 37) % 11,
        verdict: kind && verdict(kind, ((index * 5) % 7) / 7),
        denseAccuracy: index % 5 === 0 ? undefined : ((index * 3) % 7) / 7,
        bestAccuracy: index % 4 === 0 ? undefined : ((index * 4) % 9) / 9,
        effect: index % 7 === 0 ? undefined : sampleEffect((((index * 5) % 11) - 5) / 1000),
      });
    }
    return { store, expanded: [first.id, ...other] };
  }

  it.each(
    SORT_COLUMNS.flatMap(
      (column) =>
        [
          [column, 'ascending'],
          [column, 'descending'],
        ] as const,
    ),
  )('by %s, %s, is by what is shown there, of sweeps and within each', (column, direction) => {
    const { store, expanded } = openVaried();
    const found = lines(store, { sort: { column, direction }, expanded }).lines;
    expect(found).toHaveLength(14);
    const isRoot = (line: StoredLine) => line.kind === 'sweep' || line.sweep === undefined;
    expectSorted(found.filter(isRoot));
    expect(found.filter(isRoot).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const [index, line] of found.entries()) {
      if (line.kind !== 'sweep') continue;
      const members = found.slice(index + 1, index + 1 + line.matching.length);
      expect(members.map(({ row }) => row.id)).toEqual(line.matching);
      if (column !== 'created') expectSorted(members);
    }

    function expectSorted(some: readonly StoredLine[]): void {
      const values = some.map(({ row }) => SHOWN[column](row));
      const known = values.filter((value) => value !== undefined);
      const rising = known.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect(values).toEqual([
        ...(direction === 'ascending' ? rising : rising.reverse()),
        ...values.filter((value) => value === undefined),
      ]);
    }
  });

  it('keeps the order of the grid where a sweep’s searches are equal', () => {
    const { store, sweep } = open();
    const { id, ids } = sweep('S', 30, 10, 20);
    for (const column of ['created', 'dataset']) {
      for (const direction of ['ascending', 'descending']) {
        const found = lines(store, { sort: { column, direction }, expanded: [id] });
        expect(found.lines.slice(1).map(({ row }) => row.id)).toEqual(ids);
      }
    }
  });
});

describe('a database of before', () => {
  it('has its sweeps as lines, its searches in the order they were made in', () => {
    const file = temporaryFile();
    const old = openDatabase(file, MIGRATIONS.slice(0, 7));
    const settings = JSON.stringify(sampleSettings());
    for (const [at, id] of ['a', 'b', 'c'].entries()) {
      old
        .prepare(
          `INSERT INTO searches (id, name, status, created_at, trainings_total, settings_version,
             settings_hash, search_text, settings, parameters)
           VALUES (?, ?, 'finished', ?, 10, 1, '', '', ?, '[]')`,
        )
        .run(id, id, at, settings);
      old
        .prepare(
          `INSERT INTO history (search_id, dataset, architecture, optimizer, strategy, schedule,
             levels, replicates, iterations) VALUES (?, '', '', '', '', '', 1, 1, 1)`,
        )
        .run(id);
    }
    old.exec(`
      INSERT INTO sweeps VALUES ('s', 'S', 1, '[]');
      INSERT INTO sweep_points VALUES ('s', 0, 'c', '[]'), ('s', 1, 'b', '[]');
    `);
    old.close();

    const { lines: found } = lines(Store.open(file), { expanded: ['s'] });
    expect(texts(found)).toEqual(['S (2 of 2)', '  c', '  b', 'a']);
    expect(found.map(({ row }) => row.createdAt)).toEqual([1, 2, 1, 0]);
  });
});
