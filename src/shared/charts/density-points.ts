/** The points of lines against density: a quantity over replicates, with what it differs by. */
import type {
  BranchSeries,
  MeasureSeries,
  SearchSeries,
} from '../contract/records/search-results.ts';
import type { BranchSummary, Spread } from '../domain/search.ts';
import { pairedDensities } from '../domain/equal-densities.ts';
import { pairedDifference, type PairedDifference } from '../domain/statistics.ts';
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
  measure(series: BranchSeries): MeasureSeries;
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

/** One branch of a search. */
export interface DrawnSeries {
  readonly search: SearchSeries;
  readonly series: BranchSeries;
}

/** The points that have finished. @param reference what differences are from. */
export function seriesPoints(
  drawn: DrawnSeries,
  quantity: Quantity,
  reference?: DrawnSeries,
): BandedPoint[] {
  const { scale } = quantity;
  const { mean, min, max } = quantity.measure(drawn.series);
  const theirs = reference?.series.densities ?? [];
  const levelOf = new Map(
    pairedDensities(drawn.series.densities, theirs).map(([own, other]) => [own, other]),
  );
  return [...drawn.series.densities].flatMap((density, level): BandedPoint[] => {
    if (Number.isNaN(mean[level]!)) return [];
    const values = valuesAt(drawn, quantity, level);
    const at = levelOf.get(level);
    const difference =
      reference && at !== undefined
        ? differenceFrom({ drawn: reference, level: at }, { drawn, level }, quantity)
        : undefined;
    const verdict = drawn.series.verdicts?.[level];
    return [
      {
        x: density * 100,
        ...rangeOf(values.filter((value) => !Number.isNaN(value))),
        mean: mean[level]! * scale,
        min: min[level]! * scale,
        max: max[level]! * scale,
        values,
        ...(difference && { difference }),
        ...(verdict !== undefined && verdict !== '' && { verdict }),
      },
    ];
  });
}

/** By replicate, in the axis's unit; NaN where one has not finished. */
function valuesAt({ series }: DrawnSeries, quantity: Quantity, level: number): number[] {
  const { values } = quantity.measure(series);
  const replicates = values.length / series.densities.length;
  return Array.from(
    values.subarray(level * replicates, (level + 1) * replicates),
    (value) => value * quantity.scale,
  );
}

interface DrawnLevel {
  readonly drawn: DrawnSeries;
  /** The index of the level in the series. */
  readonly level: number;
}

/**
 * From the same replicates of the reference. The interval needs replicates that belong together: those of
 * the same seed.
 */
function differenceFrom(
  reference: DrawnLevel,
  compared: DrawnLevel,
  quantity: Quantity,
): PointDifference | undefined {
  const theirs = valuesAt(reference.drawn, quantity, reference.level);
  const pairs = valuesAt(compared.drawn, quantity, compared.level).flatMap((own, replicate) => {
    const other = theirs[replicate];
    const isPair = other !== undefined && Number.isFinite(other) && Number.isFinite(own);
    return isPair ? [[other, own] as const] : [];
  });
  if (pairs.length === 0) return undefined;
  const { settings } = compared.drawn.search;
  const found = pairedDifference(
    pairs.map(([other]) => other),
    pairs.map(([, own]) => own),
    settings.verdict.confidence,
  );
  const isPaired = reference.drawn.search.settings.replicates.seed === settings.replicates.seed;
  return isPaired ? scaled(found, 1) : { mean: found.mean };
}

function scaled({ mean, lower, upper }: PairedDifference, scale: number): PointDifference {
  return {
    mean: mean * scale,
    ...(lower !== undefined && { lower: lower * scale }),
    ...(upper !== undefined && { upper: upper * scale }),
  };
}
