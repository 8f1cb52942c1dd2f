/**
 * The exponential moving average of a curve, as TensorBoard has it: the earlier values weigh less with every
 * step, and the average of the first values is not drawn towards zero (as in Adam's correction).
 *
 * @param weight of the values before, 0 (nothing is smoothed) to below 1.
 * @returns as many values; NaN where the curve has none.
 */
export function smoothed(values: ArrayLike<number>, weight: number): Float64Array {
  const averages = new Float64Array(values.length);
  let sum = 0;
  let weights = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (!Number.isFinite(value)) {
      averages[index] = value;
      continue;
    }
    sum = weight * sum + (1 - weight) * value;
    weights = weight * weights + (1 - weight);
    averages[index] = sum / weights;
  }
  return averages;
}
