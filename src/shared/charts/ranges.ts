/** Groups and summarises replicates for a line with a band. */

import { mean, studentQuantile } from '../domain/statistics.ts';
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

/** The 95 % interval of the mean (Student’s t). Directly, because a curve has thousands of them. */
function intervalOf(values: readonly number[]): { lower?: number; upper?: number } {
  const count = values.length;
  // A training that diverged has no interval.
  if (count < 2 || !values.every(Number.isFinite)) return {};
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const standardError = Math.sqrt(squares / (count - 1) / count);
  if (standardError === 0) return {};
  const margin = studentQuantile(CONFIDENCE, count - 1) * standardError;
  return { lower: center - margin, upper: center + margin };
}
