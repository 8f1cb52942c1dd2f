import { beforeEach, expect, it } from 'vitest';
import type { Json } from '../../../src/shared/contract/json.ts';
import type { SearchUsage } from '../../../src/shared/contract/records/storage.ts';
import type { PreferenceStore } from '../../../src/renderer/state/preferences.svelte.ts';
import { USAGE_COLUMNS } from '../../../src/renderer/views/storage/storage-rows.ts';
import { TableChoices } from '../../../src/renderer/views/storage/table-choices.svelte.ts';

const usage = (name: string, weightBytes: number, sharedBytes = 0): SearchUsage => ({
  id: name,
  name,
  sweepId: undefined,
  state: 'finished',
  createdAt: 0,
  isTagged: false,
  weightBytes,
  maskBytes: 1,
  measurementBytes: 2,
  analysisBytes: 3,
  sharedBytes,
  weightsDroppedAt: undefined,
  refusal: undefined,
});
const SEARCHES = [usage('run 10', 5), usage('run 9', 7), usage('run 2', 6, 9)];

/** What the window remembers, as it is stored. */
let stored: Json;
const preferences = {
  get: () => stored,
  set: (_key: string, value: Json) => {
    stored = JSON.parse(JSON.stringify(value)) as Json;
  },
} as unknown as Pick<PreferenceStore, 'get' | 'set'>;

const open = () =>
  new TableChoices(preferences, 'storageTable', USAGE_COLUMNS, {
    column: 'total',
    isDescending: true,
  });
const column = (id: string) => USAGE_COLUMNS.find((each) => each.id === id)!;
const names = (choices: TableChoices<SearchUsage>) =>
  choices.sorted(SEARCHES).map(({ name }) => name);
const ids = (choices: TableChoices<SearchUsage>) => choices.columns.map(({ id }) => id);

beforeEach(() => {
  stored = {};
});

it('sorts by sizes and by names, numbers in names as numbers', () => {
  const choices = open();
  expect(names(choices)).toEqual(['run 9', 'run 2', 'run 10']);
  choices.sortBy(column('name'));
  expect(names(choices)).toEqual(['run 2', 'run 9', 'run 10']);
  choices.sortBy(column('sharedBytes'));
  expect(names(choices)[0]).toBe('run 2');
  choices.sortBy(column('sharedBytes'));
  expect(names(choices).at(-1)).toBe('run 2');
  choices.sortBy(column('dropping'));
  expect(choices.sort.column).toBe('sharedBytes');
});

it('keeps order, columns and selection across a reload', () => {
  const before = open();
  before.sortBy(column('maskBytes'));
  before.move('share', 1);
  before.toggle('run 9', true);
  const after = open();
  expect(after.sort).toEqual({ column: 'maskBytes', isDescending: true });
  expect(ids(after).slice(0, 3)).toEqual(['name', 'share', 'createdAt']);
  expect([...after.selected]).toEqual(['run 9']);
});

it('forgets the selection of what is there no longer', () => {
  const choices = open();
  choices.select(['run 9', 'run 2']);
  choices.forgetOthers(SEARCHES.slice(0, 2));
  expect([...open().selected]).toEqual(['run 9']);
});

it('leaves the name first, and takes nothing that it does not know', () => {
  stored = {
    sort: { column: 'colour', isDescending: 1 },
    columns: ['share', 'colour', 3, 'name'],
    selected: [1, 'run 2'],
  };
  const choices = open();
  expect(ids(choices).slice(0, 2)).toEqual(['name', 'share']);
  expect(ids(choices)).toHaveLength(USAGE_COLUMNS.length);
  expect(choices.sort).toEqual({ column: 'total', isDescending: true });
  expect([...choices.selected]).toEqual(['run 2']);
  choices.move('name', 3);
  expect(ids(choices)[0]).toBe('name');
});
