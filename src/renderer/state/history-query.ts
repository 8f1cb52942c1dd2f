/** The filter and the sort order of the history, as preferences keep them. */
import type { SearchFilter, SearchSort, SortColumn } from '../../shared/contract/calls.ts';
import type { JsonObject } from '../../shared/contract/json.ts';
import { SEARCH_STATES } from '../../shared/contract/records/search-rows.ts';
import { VERDICT_KINDS } from '../../shared/domain/verdict.ts';
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

export interface HistoryColumn {
  readonly id: string;
  readonly label: string;
  /** What the column sorts by; undefined if it can't be sorted. */
  readonly sort: SortColumn | undefined;
  /** In rem. */
  readonly width: number;
  readonly isNumber: boolean;
  readonly isShownAtFirst: boolean;
}

const column = (
  id: string,
  label: string,
  width: number,
  options: { sort?: SortColumn; number?: true; hidden?: true } = {},
): HistoryColumn => ({
  id,
  label,
  width,
  sort: options.sort,
  isNumber: options.number ?? false,
  isShownAtFirst: options.hidden !== true,
});

/** The name comes first and can't be hidden. */
export const HISTORY_COLUMNS: readonly HistoryColumn[] = [
  column('name', 'Name', 12.5, { sort: 'name' }),
  column('created', 'Launched', 7.4, { sort: 'created' }),
  column('state', 'Status', 7.6, { sort: 'state' }),
  column('verdict', 'Verdict', 9, { sort: 'verdict' }),
  column('verdict-density', 'At density', 5.7, { sort: 'verdict-density', number: true }),
  column('sparkline', 'Ticket accuracy', 7),
  column('dense-accuracy', 'Dense', 5.3, { sort: 'dense-accuracy', number: true }),
  column('best-accuracy', 'Best ticket', 6, { sort: 'best-accuracy', number: true }),
  column('architecture', 'Network', 7.5, { sort: 'architecture' }),
  column('dataset', 'Dataset', 5.6, { sort: 'dataset' }),
  column('tags', 'Tags', 5),
  column('finished', 'Finished', 7.4, { sort: 'finished', hidden: true }),
  column('progress', 'Progress', 6, { sort: 'progress', number: true, hidden: true }),
  column('optimizer', 'Optimizer', 7, { sort: 'optimizer', hidden: true }),
  column('strategy', 'Strategy', 10, { sort: 'strategy', hidden: true }),
  column('schedule', 'Schedule', 6.5, { sort: 'schedule', hidden: true }),
  column('levels', 'Levels', 5, { sort: 'levels', number: true, hidden: true }),
  column('replicates', 'Replicates', 6.5, { sort: 'replicates', number: true, hidden: true }),
  column('iterations', 'Iterations', 6.5, { sort: 'iterations', number: true, hidden: true }),
  column('waited', 'Launch to end', 8.5, { sort: 'waited', number: true, hidden: true }),
  column('training-time', 'Training time, summed', 11, {
    sort: 'training-time',
    number: true,
    hidden: true,
  }),
];

/** @param chosen ids of columns; those that are shown at first if nothing was chosen. */
export function shownColumns(chosen: readonly string[]): HistoryColumn[] {
  return HISTORY_COLUMNS.filter(({ id, isShownAtFirst }) =>
    chosen.length === 0 ? isShownAtFirst : id === 'name' || chosen.includes(id),
  );
}

/** Ignores what it can't read: the stored query may come from another version or be damaged. */
export function historyQueryFrom(stored: JsonObject): HistoryQuery {
  const filter = isObject(stored['filter']) ? stored['filter'] : {};
  const sort = isObject(stored['sort']) ? stored['sort'] : {};
  const column = HISTORY_COLUMNS.find(({ sort: by }) => by !== undefined && by === sort['column']);
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
      column: column?.sort ?? 'created',
      direction: sort['direction'] === 'ascending' ? 'ascending' : 'descending',
    },
  };
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
