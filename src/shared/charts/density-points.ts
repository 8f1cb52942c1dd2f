/** The points of lines against density: a quantity over replicates, with what it differs by. */
import type { BranchSeries } from '../contract/records/search-results.ts';
import type { BranchSummary, Spread } from '../domain/search.ts';
import { type MeasureOf, replicatesAt } from '../domain/search-differences.ts';
import type { PairedDifference } from '../domain/statistics.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { BandedPoint, PointDifference } from './line-chart.ts';
import { rangeOf } from './ranges.ts';

export const DENSITY_CHARTS = ['accuracy', 'early-stop'] as const;
export type DensityChart = (typeof DENSITY_CHARTS)[number];

interface Quantity {
  readonly title: string;
  readonly axis: string;
  /** The quantity of a branch. Times `scale`, it is in the axis's unit. */
  spread(summary: BranchSummary): Spread;
  readonly measure: MeasureOf;
  /** The branch minus the dense network. */
  difference(verdict: Verdict): PairedDifference | undefined;
  readonly scale: number;
}

export const QUANTITIES: Readonly<Record<DensityChart, Quantity>> = {
  accuracy: {
    title: 'Test accuracy at the early stop',
    axis: 'Test accuracy (%)',
    spread: (summary) => summary.testAccuracyAtEarlyStop,
    measure: (series) => series.testAccuracyAtEarlyStop,
    difference: (verdict) => verdict.accuracyDifference,
    scale: 100,
  },
  'early-stop': {
    title: 'Early-stop iteration',
    axis: 'Early stop (iteration)',
    spread: (summary) => summary.earlyStopIteration,
    measure: (series) => series.earlyStopIteration,
    difference: (verdict) => verdict.iterationDifference,
    scale: 1,
  },
};

/** A branch at a level, with its difference from the dense network and the verdict on it. */
export function summaryPoint(
  density: number,
  summary: BranchSummary,
  { spread, difference, scale }: Quantity,
): BandedPoint {
  const { mean, min, max, values } = spread(summary);
  const { verdict } = summary;
  const found = difference(verdict);
  return {
    x: density * 100,
    ...rangeOf(values.map((value) => value * scale)),
    mean: mean * scale,
    min: min * scale,
    max: max * scale,
    ...(found && { difference: scaled(found, scale) }),
    ...(verdict.kind !== 'baseline' && { verdict: verdict.kind }),
  };
}

/**
 * The points that have finished.
 *
 * @param differences `[levels]`: those from another search, in the unit of the measure.
 */
export function seriesPoints(
  series: BranchSeries,
  { measure, scale }: Quantity,
  differences: readonly (PairedDifference | undefined)[] = [],
): BandedPoint[] {
  const measured = measure(series);
  const { mean, min, max } = measured;
  return [...series.densities].flatMap((density, level): BandedPoint[] => {
    if (Number.isNaN(mean[level]!)) return [];
    const values = replicatesAt(measured, level).map((value) => value * scale);
    const difference = differences[level];
    const verdict = series.verdicts?.[level];
    return [
      {
        x: density * 100,
        ...rangeOf(values.filter((value) => !Number.isNaN(value))),
        mean: mean[level]! * scale,
        min: min[level]! * scale,
        max: max[level]! * scale,
        values,
        ...(difference && { difference: scaled(difference, scale) }),
        ...(verdict !== undefined && verdict !== '' && { verdict }),
      },
    ];
  });
}

function scaled({ mean, lower, upper }: PairedDifference, scale: number): PointDifference {
  return {
    mean: mean * scale,
    ...(lower !== undefined && { lower: lower * scale }),
    ...(upper !== undefined && { upper: upper * scale }),
  };
}
