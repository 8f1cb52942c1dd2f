import { largest } from '../../../shared/extremes.ts';
import { rng, type RngKey, shuffleInPlace } from '../../../shared/rng.ts';

export interface Split {
  /** Ascending indices into the training examples. */
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
}

/**
 * Draws `validation` examples from the training set by the search's seed. All replicates have the same
 * split, so that they are judged on the same examples.
 *
 * @param labels of the training set.
 */
export function splitTraining(labels: Int32Array, validation: number, seed: number): Split {
  const { kept, drawn } = drawApart(labels, validation, [seed, 'validation-split']);
  return { trainIndices: kept, validationIndices: drawn };
}

export interface Parts {
  /** Ascending indices. */
  readonly drawn: Int32Array;
  /** The other ones, ascending. */
  readonly kept: Int32Array;
}

/**
 * Draws `count` of the examples with these labels. Where a plain draw would keep no example of some
 * class, every class keeps its share instead, and at least one example.
 *
 * @param key of the random generator.
 */
export function drawApart(labels: Int32Array, count: number, key: RngKey): Parts {
  const all = Int32Array.from(labels.keys());
  const order = shuffleInPlace(all.slice(), rng(...key));
  const kept = order.slice(count).sort();
  const classes = countClasses(labels, all);
  const isCovered = countClasses(labels, kept) === classes;
  // Saved searches were split by the plain draw, so it stays wherever it keeps all classes.
  if (isCovered || kept.length < classes) return { kept, drawn: order.slice(0, count).sort() };
  const shares = drawSubset(labels, all, kept.length, [...key, 'by-class'], { everyClass: true });
  const isKept = new Set(shares);
  return { kept: shares, drawn: all.filter((index) => !isKept.has(index)) };
}

/** How many classes these examples have. */
function countClasses(labels: Int32Array, indices: Int32Array): number {
  const isFound = new Uint8Array(largest(labels) + 1);
  for (const index of indices) isFound[labels[index]!] = 1;
  return isFound.reduce((count, found) => count + found, 0);
}

interface ClassShare {
  readonly label: number;
  /** Indices of its examples. */
  readonly members: number[];
  taken: number;
  readonly remainder: number;
}

/**
 * Draws a stratified subset of the examples `indices`: every class keeps its share. Shares are rounded
 * by the largest remainder; of equal remainders, that of the lower class counts first.
 *
 * @param labels of the whole set.
 * @param size at most the number of `indices`; undefined takes all of them.
 * @param key of the random generator.
 * @param options with `everyClass`, no class is left without an example, unless the subset is smaller
 *   than the number of classes.
 * @returns ascending indices.
 */
export function drawSubset(
  labels: Int32Array,
  indices: Int32Array,
  size: number | undefined,
  key: RngKey,
  { everyClass = false }: { readonly everyClass?: boolean } = {},
): Int32Array {
  if (size === undefined || size === indices.length) return indices;
  const shares = sharesOf(labels, indices, size);
  if (everyClass && size >= shares.length) giveEachOne(shares);
  const subset = new Int32Array(size);
  let filled = 0;
  for (const { label, members, taken } of shares) {
    const drawn = shuffleInPlace(members, rng(...key, label)).slice(0, taken);
    subset.set(drawn, filled);
    filled += taken;
  }
  return subset.sort();
}

/** How many examples each class gives to a subset. */
function sharesOf(labels: Int32Array, indices: Int32Array, size: number): ClassShare[] {
  const classes = new Map<number, number[]>();
  for (const index of indices) {
    const label = labels[index]!;
    const members = classes.get(label);
    if (members) members.push(index);
    else classes.set(label, [index]);
  }
  const shares = [...classes].map(([label, members]): ClassShare => {
    const exact = (size * members.length) / indices.length;
    return { label, members, taken: Math.floor(exact), remainder: exact % 1 };
  });
  const missing = size - shares.reduce((sum, { taken }) => sum + taken, 0);
  shares.sort((one, other) => other.remainder - one.remainder || one.label - other.label);
  for (const share of shares.slice(0, missing)) share.taken += 1;
  return shares;
}

/** Moves an example from the classes that give most to each class that gives none. */
function giveEachOne(shares: readonly ClassShare[]): void {
  const most = shares.toSorted((one, other) => other.taken - one.taken || one.label - other.label);
  for (const empty of shares) {
    if (empty.taken > 0) continue;
    const giver = most.reduce((largest, share) => (share.taken > largest.taken ? share : largest));
    giver.taken -= 1;
    empty.taken = 1;
  }
}
