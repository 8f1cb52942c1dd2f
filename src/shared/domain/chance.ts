/**
 * The overlap of independent random masks, with which an observed overlap is compared.
 *
 * One random mask keeps a of n weights and another b; the number X that both keep is hypergeometric:
 * P(X = x) = C(a, x) C(n − a, b − x) / C(n, b). Their Jaccard overlap is X / (a + b − X).
 */

import { largest } from '../extremes.ts';

/** How many weights two masks keep out of the same `size`. */
export interface KeptPair {
  readonly size: number;
  readonly one: number;
  readonly other: number;
}

/**
 * Sums over more values than this are replaced by the first terms of a Taylor series. Its error is
 * then below 1e-6 of the result.
 */
const EXACT_SUPPORT = 4096;

/**
 * The mean Jaccard overlap of two random masks that keep these counts in each tensor. It is 1 for
 * two masks that keep nothing, as in `jaccardOverlap`.
 */
export function expectedJaccard(tensors: readonly KeptPair[]): number {
  const total = tensors.reduce((sum, { one, other }) => sum + one + other, 0);
  if (total === 0) return 1;
  const support = tensors.reduce((sum, pair) => sum + 1 + largestX(pair) - smallestX(pair), 0);
  return support <= EXACT_SUPPORT ? exactJaccard(tensors, total) : seriesJaccard(tensors, total);
}

/** The mean fraction of weights that two random masks with these counts in each tensor differ in. */
export function expectedDistance(tensors: readonly KeptPair[]): number {
  let size = 0;
  let differing = 0;
  for (const pair of tensors) {
    size += pair.size;
    differing += pair.one + pair.other - 2 * meanX(pair);
  }
  return size === 0 ? 0 : differing / size;
}

const smallestX = ({ size, one, other }: KeptPair): number => Math.max(0, one + other - size);
const largestX = ({ one, other }: KeptPair): number => Math.min(one, other);

/** The mean of X: how many weights two random masks both keep. */
export const meanX = ({ size, one, other }: KeptPair): number =>
  size === 0 ? 0 : (one * other) / size;

/** The variance of X. */
export const varianceX = (pair: KeptPair): number => {
  const { size, one, other } = pair;
  return size < 2 ? 0 : (meanX(pair) * (size - one) * (size - other)) / (size * (size - 1));
};

function exactJaccard(tensors: readonly KeptPair[], total: number): number {
  let least = 0;
  let probabilities = Float64Array.of(1);
  for (const pair of tensors) {
    least += smallestX(pair);
    probabilities = convolve(probabilities, hypergeometric(pair));
  }
  return probabilities.reduce((sum, probability, index) => {
    const both = least + index;
    return sum + (probability * both) / (total - both);
  }, 0);
}

/** The probability of each x, from the smallest possible to the largest. */
function hypergeometric(pair: KeptPair): Float64Array<ArrayBuffer> {
  const { size, one, other } = pair;
  const [first, last] = [smallestX(pair), largestX(pair)];
  const logarithms = new Float64Array(last - first + 1);
  for (let x = first; x < last; x += 1) {
    const ratio = ((one - x) * (other - x)) / ((x + 1) * (size - one - other + x + 1));
    logarithms[x - first + 1] = logarithms[x - first]! + Math.log(ratio);
  }
  const most = largest(logarithms);
  const weights = logarithms.map((logarithm) => Math.exp(logarithm - most));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

function convolve(one: Float64Array, other: Float64Array): Float64Array<ArrayBuffer> {
  const result = new Float64Array(one.length + other.length - 1);
  for (const [index, left] of one.entries()) {
    for (const [offset, right] of other.entries()) result[index + offset]! += left * right;
  }
  return result;
}

/** E f(X) ≈ f(μ) + f″(μ) σ² / 2 for f(x) = x / (S − x), X summed over tensors. */
function seriesJaccard(tensors: readonly KeptPair[], total: number): number {
  let mean = 0;
  let variance = 0;
  for (const pair of tensors) {
    mean += meanX(pair);
    variance += varianceX(pair);
  }
  const rest = total - mean;
  return mean / rest + (total * variance) / rest ** 3;
}
