/** Groups and summarises replicates for a line with a band. */

import { pairedDifference } from '../domain/statistics.ts';
import { largest, smallest } from '../extremes.ts';
import type { BandedPoint } from './line-chart.ts';

const CONFIDENCE = 0.95;

/** What a chart shows of a quantity over replicates, which don't depend on each other. */
export function rangeOf(values: readonly number[]): Omit<BandedPoint, 'x'> {
  return { ...extentOf(values), ...intervalOf(values), values };
}

/** The same of values that depend on each other, such as those of all pairs: without an interval. */
export function extentOf(values: readonly number[]): Omit<BandedPoint, 'x'> {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: smallest(values),
    max: largest(values),
    n: values.length,
  };
}

/** The 95 % interval of the mean: that of the difference from zero. */
function intervalOf(values: readonly number[]): { lower?: number; upper?: number } {
  // A training that diverged has no interval.
  if (values.length === 0 || !values.every(Number.isFinite)) return {};
  const zeros = values.map(() => 0);
  const { lower, upper } = pairedDifference(zeros, values, CONFIDENCE);
  return lower === undefined || upper === undefined ? {} : { lower, upper };
}
