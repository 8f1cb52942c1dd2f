/** The commands of the palette for the history, while it is open: its menus and the selection. */
import type { SearchFilter } from '../../shared/contract/calls.ts';
import { SEARCH_STATES } from '../../shared/contract/records/search-rows.ts';
import type { App } from './app.svelte.ts';
import type { Command } from './command.ts';
import { ARCHIVED_CHOICES, EMPTY_FILTER, VERDICT_CHOICES } from './history-query.ts';
import { HISTORY_COLUMNS } from '../../shared/history/columns.ts';
import { historyTable } from './history-table.ts';
import { MOST_COMPARED } from './route.ts';

const ARCHIVED_LABELS = {
  exclude: 'Hide archived searches',
  include: 'Include archived searches',
  only: 'Show only archived searches',
} as const;

export function historyCommands(app: App): Command[] {
  if (app.router.current.view !== 'history') return [];
  return [
    ...selectionCommands(app),
    ...baselineCommands(app),
    ...filterCommands(app),
    ...columnCommands(app),
    ...tableCommands(app),
  ];
}

function selectionCommands({ history, actions }: App): Command[] {
  const ids = [...history.selected];
  const all: Command = {
    id: 'select-all',
    label: 'Select all searches',
    icon: 'check',
    run: () => void history.selectAll(),
  };
  if (ids.length === 0) return [all];
  const areArchived = history.query.filter.archived === 'only';
  return [
    all,
    {
      id: 'select-none',
      label: 'Clear the selection',
      icon: 'close',
      run: () => history.select([]),
    },
    ...(ids.length >= 2 && ids.length <= MOST_COMPARED
      ? [
          {
            id: 'compare-selected',
            label: 'Compare the selected searches',
            icon: 'compare' as const,
            run: () => actions.compare(ids),
          },
        ]
      : []),
    {
      id: 'tag-selected',
      label: 'Tag the selected searches',
      icon: 'tag',
      run: () => {
        history.isTagging = true;
      },
    },
    {
      id: 'archive-selected',
      label: `${areArchived ? 'Unarchive' : 'Archive'} the selected searches`,
      icon: 'archive',
      run: () => void actions.archive(ids, !areArchived),
    },
    {
      id: 'delete-selected',
      label: 'Delete the selected searches',
      icon: 'delete',
      run: () => void actions.remove(ids),
    },
  ];
}

function baselineCommands({ history }: App): Command[] {
  const { baseline, selected } = history;
  const [id, ...others] = selected;
  const row = id === undefined || others.length > 0 ? undefined : history.rowOf(id);
  return [
    ...(row && !baseline.isPinned(row.id)
      ? [
          {
            id: 'pin-baseline',
            label: 'Pin the selected search as the baseline',
            icon: 'pin' as const,
            run: () => baseline.pin(row),
          },
        ]
      : []),
    ...(baseline.row
      ? [
          {
            id: 'unpin-baseline',
            label: 'Unpin the baseline of the history',
            icon: 'close' as const,
            run: () => baseline.unpin(),
          },
        ]
      : []),
  ];
}

function tableCommands({ history, actions }: App): Command[] {
  return [
    {
      id: 'choose-columns',
      label: 'Choose the columns of the history…',
      icon: 'columns',
      run: () => {
        history.isChoosingColumns = true;
      },
    },
    {
      id: 'reset-columns',
      label: 'Reset the columns of the history',
      icon: 'columns',
      run: () => history.resetColumns(),
    },
    ...(['csv', 'csv-spreadsheet'] as const).map((format): Command => ({
      id: `history-${format}`,
      label: `Export the history as ${format === 'csv' ? 'CSV' : 'CSV for spreadsheets'}`,
      icon: 'download',
      run: () => void actions.exportHistory(historyTable(history, format)),
    })),
  ];
}

type ListPart = 'states' | 'verdicts' | 'tags' | 'datasets' | 'architectures' | 'strategies';

function filterCommands({ history, tags, catalog }: App): Command[] {
  const { query } = history;
  const set = (changes: Partial<SearchFilter>): void => {
    history.setQuery({ ...query, filter: { ...query.filter, ...changes } });
  };
  const toggles = (
    part: ListPart,
    name: string,
    choices: readonly { readonly id: string; readonly label: string }[],
  ): Command[] => {
    const chosen: readonly string[] = query.filter[part];
    return choices.map(({ id, label }): Command => {
      const isOn = chosen.includes(id);
      const next = isOn ? chosen.filter((other) => other !== id) : [...chosen, id];
      return {
        id: `filter-${part}-${id}`,
        label: `${isOn ? 'No longer filter' : 'Filter'} by ${name}: ${label}`,
        icon: 'filter',
        run: () => set({ [part]: next }),
      };
    });
  };
  const named = (ids: readonly string[]) => ids.map((id) => ({ id, label: id }));
  return [
    {
      id: 'filter-none',
      label: 'Clear the filters of the history',
      icon: 'close',
      run: () => history.setQuery({ ...query, filter: EMPTY_FILTER }),
    },
    ...toggles('states', 'status', named(SEARCH_STATES)),
    ...toggles('verdicts', 'verdict', named(VERDICT_CHOICES)),
    ...toggles('tags', 'tag', named((tags.value ?? []).map(({ tag }) => tag))),
    ...toggles('architectures', 'network', catalog.value?.architectures ?? []),
    ...toggles('datasets', 'dataset', catalog.value?.datasets ?? []),
    ...toggles('strategies', 'strategy', catalog.value?.strategies ?? []),
    ...ARCHIVED_CHOICES.map((archived): Command => ({
      id: `archived-${archived}`,
      label: ARCHIVED_LABELS[archived],
      icon: 'archive',
      run: () => set({ archived }),
    })),
  ];
}

function columnCommands({ history }: App): Command[] {
  const shown = history.columns.map(({ id }) => id);
  return HISTORY_COLUMNS.flatMap(({ id, label, sort }): Command[] => [
    ...(id === 'name'
      ? []
      : [
          {
            id: `column-${id}`,
            label: `${shown.includes(id) ? 'Hide' : 'Show'} the column ${label}`,
            icon: 'columns' as const,
            run: () =>
              history.setColumns(
                shown.includes(id) ? shown.filter((other) => other !== id) : [...shown, id],
              ),
          },
        ]),
    ...(sort === undefined
      ? []
      : [
          {
            id: `sort-${id}`,
            label: `Sort the history by ${label}`,
            icon: 'history' as const,
            run: () =>
              history.setQuery({
                ...history.query,
                sort: { column: sort, direction: 'descending' },
              }),
          },
        ]),
  ]);
}
