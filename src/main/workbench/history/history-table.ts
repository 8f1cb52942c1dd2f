/** The history as a table for programs: all searches that match, in order. */
import type { HistoryExport } from '../../../shared/contract/calls.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  HISTORY_COLUMNS,
  historyColumn,
  type HistoryColumn,
} from '../../../shared/history/columns.ts';
import { type HistoryCells, writtenColumns } from '../../../shared/history/written-columns.ts';
import { nearestOf } from '../../../shared/history/nearest.ts';
import { historyCsv } from '../../exporters/history-csv.ts';
import type { StoredRow } from '../../store/history-sql.ts';
import type { Store } from '../../store/store.ts';
import { type ComparedRow, differencesFrom } from './baseline-differences.ts';

type Cell = string | number;

/** So many rows are in memory at once. */
const PAGE = 500;

export type HistoryTableQuery = Omit<HistoryExport, 'format'>;

/**
 * The heading, then a row for every search. Cells are empty where a search has no value.
 *
 * @throws WorkbenchError `invalid-argument` for an unknown column; `not-found` for the baseline.
 */
export function historyTable(store: Store, query: HistoryTableQuery): Cell[][] {
  const columns = query.columns.map((id) => columnNamed(id));
  const written = columns.flatMap((column) => writtenColumns(column));
  return [
    written.map(({ heading }) => heading),
    ...rowsOf(store, query, columns).map((cells) =>
      written.map((column) => column.cell(cells) ?? ''),
    ),
  ];
}

/** The same as CSV. */
export function historyText(store: Store, { format, ...query }: HistoryExport): string {
  return historyCsv(historyTable(store, query), format === 'csv-spreadsheet');
}

/** All searches that match, with what their columns are read from. */
export function historyRows(store: Store, query: HistoryTableQuery): HistoryCells[] {
  return rowsOf(
    store,
    query,
    query.columns.map((id) => columnNamed(id)),
  );
}

function rowsOf(
  store: Store,
  { filter, sort, baseline, comparedAt }: HistoryTableQuery,
  columns: readonly HistoryColumn[],
): HistoryCells[] {
  const paths = columns.flatMap(({ path }) => path ?? []);
  const pinned = baseline === undefined ? undefined : store.history.get(baseline);
  const ids = store.history.ids(filter, sort);
  return Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, page) =>
    ids.slice(page * PAGE, (page + 1) * PAGE),
  ).flatMap((some) => {
    const cells = store.history.settingCells(some, paths);
    const found = store.history.many(some);
    const differences =
      pinned &&
      differencesFrom(store, comparedRow(pinned), found.map(comparedRow), comparedAt, 'all');
    return found.map((stored, place): HistoryCells => {
      const row = { ...stored, isOurs: false };
      const values = cells.get(row.id);
      return {
        row,
        settings: new Map(paths.map((path, index) => [path, values?.[index] ?? 'absent'])),
        difference: differences?.[place],
      };
    });
  });
}

function comparedRow(row: StoredRow): ComparedRow {
  return { ...row, searchId: row.id };
}

function columnNamed(id: string): HistoryColumn {
  const column = historyColumn(id);
  if (column) return column;
  const ids = HISTORY_COLUMNS.map((each) => each.id);
  const nearest = nearestOf(id, ids);
  throw new WorkbenchError(
    'invalid-argument',
    `the history has no column "${id}"`,
    nearest === undefined
      ? `Columns are ${ids.join(', ')}, and "setting:" with the path of a setting.`
      : `Did you mean "${nearest}"? A setting is "setting:" with its path.`,
  );
}
