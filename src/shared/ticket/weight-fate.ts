/**
 * Where weights went: initial against final value, survivors against pruned (Zhou et al. 2019, figure 3).
 */

/** What happened to a group of weights. */
export interface FateCounts {
  readonly weights: number;
  /** Weights that ended with the other sign. Values of exactly 0 have none. */
  readonly signChanges: number;
  /** Weights that ended with a larger magnitude. */
  readonly grown: number;
  /** Weights whose value did not change at all. */
  readonly unchanged: number;
}

export interface FateGroup extends FateCounts {
  /** `[bins, bins]`, row-major: rows are final values, columns initial ones, both ascending. */
  readonly histogram: Uint32Array;
}

export interface WeightFate {
  readonly bins: number;
  /** Both axes reach from minus this to this: the largest magnitude of the axis. */
  readonly largestInitial: number;
  readonly largestFinal: number;
  readonly survivors: FateGroup;
  readonly pruned: FateGroup;
}

const FATE_BINS = 64;

/** Pairs of values of weights that share a fate. Both have the same length. */
export interface ValuePairs {
  readonly initial: Float32Array;
  readonly final: Float32Array;
}

export function weightFate(
  survivors: ValuePairs,
  pruned: ValuePairs,
  bins: number = FATE_BINS,
): WeightFate {
  const largestInitial = Math.max(magnitude(survivors.initial), magnitude(pruned.initial));
  const largestFinal = Math.max(magnitude(survivors.final), magnitude(pruned.final));
  const groupOf = (pairs: ValuePairs): FateGroup => ({
    ...countFates(pairs),
    histogram: jointHistogram(pairs, bins, largestInitial, largestFinal),
  });
  return {
    bins,
    largestInitial,
    largestFinal,
    survivors: groupOf(survivors),
    pruned: groupOf(pruned),
  };
}

function magnitude(values: Float32Array): number {
  let most = 0;
  for (let index = 0; index < values.length; index += 1) {
    const size = Math.abs(values[index]!);
    if (size > most) most = size;
  }
  return most;
}

function countFates({ initial, final }: ValuePairs): FateCounts {
  let signChanges = 0;
  let grown = 0;
  let unchanged = 0;
  for (let index = 0; index < initial.length; index += 1) {
    const start = initial[index]!;
    const end = final[index]!;
    // The product of two small floats may round to 0.
    if ((start < 0 && end > 0) || (start > 0 && end < 0)) signChanges += 1;
    if (Math.abs(end) > Math.abs(start)) grown += 1;
    if (start === end) unchanged += 1;
  }
  return { weights: initial.length, signChanges, grown, unchanged };
}

function jointHistogram(
  { initial, final }: ValuePairs,
  bins: number,
  largestInitial: number,
  largestFinal: number,
): Uint32Array {
  const histogram = new Uint32Array(bins * bins);
  for (let index = 0; index < initial.length; index += 1) {
    const column = binOf(initial[index]!, largestInitial, bins);
    const row = binOf(final[index]!, largestFinal, bins);
    histogram[row * bins + column]! += 1;
  }
  return histogram;
}

/** The bin of a value in −largest..largest; the largest value is in the last one. */
function binOf(value: number, largest: number, bins: number): number {
  if (largest === 0) return Math.floor(bins / 2);
  const bin = Math.floor(((value + largest) / (2 * largest)) * bins);
  return Math.max(0, Math.min(bins - 1, bin));
}
