/** Groups and summarises replicates for a line with a band. */

import { largest, smallest } from '../extremes.ts';

export function rangeOf(values: readonly number[]): { mean: number; min: number; max: number } {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: smallest(values),
    max: largest(values),
  };
}
