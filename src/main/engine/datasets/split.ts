import { rng, type RngKey, shuffleInPlace } from '../../../shared/rng.ts';

export interface Split {
  /** Ascending indices into the training examples. */
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
}

/**
 * Takes `validation` examples out of the training set, drawn by the search's seed: the same split
 * for every replicate, so that all of them are judged on the same examples.
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
 * `size` of the examples `indices`, ascending: of each class its share, rounded so that the largest
 * remainders come first, and of equal ones the lower class; within a class drawn by the key.
 *
 * @param labels of the whole set.
 * @param size at most as many as there are; undefined: all of them.
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
