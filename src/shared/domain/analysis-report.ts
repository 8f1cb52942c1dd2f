/**
 * The results of an analysis described as data, so they can be shown without knowing the analysis.
 */
import type { ChartDescription } from '../charts/chart-description.ts';
import { formatPercent } from '../percent-text.ts';
import type { Spread } from './statistics.ts';

/**
 * How the numbers of a column are written. `replicate`: stored from 0, shown from 1. `mean`: one
 * decimal, or none if the number is whole. `significant`: three digits. `percent`: of fractions,
 * 0..1.
 */
export type ColumnFormat = 'text' | 'number' | 'replicate' | 'mean' | 'significant' | 'percent';

export interface ReportColumn {
  readonly heading: string;
  readonly format: ColumnFormat;
}

/** Text is shown unchanged; numbers and spreads use the format of their column. */
export type ReportCell = string | number | Spread;

export interface ReportTable {
  readonly title?: string;
  readonly columns: readonly ReportColumn[];
  /** One cell for each column. */
  readonly rows: readonly (readonly ReportCell[])[];
}

/** The part of the results that a chart shows. */
export interface ChartSelection {
  readonly level?: number | undefined;
  /** Counted from 0. */
  readonly replicate?: number | undefined;
  readonly branch?: string | undefined;
  /** `layer.kernel`, or `all`. */
  readonly tensor?: string | undefined;
}

/** A part of the selection that the user chooses. */
export interface ChartChoice {
  readonly of: keyof ChartSelection;
  readonly label: string;
  readonly values: readonly { readonly value: string | number; readonly label: string }[];
  /** One of the values. */
  readonly chosen: string | number;
}

export interface ReportChart {
  /** The name for `ticket export --chart`. */
  readonly id: string;
  readonly title: string;
  readonly chart: ChartDescription;
}

export interface AnalysisReport {
  readonly tables: readonly ReportTable[];
  /** Sentences that explain the numbers. */
  readonly notes: readonly string[];
  /** What can be chosen for the charts. */
  readonly choices: readonly ChartChoice[];
  /** Only charts with something to draw. */
  readonly charts: readonly ReportChart[];
}

/** One number of a result as one row of a long table. Columns that do not apply are undefined. */
export interface AnalysisRow {
  /** Counted from 0. */
  readonly replicate?: number | undefined;
  readonly level?: number | undefined;
  /** `ticket`, or the branch of the training. */
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
    return typeof cell === 'number' ? formatPercent(cell) : percentSpread(cell);
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

/** `97.42 % [97.30, 97.51]`: the mean and the range over replicates. */
export function percentSpread({ mean, min, max, values }: Spread): string {
  if (values.length < 2) return formatPercent(mean);
  const digits = (value: number): string => (value * 100).toFixed(2);
  return `${formatPercent(mean)} [${digits(min)}, ${digits(max)}]`;
}
