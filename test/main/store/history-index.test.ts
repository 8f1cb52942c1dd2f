/** The settings of searches by path, which the history is filtered and sorted by. */
import { expect, it } from 'vitest';
import { CALLS } from '../../../src/shared/contract/calls.ts';
import type { Settings } from '../../../src/shared/domain/settings.ts';
import type { NewSearch, Store } from '../../../src/main/store/store.ts';
import { sampleSearch, sampleSettings } from './samples.ts';
import { countRows, inspect, openStore } from './support.ts';

const optimizer = (more: object): Partial<Settings> => ({
  training: { ...sampleSettings().training, optimizer: { id: 'adam', ...more } },
});

function make(store: Store, name: string, search: NewSearch = sampleSearch()): string {
  return store.searches.create({ ...search, name }).id;
}

const found = (store: Store, text: string): string[] =>
  store.history
    .lines(CALLS['history.lines'].input.parse({ filter: { text } }))
    .lines.map(({ row }) => row.name);

const paths = (store: Store): string[] => store.history.settings().map(({ path }) => path);

it('finds durations as they were written, and in iterations', () => {
  const { store } = openStore();
  const search = sampleSearch();
  const training = { ...search.settings.training, iterations: '2ep' as const };
  make(store, 'in epochs', { ...search, written: { ...search.written, training } });
  make(store, 'in iterations', search);
  const { iterations } = search.settings.training;
  expect(found(store, 'training.iterations=2ep')).toEqual(['in epochs']);
  expect(found(store, `training.iterations=${iterations}`)).toHaveLength(2);
});

it('finds a number as it is written, not as SQLite writes it', () => {
  const { store } = openStore();
  make(store, 'tiny', sampleSearch(optimizer({ epsilon: 1e-8 })));
  expect(found(store, 'epsilon~1e-8')).toEqual(['tiny']);
  expect(found(store, 'epsilon=0.00000001')).toEqual(['tiny']);
  expect(store.history.values('epsilon')).toEqual([{ value: '1e-8', searches: 1 }]);
});

it('finds searches that have a setting, at its path, its end or above it', () => {
  const { store } = openStore();
  make(store, 'with', sampleSearch(optimizer({ beta1: 0.9 })));
  make(store, 'without');
  expect(found(store, 'training.optimizer.beta1')).toEqual(['with']);
  expect(found(store, 'optimizer.beta1')).toEqual(['with']);
  expect(found(store, 'training.optimizer')).toHaveLength(2);
  expect(found(store, 'optimizer.beta')).toEqual([]);
});

it('follows an extension', () => {
  const { store } = openStore();
  const search = sampleSearch();
  const id = make(store, 'extended', search);
  const { count } = search.settings.replicates;
  const settings = {
    ...search.settings,
    replicates: { ...search.settings.replicates, count: count + 4 },
  };
  store.searches.extend(id, {
    settings,
    written: settings,
    trainingsTotal: 30,
    added: { replicates: { from: count, to: count + 4 } },
    analyses: [],
  });
  expect(found(store, `replicates.count=${count + 4}`)).toEqual(['extended']);
  expect(found(store, `replicates.count=${count}`)).toEqual([]);
  expect(store.integrityCheck()).toEqual([]);
});

it('goes with the search, and so do settings that only it had', () => {
  const { store, file } = openStore();
  const id = make(store, 'one', sampleSearch(optimizer({ beta1: 0.9 })));
  make(store, 'other');
  const rows = countRows(file, 'search_settings');
  expect(paths(store)).toContain('training.optimizer.beta1');
  store.searches.delete(id);
  expect(countRows(file, 'search_settings')).toBeLessThan(rows / 2 + 1);
  expect(paths(store)).not.toContain('training.optimizer.beta1');
  expect(store.integrityCheck()).toEqual([]);
});

it.each([
  ['a value', "UPDATE search_settings SET value = 'other' WHERE row_id = 1"],
  ['a path', "UPDATE setting_paths SET path = 'wrong.path' WHERE path = 'replicates.seed'"],
  ['a kind', "UPDATE setting_paths SET kind = 'text' WHERE path = 'replicates.seed'"],
  ['what was written', "UPDATE search_settings SET written = '3ep' WHERE row_id = 1"],
  ['a missing row', 'DELETE FROM search_settings WHERE row_id = 2'],
])('a change of %s is found, and healed from the settings', (_what, statement) => {
  const { store, file } = openStore();
  make(store, 'one');
  make(store, 'two');
  const before = contentOf(file);
  inspect(file, (database) => database.exec(statement));
  expect(store.integrityCheck()[0]).toMatch(/is not found by its own settings/);
  const healed = store.deepCheck([], true);
  expect(healed.length).toBeGreaterThan(0);
  expect(healed.filter(({ isHealed }) => !isHealed)).toEqual([]);
  expect(healed[0]?.source).toBe('its settings');
  expect(contentOf(file)).toEqual(before);
  expect(store.integrityCheck()).toEqual([]);
});

it('does not hide the searches where it is damaged', () => {
  const { store, file } = openStore();
  const units = { architecture: { id: 'mlp', units: [300, 100] } };
  make(store, 'one', sampleSearch(units));
  inspect(file, (database) => {
    database.pragma('ignore_check_constraints = ON');
    database.exec("UPDATE search_settings SET value = '[300,' WHERE value = '[300,100]'");
    database.exec("UPDATE setting_paths SET kind = 'x' WHERE path = 'replicates.seed'");
  });
  const query = CALLS['history.lines'].input.parse({
    settings: ['architecture.units', 'replicates.seed'],
  });
  expect(store.history.lines(query).lines).toHaveLength(1);
  expect(store.history.values('units')).toHaveLength(1);
  expect(found(store, 'replicates.count>0')).toEqual(['one']);
});

function contentOf(file: string): unknown {
  return inspect(file, (database) =>
    database
      .prepare(
        `SELECT row_id, path, kind, value, written FROM setting_paths
         LEFT JOIN search_settings ON path_id = setting_paths.id ORDER BY path, row_id`,
      )
      .all(),
  );
}
