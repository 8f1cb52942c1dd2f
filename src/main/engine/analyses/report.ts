/** Helpers with which analyses show their results. */
import { trainingAt, type TrainingPlace } from '../../../shared/domain/analysis.ts';
import type {
  AnalysisRow,
  ChartChoice,
  ColumnFormat,
  ReportCell,
  ReportTable,
} from '../../../shared/domain/analysis-report.ts';
import { type Spread, spreadOf } from '../../../shared/domain/statistics.ts';
import type { Group } from '../../../shared/group-by.ts';

export { amount, formatCount } from '../../../shared/amount.ts';
export { formatDensity, formatPercent } from '../../../shared/percent-text.ts';

/** For networks of an effective density of 0. */
export const NO_PATH = 'no path of kept weights leads from an input to a logit';

/** A column of a table, with the cell of each row. */
export interface Column<Row> {
  readonly heading: string;
  readonly format: ColumnFormat;
  cell(row: Row): ReportCell;
}

export function column<Row>(
  heading: string,
  format: ColumnFormat,
  cell: (row: Row) => ReportCell,
): Column<Row> {
  return { heading, format, cell };
}

export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  title?: string,
): ReportTable {
  return {
    ...(title !== undefined && { title }),
    columns: columns.map(({ heading, format }) => ({ heading, format })),
    rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
  };
}

/** The branch of each group of results; left out if all belong to the ticket. */
export function branchColumn<Result extends TrainingPlace>(
  results: readonly Result[],
): Column<Group<Result>>[] {
  if (results.every(({ branch }) => branch === undefined)) return [];
  return [column('branch', 'text', ([first]) => trainingAt(first).branch)];
}

export function spread<Item>(items: readonly Item[], pick: (item: Item) => number): Spread {
  return spreadOf(items.map(pick));
}

export function mean<Item>(items: readonly Item[], pick: (item: Item) => number): number {
  return spread(items, pick).mean;
}

/** What a number belongs to. */
export type RowPlace = Omit<AnalysisRow, 'quantity' | 'unit' | 'value'>;

type Measured = readonly [quantity: string, unit: string, value: number];

export function rowsAt(place: RowPlace, measured: readonly Measured[]): AnalysisRow[] {
  return measured.map(([quantity, unit, value]) => ({ ...place, quantity, unit, value }));
}

/** A choice among the different values, in order of first appearance. */
export function choiceOf(
  of: ChartChoice['of'],
  label: string,
  values: readonly (string | number)[],
  which: 'first' | 'last',
): ChartChoice {
  const different = [...new Set(values)];
  const chosen = which === 'first' ? different[0] : different.at(-1);
  if (chosen === undefined) throw new Error(`there is no ${of} to choose`);
  return {
    of,
    label,
    values: different.map((value) => ({
      value,
      label: of === 'replicate' ? String(Number(value) + 1) : String(value),
    })),
    chosen,
  };
}
