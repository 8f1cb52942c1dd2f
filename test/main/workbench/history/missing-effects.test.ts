/** Effect sizes of searches of earlier versions. */
import { beforeEach, expect, it } from 'vitest';
import { CALLS } from '../../../../src/shared/contract/calls.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { MissingEffects } from '../../../../src/main/workbench/history/missing-effects.ts';
import { sampleEffect, sampleSearch, sampleSummary } from '../../store/samples.ts';
import { inspect, openStore } from '../../store/support.ts';

let store: Store;
let file: string;
let missing: MissingEffects;
/** The searches that were computed. */
let computed: string[];
let ids: readonly [string, string, string];

const table = (asked: object) =>
  missing.ofTable(
    CALLS['history.export'].input.parse({ columns: ['name'], format: 'csv', ...asked }),
  );
const fail = (error: unknown): never => {
  throw error;
};

beforeEach(() => {
  ({ store, file } = openStore());
  ids = ['old', 'damaged', 'new'].map((name) => {
    const { id } = store.searches.create({ ...sampleSearch(), name });
    store.history.saveSummary(id, sampleSummary({ trainings: 1, effect: sampleEffect(0.01) }));
    return id;
  }) as unknown as typeof ids;
  inspect(file, (database) =>
    database.prepare('DELETE FROM search_effects WHERE search_id IN (?, ?)').run(ids[0], ids[1]),
  );
  computed = [];
  missing = new MissingEffects(store, (id) => {
    if (id === ids[1]) throw new Error('its trainings are damaged');
    computed.push(id);
    store.history.saveSummary(id, sampleSummary({ trainings: 1, effect: sampleEffect(0.02) }));
  });
});

it('are wanted where a table is filtered or sorted by them: of all searches', () => {
  expect(table({ filter: { text: 'new effect>0' } })).toHaveLength(2);
  expect(table({ filter: { text: 'new -early-stop<100' } })).toHaveLength(2);
  expect(table({ sort: { column: 'effect', direction: 'ascending' } })).toHaveLength(2);
});

it('are wanted where a table shows them: of the searches that match, and of the baseline', () => {
  expect(table({ columns: ['effect'], filter: { text: 'old' } })).toEqual([ids[0]]);
  expect(
    table({ columns: ['baseline-accuracy'], filter: { text: 'new' }, baseline: ids[0] }),
  ).toEqual([ids[0]]);
  expect(table({ columns: ['name', 'verdict'] })).toEqual([]);
});

it('are computed once, and a damaged search is skipped with the reason', () => {
  const reasons: unknown[] = [];
  expect(missing.computeSome(1000, (error) => reasons.push(error))).toBe(false);
  expect(computed).toEqual([ids[0]]);
  expect(String(reasons)).toContain('its trainings are damaged');
  expect(missing.list()).toEqual([]);
  missing.computeSome(1000, fail);
  expect(computed).toHaveLength(1);
});

it('are not computed again where another process has done it since', () => {
  const [id] = ids;
  store.history.saveSummary(id, sampleSummary({ trainings: 1, effect: sampleEffect(0.03) }));
  missing.compute(id, fail);
  expect(computed).toEqual([]);
  expect(store.history.get(id).effect?.accuracy?.mean).toBe(0.03);
});

it('are computed for so long only, and the rest later', () => {
  expect(missing.computeSome(-1, fail)).toBe(true);
  expect(computed).toEqual([]);
});
