/** The filter and the sort order of the history, as preferences keep them. */
import type { SearchFilter, SearchSort, SortColumn } from '../../shared/contract/calls.ts';
import type { JsonObject } from '../../shared/contract/json.ts';
import { SEARCH_STATES } from '../../shared/contract/records/search-rows.ts';
import { VERDICT_KINDS } from '../../shared/domain/verdict.ts';
import { HISTORY_COLUMNS, historyColumn } from '../../shared/history/columns.ts';
import { isObject } from '../forms/settings-tree.ts';

export const EMPTY_FILTER: SearchFilter = {
  text: '',
  states: [],
  verdicts: [],
  tags: [],
  datasets: [],
  architectures: [],
  strategies: [],
  archived: 'exclude',
};

export const VERDICT_CHOICES = [
  ...VERDICT_KINDS.filter((kind) => kind !== 'baseline'),
  'none',
] as const;
export const ARCHIVED_CHOICES = ['exclude', 'include', 'only'] as const;

export interface HistoryQuery {
  readonly filter: SearchFilter;
  readonly sort: SearchSort;
}

/** Ignores what it can't read: the stored query may come from another version or be damaged. */
export function historyQueryFrom(stored: JsonObject): HistoryQuery {
  const filter = isObject(stored['filter']) ? stored['filter'] : {};
  const sort = isObject(stored['sort']) ? stored['sort'] : {};
  return {
    filter: {
      text: typeof filter['text'] === 'string' ? filter['text'] : '',
      states: known(filter['states'], SEARCH_STATES),
      verdicts: known(filter['verdicts'], VERDICT_CHOICES),
      tags: texts(filter['tags']),
      datasets: texts(filter['datasets']),
      architectures: texts(filter['architectures']),
      strategies: texts(filter['strategies']),
      archived: ARCHIVED_CHOICES.find((choice) => choice === filter['archived']) ?? 'exclude',
    },
    sort: {
      column: sortColumnFrom(sort['column']) ?? 'created',
      direction: sort['direction'] === 'ascending' ? 'ascending' : 'descending',
    },
  };
}

function sortColumnFrom(stored: unknown): SortColumn | undefined {
  if (typeof stored !== 'string') return undefined;
  const own = HISTORY_COLUMNS.find(({ sort }) => sort !== undefined && sort === stored);
  return own?.sort ?? (stored.startsWith('setting:') ? historyColumn(stored)?.sort : undefined);
}

export function historyQueryToJson({ filter, sort }: HistoryQuery): JsonObject {
  const { createdFrom: _from, createdTo: _to, ...kept } = filter;
  return { filter: kept, sort: { ...sort } };
}

/** How many parts of a filter are set, not counting its text. */
export function countFilters(filter: SearchFilter): number {
  const lists = [
    filter.states,
    filter.verdicts,
    filter.tags,
    filter.datasets,
    filter.architectures,
    filter.strategies,
  ];
  return lists.filter((list) => list.length > 0).length + (filter.archived === 'exclude' ? 0 : 1);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function known<Choice extends string>(value: unknown, choices: readonly Choice[]): Choice[] {
  return texts(value).flatMap((text) => choices.find((choice) => choice === text) ?? []);
}
