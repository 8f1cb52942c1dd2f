/** What an analysis has found, described as data, so that everyone can show it without knowing it. */
import type { ChartDescription } from '../charts/chart-description.ts';
import type { Spread } from './statistics.ts';

/**
 * How the numbers of a column are written. `replicate`: counted from 0 here, from 1 where it is
 * shown; `mean`: with one decimal unless it is whole; `significant`: with three digits; `percent`:
 * of fractions, 0..1.
 */
export type ColumnFormat = 'text' | 'number' | 'replicate' | 'mean' | 'significant' | 'percent';

export interface ReportColumn {
  readonly heading: string;
  readonly format: ColumnFormat;
}

/** Text is shown as it is; numbers and spreads in the format of their column. */
export type ReportCell = string | number | Spread;

export interface ReportTable {
  readonly title?: string;
  readonly columns: readonly ReportColumn[];
  /** One cell for each column. */
  readonly rows: readonly (readonly ReportCell[])[];
}

/** What a chart of a part of the results shows. */
export interface ChartSelection {
  readonly level?: number | undefined;
  /** Counted from 0. */
  readonly replicate?: number | undefined;
  readonly branch?: string | undefined;
  /** `layer.kernel`, or `all`. */
  readonly tensor?: string | undefined;
}

/** A part of the selection that the user is asked for. */
export interface ChartChoice {
  readonly of: keyof ChartSelection;
  readonly label: string;
  readonly values: readonly { readonly value: string | number; readonly label: string }[];
  /** One of the values. */
  readonly chosen: string | number;
}

export interface ReportChart {
  /** As `ticket export --chart` knows it. */
  readonly id: string;
  readonly title: string;
  readonly chart: ChartDescription;
}

export interface AnalysisReport {
  readonly tables: readonly ReportTable[];
  /** Sentences that say what the numbers are. */
  readonly notes: readonly string[];
  /** What can be chosen for the charts. */
  readonly choices: readonly ChartChoice[];
  /** Those that there is something to draw for. */
  readonly charts: readonly ReportChart[];
}

/** One number of a result, as one row of a long table. What makes no sense for it is left out. */
export interface AnalysisRow {
  /** Counted from 0. */
  readonly replicate?: number | undefined;
  readonly level?: number | undefined;
  /** `ticket`, or the branch whose training it is. */
  readonly branch?: string | undefined;
  /** The second mask of a pair. */
  readonly otherReplicate?: number | undefined;
  readonly otherLevel?: number | undefined;
  /** The iteration that survivors are rewound to. */
  readonly rewind?: number | undefined;
  /** A layer or tensor; `all` for the network. */
  readonly part: string;
  readonly quantity: string;
  readonly unit: string;
  /** The position of a point of a curve or histogram: α, an iteration, the lower edge of a bin. */
  readonly at?: number | undefined;
  readonly value: number;
}

/** A cell as text, the same everywhere. */
export function cellText(cell: ReportCell, format: ColumnFormat): string {
  if (typeof cell === 'string') return cell;
  if (format === 'percent') {
    return typeof cell === 'number' ? percent(cell) : percentSpread(cell);
  }
  const value = typeof cell === 'number' ? cell : cell.mean;
  switch (format) {
    case 'replicate':
      return String(value + 1);
    case 'mean':
      return Number.isInteger(value) ? String(value) : value.toFixed(1);
    case 'significant':
      return value.toPrecision(3);
    default:
      return String(value);
  }
}

/** `13.52 %` */
export function percent(fraction: number, digits = 2): string {
  return `${(fraction * 100).toFixed(digits)} %`;
}

/** `97.42 % [97.30, 97.51]`: the mean and the range over replicates. */
export function percentSpread({ mean, min, max, values }: Spread): string {
  if (values.length < 2) return percent(mean);
  const digits = (value: number): string => (value * 100).toFixed(2);
  return `${percent(mean)} [${digits(min)}, ${digits(max)}]`;
}
