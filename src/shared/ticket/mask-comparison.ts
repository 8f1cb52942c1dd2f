/** Two masks of one network: what both keep, and what chance would let both keep. */
import { type KeptPair, meanX, varianceX } from '../domain/chance.ts';
import type { Mask, MaskSegment } from '../domain/mask.ts';
import { countPair, maskOverlap } from '../domain/mask-overlap.ts';

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
  const tensors = segments.map((segment, index): ComparedTensor => {
    const counts = countPair(one, other, segment);
    return {
      ...counts,
      expectedBoth: meanX(counts),
      deviation: Math.sqrt(varianceX(counts)),
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
