/** Two masks of one network: what both keep, and what chance would let both keep. */
import type { KeptPair } from '../domain/chance.ts';
import type { Mask, MaskSegment } from '../domain/mask.ts';
import { maskOverlap } from '../domain/mask-overlap.ts';

export interface ComparedTensor extends KeptPair {
  /** Weights that both keep. */
  readonly both: number;
  /** Weights that random masks with these counts both keep: mean and standard deviation. */
  readonly expectedBoth: number;
  readonly deviation: number;
  /** Intersection over union, 0..1. */
  readonly overlap: number;
  /** Its mean over random masks. */
  readonly expectedOverlap: number;
}

export interface MaskComparison {
  /** One for each prunable tensor. */
  readonly tensors: readonly ComparedTensor[];
  /** All tensors together; by chance: random masks with these counts in each tensor. */
  readonly whole: ComparedTensor;
}

/** @param segments the tensors that the masks cover. @throws RangeError if the masks differ in length. */
export function compareMasks(
  one: Mask,
  other: Mask,
  segments: readonly MaskSegment[],
): MaskComparison {
  const overlaps = maskOverlap(one, other, segments);
  const tensors = segments.map(({ maskOffset, size }, index): ComparedTensor => {
    const counts = countPair(one, other, maskOffset, size);
    return {
      ...counts,
      ...expectedBoth(counts),
      overlap: overlaps.tensorOverlaps[index]!,
      expectedOverlap: overlaps.tensorExpected[index]!,
    };
  });
  const sum = (pick: (tensor: ComparedTensor) => number): number =>
    tensors.reduce((total, tensor) => total + pick(tensor), 0);
  return {
    tensors,
    whole: {
      size: sum(({ size }) => size),
      one: sum((tensor) => tensor.one),
      other: sum((tensor) => tensor.other),
      both: sum(({ both }) => both),
      expectedBoth: sum((tensor) => tensor.expectedBoth),
      // Tensors are independent by chance, so their variances add up.
      deviation: Math.sqrt(sum(({ deviation }) => deviation ** 2)),
      overlap: overlaps.overlap,
      expectedOverlap: overlaps.expected,
    },
  };
}

/**
 * Mean a b / n and standard deviation of the hypergeometric number of weights that two random masks
 * keep, which keep a and b of n.
 */
export function expectedBoth({ size, one, other }: KeptPair): {
  readonly expectedBoth: number;
  readonly deviation: number;
} {
  if (size === 0) return { expectedBoth: 0, deviation: 0 };
  const mean = (one * other) / size;
  if (size === 1) return { expectedBoth: mean, deviation: 0 };
  const variance = (mean * (size - one) * (size - other)) / (size * (size - 1));
  return { expectedBoth: mean, deviation: Math.sqrt(variance) };
}

function countPair(
  one: Mask,
  other: Mask,
  first: number,
  size: number,
): KeptPair & { readonly both: number } {
  let keptByOne = 0;
  let keptByOther = 0;
  let both = 0;
  for (let index = first; index < first + size; index += 1) {
    keptByOne += one[index]!;
    keptByOther += other[index]!;
    both += one[index]! & other[index]!;
  }
  return { size, one: keptByOne, other: keptByOther, both };
}
