/** The mean of replicates at every iteration, with the lowest and the highest of them. */
import type { Group } from '../group-by.ts';
import { firstAtLeast } from './buckets.ts';
import type { CurveMeasure } from './curve-measures.ts';

type Replicate = Readonly<Record<CurveMeasure, ArrayLike<number>>> & {
  readonly iterations: ArrayLike<number>;
};

/** All lists have the same length. */
interface CurveMeans {
  /** Those at which the longest replicate has a value. */
  readonly iterations: Float64Array;
  readonly mean: Float64Array;
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
}

/** By the values of the longest replicate. */
const KNOWN = new WeakMap<
  object,
  { readonly replicates: readonly unknown[]; readonly means: CurveMeans }
>();

export function meansOf(group: Group<Replicate>, measure: CurveMeasure): CurveMeans {
  const longest = longestOf(group);
  const replicates = group.map((curve) => curve[measure]);
  const known = KNOWN.get(longest[measure]);
  if (known && areSame(known.replicates, replicates)) return known.means;
  const means = computedMeans(group, longest, measure);
  KNOWN.set(longest[measure], { replicates, means });
  return means;
}

export function longestOf<Curve extends Replicate>(group: Group<Curve>): Curve {
  return group.reduce((most, curve) =>
    curve.iterations.length > most.iterations.length ? curve : most,
  );
}

/** @param guess the index at which it probably is. @returns NaN if it was not evaluated there. */
export function valueAt(
  curve: Replicate,
  measure: CurveMeasure,
  iteration: number,
  guess: number,
): number {
  const { iterations } = curve;
  const index = iterations[guess] === iteration ? guess : firstAtLeast(iterations, iteration);
  return iterations[index] === iteration ? curve[measure][index]! : Number.NaN;
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}

function computedMeans(
  group: Group<Replicate>,
  longest: Replicate,
  measure: CurveMeasure,
): CurveMeans {
  const count = longest.iterations.length;
  const [iterations, mean, lowest, highest] = [0, 1, 2, 3].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let valued = 0;
  for (let index = 0; index < count; index += 1) {
    if (Number.isNaN(longest[measure][index]!)) continue;
    const iteration = longest.iterations[index]!;
    let [sum, low, high, number] = [0, Infinity, -Infinity, 0];
    for (const curve of group) {
      const value = valueAt(curve, measure, iteration, index);
      if (Number.isNaN(value)) continue;
      sum += value;
      number += 1;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    iterations[valued] = iteration;
    mean[valued] = sum / number;
    lowest[valued] = low;
    highest[valued] = high;
    valued += 1;
  }
  return {
    iterations: iterations.subarray(0, valued),
    mean: mean.subarray(0, valued),
    lowest: lowest.subarray(0, valued),
    highest: highest.subarray(0, valued),
  };
}
