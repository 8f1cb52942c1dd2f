/**
 * Masks: which prunable weights are kept.
 *
 * In memory a mask has a byte a weight, because it is read and multiplied by. Stored and exported it
 * has a bit a weight.
 */
import { WorkbenchError } from '../contract/errors.ts';

/** 1 = kept, 0 = pruned, over the prunable parameters of a layout, in its order. */
export type Mask = Uint8Array;

/** Where one prunable tensor lies in a mask. */
export interface MaskSegment {
  /** Index of its first entry. */
  readonly maskOffset: number;
  readonly size: number;
}

/**
 * A bit a weight: weight i is bit i mod 8 of byte ⌊i / 8⌋, counted from the lowest, and the bits
 * after the last weight are 0. NumPy: `packbits(mask, bitorder='little')`.
 *
 * @throws WorkbenchError `invariant-violated` if an entry is neither 0 nor 1.
 */
export function packMask(mask: Mask): Uint8Array {
  const packed = new Uint8Array(Math.ceil(mask.length / 8));
  const whole = mask.length - (mask.length & 7);
  let seen = 0;
  // Eight at a time take a fifth of the time, and every training that is saved has two masks.
  for (let index = 0; index < whole; index += 8) {
    const a = mask[index]!;
    const b = mask[index + 1]!;
    const c = mask[index + 2]!;
    const d = mask[index + 3]!;
    const e = mask[index + 4]!;
    const f = mask[index + 5]!;
    const g = mask[index + 6]!;
    const h = mask[index + 7]!;
    seen |= a | b | c | d | e | f | g | h;
    packed[index >>> 3] =
      a | (b << 1) | (c << 2) | (d << 3) | (e << 4) | (f << 5) | (g << 6) | (h << 7);
  }
  for (let index = whole; index < mask.length; index += 1) {
    seen |= mask[index]!;
    packed[index >>> 3]! |= mask[index]! << (index & 7);
  }
  if (seen <= 1) return packed;
  const index = mask.findIndex((entry) => entry > 1);
  throw new WorkbenchError(
    'invariant-violated',
    `entry ${index} of a mask is ${mask[index]}; expected 0 or 1`,
  );
}

/**
 * The inverse of `packMask`. NumPy: `unpackbits(packed, count=length, bitorder='little')`.
 *
 * @param length how many weights the mask is over.
 * @throws WorkbenchError `invalid-data` if the bytes cannot be a mask of that length.
 */
export function unpackMask(packed: Uint8Array, length: number): Mask {
  const expectedBytes = Math.ceil(length / 8);
  if (packed.length !== expectedBytes) {
    throw new WorkbenchError(
      'invalid-data',
      `a packed mask has ${packed.length} bytes; expected ${expectedBytes} for ${length} weights`,
    );
  }
  const usedBits = length & 7;
  if (usedBits !== 0 && packed[expectedBytes - 1]! >>> usedBits !== 0) {
    throw new WorkbenchError(
      'invalid-data',
      `a packed mask has bits set after its last weight, ${length - 1}; expected zeros`,
    );
  }
  const mask = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    mask[index] = (packed[index >>> 3]! >>> (index & 7)) & 1;
  }
  return mask;
}

export function countKept(mask: Mask): number {
  let kept = 0;
  for (let index = 0; index < mask.length; index += 1) kept += mask[index]!;
  return kept;
}

/** How many weights a packed mask keeps, without unpacking it. */
export function countKeptPacked(packed: Uint8Array): number {
  let kept = 0;
  for (let index = 0; index < packed.length; index += 1) kept += BITS_SET[packed[index]!]!;
  return kept;
}

const BITS_SET = Uint8Array.from({ length: 256 }, (_, byte) => {
  let set = 0;
  for (let rest = byte; rest !== 0; rest >>>= 1) set += rest & 1;
  return set;
});

/** How many weights each tensor keeps. */
export function countKeptBySegment(mask: Mask, segments: readonly MaskSegment[]): number[] {
  return segments.map(({ maskOffset, size }) =>
    countKept(mask.subarray(maskOffset, maskOffset + size)),
  );
}

/**
 * The fraction of weights kept, 0..1. Sparsity is 1 minus this.
 *
 * @throws RangeError for a mask over no weights.
 */
export function densityOf(mask: Mask): number {
  if (mask.length === 0) throw new RangeError('a mask over no weights has no density');
  return countKept(mask) / mask.length;
}

/**
 * The first weight that `before` prunes and `after` keeps, or undefined if no weight comes back:
 * then `after` is monotone, as the mask of every next level must be.
 *
 * @throws RangeError if the masks differ in length.
 */
export function firstRevived(before: Mask, after: Mask): number | undefined {
  checkSameLength(before, after);
  for (let index = 0; index < after.length; index += 1) {
    if (after[index]! > before[index]!) return index;
  }
  return undefined;
}

/**
 * Jaccard overlap, 0..1: the weights both keep out of those either keeps. Two masks that keep
 * nothing are equal, so 1.
 *
 * @throws RangeError if the masks differ in length.
 */
export function jaccardOverlap(one: Mask, other: Mask): number {
  checkSameLength(one, other);
  let both = 0;
  let either = 0;
  for (let index = 0; index < one.length; index += 1) {
    both += one[index]! & other[index]!;
    either += one[index]! | other[index]!;
  }
  return either === 0 ? 1 : both / either;
}

function checkSameLength(one: Mask, other: Mask): void {
  if (one.length === other.length) return;
  throw new RangeError(
    `a mask over ${one.length} weights cannot be compared with one over ${other.length}`,
  );
}
