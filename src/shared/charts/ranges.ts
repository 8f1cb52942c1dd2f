/** Replicates summed up for a line with its band. */

export function rangeOf(values: readonly number[]): { mean: number; min: number; max: number } {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: Math.min(...values),
    max: Math.max(...values),
  };
}
