/**
 * The points of a curve of the test set. Most evaluations are on the validation set alone, and have NaN: the
 * curve goes on to the next one that has a value, while NaN among the values of a line is a gap.
 */

/** Both have the same length. */
interface TestedPoints {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

interface Read {
  readonly xs: number[];
  readonly ys: number[];
  /** How many evaluations have been read. */
  count: number;
}

/** By the list of values, so that the same lists come of a curve that has grown (`extremesOf`). */
const READ = new WeakMap<ArrayLike<number>, Read>();

/** @param values at these iterations. Both lists may grow at their end. */
export function testedPoints(
  iterations: ArrayLike<number>,
  values: ArrayLike<number>,
): TestedPoints {
  const read = READ.get(values) ?? { xs: [], ys: [], count: 0 };
  READ.set(values, read);
  for (; read.count < values.length; read.count += 1) {
    const value = values[read.count]!;
    if (Number.isNaN(value)) continue;
    read.xs.push(iterations[read.count]!);
    read.ys.push(value);
  }
  return read;
}
