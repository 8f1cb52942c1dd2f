/** The history as a table that was asked for: `ticket runs` with a filter, columns, an order or a format. */
import { CALLS, type HistoryExport } from '../../../shared/contract/calls.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { COMPARED_AT, type ComparedAt } from '../../../shared/history/baseline.ts';
import { historyText } from '../../../shared/history/cell-text.ts';
import {
  BASELINE_COLUMNS,
  columnNamed,
  HISTORY_COLUMNS,
  type HistoryColumn,
} from '../../../shared/history/columns.ts';
import { HISTORY_FIELDS, type KnownSetting } from '../../../shared/history/fields.ts';
import { namesOf, parseFilter } from '../../../shared/history/filter.ts';
import { nearestOf } from '../../../shared/history/nearest.ts';
import type { Workbench } from '../../workbench/workbench.ts';
import { shortName } from './format.ts';
import { type Column, table } from './table.ts';

export interface HistoryOptions {
  readonly filter?: string;
  readonly columns?: string;
  readonly sort?: string;
  readonly baseline?: string;
  readonly comparedAt?: ComparedAt;
  readonly csv?: true;
  readonly csvSpreadsheet?: true;
}

export { COMPARED_AT };

const SHOWN_AT_FIRST = ['created', 'name', 'state', 'verdict', 'effect', 'architecture', 'dataset'];

/** Whether anything was asked for beside the plain list. */
export function isAsked(options: HistoryOptions): boolean {
  const { filter, columns, sort, baseline, csv, csvSpreadsheet } = options;
  return [filter, columns, sort, baseline, csv, csvSpreadsheet].some((each) => each !== undefined);
}

/** @throws WorkbenchError `invalid-argument` for a filter or column that is not understood. */
export function historyQuery(
  workbench: Workbench,
  { filter = '', columns, sort, baseline, comparedAt, csvSpreadsheet }: HistoryOptions,
): HistoryExport {
  const known = workbench.history.settings();
  checkFilter(filter, known);
  const chosen =
    columns === undefined
      ? [...SHOWN_AT_FIRST, ...(baseline === undefined ? [] : BASELINE_COLUMNS)]
      : columns.split(',').map((name) => name.trim());
  const isDescending = sort?.startsWith('-') === true;
  const sorted = sort === undefined ? undefined : columnOf(sort.replace(/^-/, ''), known);
  if (sorted && sorted.sort === undefined) {
    throw new WorkbenchError('invalid-argument', `the column "${sorted.id}" has no order`);
  }
  return CALLS['history.export'].input.parse({
    filter: { text: filter, archived: 'include' },
    ...(sorted?.sort === undefined
      ? {}
      : {
          sort: { column: sorted.sort, direction: isDescending ? 'descending' : 'ascending' },
        }),
    columns: chosen.map((name) => columnOf(name, known).id),
    ...(baseline === undefined ? {} : { baseline: workbench.history.identify(baseline).id }),
    ...(comparedAt === undefined ? {} : { comparedAt }),
    format: csvSpreadsheet ? 'csv-spreadsheet' : 'csv',
  });
}

/** A table for people, one line for each search that matches. */
export function historyReport(workbench: Workbench, query: HistoryExport): string {
  const known = workbench.history.settings();
  const rows = workbench.history.rows(query);
  const columns = query.columns.map((id) => columnOf(id, known));
  return table(
    [
      { heading: 'id', text: ({ row }) => row.id },
      ...columns.map((column): Column<(typeof rows)[number]> => ({
        heading: column.label.toLowerCase(),
        align: column.isNumber ? 'right' : 'left',
        text: (cells) => {
          const text = historyText(column, cells);
          return column.id === 'name' ? shortName(text) : text;
        },
      })),
    ],
    rows,
  );
}

function checkFilter(filter: string, known: readonly KnownSetting[]): void {
  const [mistake] = parseFilter(filter, known).mistakes;
  if (!mistake) return;
  const { from, to, message, suggestion } = mistake;
  throw new WorkbenchError(
    'invalid-argument',
    `the filter is not understood at ${filter.slice(from, to)}: ${message}`,
    suggestion === undefined
      ? `Names are ${HISTORY_FIELDS.map(({ name }) => name).join(', ')}, or the path of any setting ("ticket catalog" lists them).`
      : `Did you mean ${suggestion}?`,
  );
}

function columnOf(name: string, known: readonly KnownSetting[]): HistoryColumn {
  const column = columnNamed(name, known);
  if (column) return column;
  const ids = HISTORY_COLUMNS.map(({ id }) => id);
  const nearest = nearestOf(name, [...ids, ...namesOf(known)]);
  throw new WorkbenchError(
    'invalid-argument',
    `the history has no column "${name}"`,
    nearest === undefined
      ? `Columns are ${ids.join(', ')}, or the path of any setting.`
      : `Did you mean "${nearest}"?`,
  );
}
