/**
 * Masks: which prunable weights are kept.
 *
 * In memory a mask has one byte per weight, so that it can be indexed. Stored and exported masks have
 * one bit per weight.
 */
import { WorkbenchError } from '../contract/errors.ts';

/** 1 = kept, 0 = pruned. One entry for each prunable weight of a layout, in the layout's order. */
export type Mask = Uint8Array;

/** The place of one prunable tensor in a mask. */
export interface MaskSegment {
  /** Index of its first entry. */
  readonly maskOffset: number;
  readonly size: number;
}

/** What `maskInPlace` reads of a `ParameterLayout`. */
interface VectorLayout {
  readonly parameterCount: number;
  readonly prunableCount: number;
  /** `offset` is the index of a tensor's first value in the flat vector. */
  readonly prunable: readonly (MaskSegment & { readonly offset: number })[];
}

/**
 * m ⊙ θ, in place: values whose mask is 0 become +0. All other values keep their bits, including
 * parameters that are not prunable.
 *
 * This is the only place where a mask is applied to a flat vector. During training, `GradientMasks`
 * keeps the mask on the dense engine and `PackedParameters` on the sparse one.
 *
 * @param values one value for each parameter of the layout: weights, gradients or scores.
 * @returns `values`.
 * @throws RangeError if `values` or the mask does not fit the layout.
 */
export function maskInPlace<Values extends Float32Array | Float64Array>(
  layout: VectorLayout,
  values: Values,
  mask: Mask,
): Values {
  const { prunable, prunableCount, parameterCount } = layout;
  if (values.length !== parameterCount || mask.length !== prunableCount) {
    throw new RangeError(
      `a mask over ${mask.length} weights and a vector of ${values.length} values; ` +
        `expected ${prunableCount} and ${parameterCount}`,
    );
  }
  const words = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const clear = values.BYTES_PER_ELEMENT === 4 ? clearPrunedFloats : clearPrunedDoubles;
  for (const { offset, maskOffset, size } of prunable) {
    clear(words, offset, mask.subarray(maskOffset, maskOffset + size));
  }
  return values;
}

// ANDing with 0 or −1 needs no branch. A branch on a mask is mispredicted half of the time, which
// makes the loop three times as slow.

function clearPrunedFloats(words: Uint32Array, offset: number, mask: Mask): void {
  for (let index = 0; index < mask.length; index += 1) words[offset + index]! &= -mask[index]!;
}

function clearPrunedDoubles(words: Uint32Array, offset: number, mask: Mask): void {
  for (let index = 0; index < mask.length; index += 1) {
    const kept = -mask[index]!;
    const word = 2 * (offset + index);
    words[word]! &= kept;
    words[word + 1]! &= kept;
  }
}

/**
 * One bit per weight: weight i is bit i mod 8 of byte ⌊i / 8⌋, counted from the lowest bit. The bits
 * after the last weight are 0. NumPy: `packbits(mask, bitorder='little')`.
 *
 * @throws WorkbenchError `invariant-violated` if an entry is neither 0 nor 1.
 */
export function packMask(mask: Mask): Uint8Array {
  const packed = new Uint8Array(Math.ceil(mask.length / 8));
  const whole = mask.length - (mask.length & 7);
  let seen = 0;
  // Eight entries at a time take a fifth of the time. Every saved training has two masks.
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
  const whole = length - usedBits;
  // Eight entries at a time, in two words.
  const words = new Uint32Array(mask.buffer, 0, whole / 4);
  for (let at = 0; at < words.length; at += 2) {
    const entries = 2 * packed[at >>> 1]!;
    words[at] = ENTRIES_OF_BYTES[entries]!;
    words[at + 1] = ENTRIES_OF_BYTES[entries + 1]!;
  }
  for (let index = whole; index < length; index += 1) {
    mask[index] = (packed[index >>> 3]! >>> (index & 7)) & 1;
  }
  return mask;
}

/** The eight entries of every byte of a packed mask, in two words each. */
const ENTRIES_OF_BYTES = new Uint32Array(
  Uint8Array.from({ length: 256 * 8 }, (_, at) => ((at >>> 3) >>> (at & 7)) & 1).buffer,
);

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
 * The first weight that `before` prunes and `after` keeps. Undefined if there is none, as it must be
 * for the masks of two successive levels.
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
 * Jaccard overlap, 0..1: the number of weights that both masks keep, divided by the number that at
 * least one keeps. Two masks that keep nothing are equal, so their overlap is 1.
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

/**
 * The packed mask of some consecutive weights.
 *
 * @param packed of all weights.
 * @param first the index of the first of them.
 */
export function packedPart(packed: Uint8Array, first: number, length: number): Uint8Array {
  const part = new Uint8Array(Math.ceil(length / 8));
  const start = first >>> 3;
  const shift = first & 7;
  for (let index = 0; index < part.length; index += 1) {
    // Bits above the byte are dropped by the array.
    const next = packed[start + index + 1] ?? 0;
    part[index] = (packed[start + index]! >>> shift) | (next << (8 - shift));
  }
  const usedBits = length & 7;
  if (usedBits !== 0) part[part.length - 1]! &= (1 << usedBits) - 1;
  return part;
}
