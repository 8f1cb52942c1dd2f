/** Effect sizes of searches of earlier versions. */
import { renameSync } from 'node:fs';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { CALLS } from '../../../../src/shared/contract/calls.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { HistoryTables } from '../../../../src/main/workbench/history/history-tables.ts';
import type { MissingEffects } from '../../../../src/main/workbench/history/missing-effects.ts';
import { SearchHistory } from '../../../../src/main/workbench/history/search-history.ts';
import {
  key,
  sampleEffect,
  sampleSearch,
  sampleSummary,
  sampleTraining,
} from '../../store/samples.ts';
import { inspect, openStore, startedSearch } from '../../store/support.ts';

let store: Store;
let file: string;
let tables: HistoryTables;
let missing: MissingEffects;
/** The old, the damaged and the new search. The first two have no effect sizes. */
let ids: readonly [old: string, damaged: string, recent: string];
/** What was told of damaged searches. */
let damages: string[];

const table = (asked: object) =>
  missing.ofTable(
    CALLS['history.export'].input.parse({ columns: ['name'], format: 'csv', ...asked }),
  );

function trainedSearch(name: string): string {
  const id = startedSearch(store, { ...sampleSearch(), name });
  for (const level of [0, 1]) store.trainings.save(id, sampleTraining(key(0, level)));
  new SearchHistory(store).summarize(id);
  return id;
}

beforeEach(() => {
  ({ store, file } = openStore());
  ids = [trainedSearch('old'), trainedSearch('damaged'), trainedSearch('new')];
  inspect(file, (database) => {
    database.prepare('DELETE FROM search_effects WHERE search_id IN (?, ?)').run(ids[0], ids[1]);
    database
      .prepare(
        `UPDATE metrics SET validation_loss = validation_loss + 1
         WHERE training_id IN (SELECT id FROM trainings WHERE search_id = ?)`,
      )
      .run(ids[1]);
  });
  tables = new HistoryTables(store);
  onTestFinished(() => tables.close());
  missing = tables.missingEffects;
  damages = [];
  missing.onDamaged = (id, { message }) => damages.push(`${id}: ${message}`);
});

const listener = () => ({ onChanged: vi.fn(), onError: vi.fn() });

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

it('are not wanted of searches in the trash', () => {
  store.history.markDeleted([ids[0]]);
  expect(missing.list()).toEqual([ids[1]]);
});

it('are computed in a thread, and do not look as if another process had changed something', async () => {
  const read = vi.spyOn(store.trainings, 'outcomes');
  const counter = store.changeCounter();
  await missing.compute(ids[0]);
  expect(read).not.toHaveBeenCalled();
  expect(store.changeCounter()).toBe(counter);
  const { effect } = store.history.get(ids[2]);
  expect(effect?.levels).toHaveLength(2);
  expect(store.history.get(ids[0]).effect).toEqual(effect);
  expect(store.quickCheck()).toEqual([]);
});

it('are computed while nobody waits; a damaged search is told once, and hides no other', async () => {
  const told = listener();
  await missing.start(told);
  expect(store.history.get(ids[0]).effect).toBeDefined();
  expect(missing.list()).toEqual([]);
  expect(told.onChanged).toHaveBeenCalledOnce();
  await missing.start(told);
  expect(told.onChanged).toHaveBeenCalledOnce();
  expect(told.onError).not.toHaveBeenCalled();
  expect(damages).toHaveLength(1);
  expect(damages[0]).toContain(`${ids[1]}: `);
  expect(damages[0]).toContain('is damaged');
});

it('are computed later where the database can’t be read: this says nothing of the searches', async () => {
  renameSync(file, `${file}.moved`);
  const [query, told] = [CALLS['history.export'].input.parse({ columns: ['effect'] }), listener()];
  await missing.start(told);
  await expect(tables.csv(query)).rejects.toMatchObject({ code: 'store-failed' });
  expect(told.onError.mock.calls).toMatchObject([[{ code: 'store-failed' }]]);
  expect(told.onChanged).not.toHaveBeenCalled();
  expect([damages, missing.list()]).toEqual([[], [ids[1], ids[0]]]);
  renameSync(`${file}.moved`, file);
  expect(await tables.csv(query)).toBe(new SearchHistory(store).csv(query));
  expect(store.history.get(ids[0]).effect).toBeDefined();
  expect(damages).toHaveLength(1);
});

it('are not saved where another process has done it since', async () => {
  const [id] = ids;
  const save = (mean: number) =>
    store.history.saveSummary(id, sampleSummary({ trainings: 2, effect: sampleEffect(mean) }));
  const computing = missing.compute(id);
  save(0.03);
  await computing;
  expect(store.history.get(id).effect?.accuracy?.mean).toBe(0.03);
});

it('are refused once the workbench is closing, and told no more', async () => {
  const told = listener();
  const computing = missing.start(told);
  await tables.close();
  await computing;
  await expect(missing.compute(ids[0])).rejects.toMatchObject({ code: 'unavailable' });
  expect(told.onError).not.toHaveBeenCalled();
  expect(missing.list()).toHaveLength(2);
});
