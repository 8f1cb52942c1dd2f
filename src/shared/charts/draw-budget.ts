/** In how many columns of pixels lines are drawn, so that all of them together stay within the limit of a file. */
import { MOST_IN_COLUMN } from './buckets.ts';
import type { Band } from './line-chart.ts';

/** A file has a limit of 100,000 points. Drawing more takes long. */
const MOST_POINTS = 90_000;
const FEWEST_COLUMNS = 4;

/** Drawing a point of a band takes about this many times as long as drawing a point of a line. */
export const BANDED_POINT_WEIGHT = 5;

/** @param inColumn what each line draws in a column at most, in points of a line. */
export function columnsWithin(inColumn: readonly number[]): number {
  const all = inColumn.reduce((sum, points) => sum + points, 0);
  return Math.max(FEWEST_COLUMNS, Math.floor(MOST_POINTS / Math.max(1, all)));
}

/** What a curve draws in a column at most. What was measured is drawn behind the averages. */
export function curveInColumn(smoothing: number): number {
  return smoothing === 0 ? MOST_IN_COLUMN : 2 * MOST_IN_COLUMN;
}

/** A file is about this many pixels wide. */
export const FILE_COLUMNS = 2000;

/** Widths that plots are rounded to, so that a window that is resized seldom asks for curves again. */
const WIDTHS = [600, 1200] as const;
export const USUAL_COLUMNS = WIDTHS[1];

/** @param width of the plot, in pixels of the page. */
export function columnsToAskFor(width: number): number {
  return WIDTHS.find((most) => width <= most) ?? FILE_COLUMNS;
}

/** Means are two pixels wide. So are their columns, since three lines and an area take long to draw. */
export const MEAN_COLUMN = 2;

/** In how many columns learning curves are thinned, of those that there is room for. */
export function columnsOfCurves(
  lines: number,
  {
    isMean,
    smoothing,
    columns: room,
  }: { readonly isMean: boolean; readonly smoothing: number; readonly columns: number },
): number {
  const inColumn = isMean ? bandInColumn('range', 0) : curveInColumn(smoothing);
  const most = columnsWithin(Array.from({ length: lines }, () => inColumn));
  const columns = Math.min(room, most);
  return isMean ? Math.ceil(columns / MEAN_COLUMN) : columns;
}

/** What a line with a band draws in a pixel's column on average, at most: the extremes of mean and edges. */
export function bandInColumn(band: Band, replicates: number): number {
  const drawn = band === 'replicates' ? 1 + replicates : 3;
  const points = MOST_IN_COLUMN * drawn;
  return (points * (BANDED_POINT_WEIGHT + (band === 'replicates' ? replicates : 0))) / MEAN_COLUMN;
}
