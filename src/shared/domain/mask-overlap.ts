/** The overlap of two masks, and the overlap expected by chance. */
import { expectedJaccard, type KeptPair } from './chance.ts';
import type { Mask, MaskSegment } from './mask.ts';

/** The similarity of two masks: Jaccard indices, 0..1. */
export interface MaskOverlap {
  /** The number of weights that both keep, divided by the number that either keeps. */
  readonly overlap: number;
  /** The mean overlap of random masks with as many weights in every tensor. */
  readonly expected: number;
  /** The mean overlap of random masks with as many weights in the whole network. */
  readonly expectedGlobally: number;
  /** `[tensors]`: the overlap within each prunable tensor. */
  readonly tensorOverlaps: Float64Array;
  readonly tensorExpected: Float64Array;
}

/**
 * @param segments the prunable tensors that the masks cover.
 * @throws RangeError if the masks differ in length.
 */
export function maskOverlap(one: Mask, other: Mask, segments: readonly MaskSegment[]): MaskOverlap {
  if (one.length !== other.length) {
    throw new RangeError(`masks over ${one.length} and ${other.length} weights can't be compared`);
  }
  const tensors = segments.map((segment) => countPair(one, other, segment));
  const sum = (pick: (pair: CountedPair) => number): number =>
    tensors.reduce((total, pair) => total + pick(pair), 0);
  const whole: CountedPair = {
    size: sum(({ size }) => size),
    one: sum((pair) => pair.one),
    other: sum((pair) => pair.other),
    both: sum(({ both }) => both),
  };
  return {
    overlap: jaccard(whole),
    expected: expectedJaccard(tensors),
    expectedGlobally: expectedJaccard([whole]),
    tensorOverlaps: Float64Array.from(tensors, jaccard),
    tensorExpected: Float64Array.from(tensors, (pair) => expectedJaccard([pair])),
  };
}

export interface CountedPair extends KeptPair {
  readonly both: number;
}

export function countPair(one: Mask, other: Mask, { maskOffset, size }: MaskSegment): CountedPair {
  let keptByOne = 0;
  let keptByOther = 0;
  let both = 0;
  for (let index = maskOffset; index < maskOffset + size; index += 1) {
    const left = one[index]!;
    const right = other[index]!;
    keptByOne += left;
    keptByOther += right;
    both += left & right;
  }
  return { size, one: keptByOne, other: keptByOther, both };
}

/** Two masks that keep nothing are equal. */
function jaccard({ one, other, both }: CountedPair): number {
  const either = one + other - both;
  return either === 0 ? 1 : both / either;
}
