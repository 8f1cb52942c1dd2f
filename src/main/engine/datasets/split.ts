import { rng, type RngKey, shuffleInPlace } from '../../../shared/rng.ts';

export interface Split {
  /** Ascending indices into the training examples. */
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
}

/**
 * Draws `validation` examples from the training set by the search's seed. All replicates have the same
 * split, so that they are judged on the same examples.
 */
export function splitTraining(examples: number, validation: number, seed: number): Split {
  const order = Int32Array.from({ length: examples }, (_, index) => index);
  shuffleInPlace(order, rng(seed, 'validation-split'));
  return {
    validationIndices: order.slice(0, validation).sort(),
    trainIndices: order.slice(validation).sort(),
  };
}

/**
 * Draws a stratified subset of the examples `indices`: every class keeps its share. Shares are rounded
 * by the largest remainder; of equal remainders, that of the lower class counts first.
 *
 * @param labels of the whole set.
 * @param size at most the number of `indices`; undefined takes all of them.
 * @param key of the random generator.
 * @returns ascending indices.
 */
export function drawSubset(
  labels: Int32Array,
  indices: Int32Array,
  size: number | undefined,
  key: RngKey,
): Int32Array {
  if (size === undefined || size === indices.length) return indices;
  const classes = new Map<number, number[]>();
  for (const index of indices) {
    const label = labels[index]!;
    const members = classes.get(label);
    if (members) members.push(index);
    else classes.set(label, [index]);
  }
  const shares = [...classes].map(([label, members]) => {
    const exact = (size * members.length) / indices.length;
    return { label, members, taken: Math.floor(exact), remainder: exact % 1 };
  });
  let missing = size - shares.reduce((sum, { taken }) => sum + taken, 0);
  shares.sort((one, other) => other.remainder - one.remainder || one.label - other.label);
  const subset = new Int32Array(size);
  let filled = 0;
  for (const { label, members, taken } of shares) {
    const count = taken + (missing > 0 ? 1 : 0);
    missing -= 1;
    const drawn = shuffleInPlace(members, rng(...key, label)).slice(0, count);
    subset.set(drawn, filled);
    filled += count;
  }
  return subset.sort();
}
