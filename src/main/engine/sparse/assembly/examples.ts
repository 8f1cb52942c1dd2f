/** From examples, one after the other, to flat activations, batch innermost. */
import { LiveRows, Pointer, View } from './descriptors';
import { ROW, TILE, TILE_VECTORS } from './layout';

/**
 * 1/255 in two parts. The first is 65793 / 2^24; its product with a byte has at most 24 bits, so it is
 * exact. The sum of both products is x / 255 rounded once, at a third of the cost of a division; a
 * test tries every byte.
 */
const UNIT_HIGH: f32 = 65793.0 / 16777216.0;
/** 1/255 − UNIT_HIGH. */
const UNIT_LOW: f32 = 2.3374369106932136e-10;

/** The factor of bytes in two parts: 1/255, or 1 + 0. */
let scaleHigh: f32 = UNIT_HIGH;
let scaleLow: f32 = UNIT_LOW;

/** Sets whether bytes become floats in [0, 1] or in [0, 255] from now on. */
export function scaleBytes(toUnit: bool): void {
  scaleHigh = toUnit ? UNIT_HIGH : 1;
  scaleLow = toUnit ? UNIT_LOW : 0;
}

/**
 * Bytes `[examples][pitch]` to flat features, scaled as `scaleBytes` says.
 *
 * `pitch`, the bytes from one example to the next, is a multiple of 16. Zeros fill up each example,
 * and examples of zeros the last vector.
 */
export function transposeExamples(vectors: i32, pitch: usize, bytes: Pointer, x: View): void {
  const features = x.channels;
  let tile = x.start;
  for (let vector = 0; vector < vectors; vector += TILE_VECTORS) {
    const width = min(TILE_VECTORS, vectors - vector);
    for (let feature = 0; feature < features; feature += 16) {
      const rows = min(16, features - feature);
      let from = bytes + <usize>feature;
      let to = tile + <usize>feature * ROW;
      for (let k = 0; k < width; k++, from += pitch << 2, to += 16) {
        transposeBlock(from, pitch, rows, to);
      }
    }
    bytes += <usize>TILE * pitch;
    tile += <usize>features * ROW;
  }
}

/** Four examples by 16 features, or fewer at the end. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function transposeBlock(bytes: Pointer, pitch: usize, rows: i32, x: Pointer): void {
  const a = v128.load(bytes);
  const b = v128.load(bytes + pitch);
  const c = v128.load(bytes + (pitch << 1));
  const d = v128.load(bytes + pitch * 3);
  const abLow = interleaveLow(a, b);
  const abHigh = interleaveHigh(a, b);
  const cdLow = interleaveLow(c, d);
  const cdHigh = interleaveHigh(c, d);
  storeFour(v128.shuffle<u16>(abLow, cdLow, 0, 8, 1, 9, 2, 10, 3, 11), rows, x);
  storeFour(v128.shuffle<u16>(abLow, cdLow, 4, 12, 5, 13, 6, 14, 7, 15), rows - 4, x + 4 * ROW);
  storeFour(v128.shuffle<u16>(abHigh, cdHigh, 0, 8, 1, 9, 2, 10, 3, 11), rows - 8, x + 8 * ROW);
  storeFour(v128.shuffle<u16>(abHigh, cdHigh, 4, 12, 5, 13, 6, 14, 7, 15), rows - 12, x + 12 * ROW);
}

/** Sixteen bytes, four features of four examples each, to the first `rows` of four rows. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function storeFour(bytes: v128, rows: i32, x: Pointer): void {
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  if (rows > 0) v128.store(x, scaledBytes(i32x4.extend_low_i16x8_u(low)));
  if (rows > 1) v128.store(x, scaledBytes(i32x4.extend_high_i16x8_u(low)), ROW);
  if (rows > 2) v128.store(x, scaledBytes(i32x4.extend_low_i16x8_u(high)), 2 * ROW);
  if (rows > 3) v128.store(x, scaledBytes(i32x4.extend_high_i16x8_u(high)), 3 * ROW);
}

/**
 * The rows of one tile to a flat activation, scaled as `scaleBytes` says. Features that have no row are
 * zero.
 */
export function widenRows(rows: LiveRows, x: View): void {
  let bytes = rows.bytes;
  let to = x.start;
  for (let at = 0; at < rows.count; at++, bytes += TILE) {
    const row = x.start + <usize>load<u32>(rows.features + (<usize>at << 2)) * ROW;
    memory.fill(to, 0, row - to);
    widen(TILE, bytes, row);
    to = row + ROW;
  }
  memory.fill(to, 0, x.start + <usize>x.channels * ROW - to);
}

/** `count` bytes that lie one after the other, a multiple of 4, to floats that lie so, too. */
export function widen(count: i32, bytes: Pointer, x: Pointer): void {
  const end = bytes + <usize>count;
  for (; bytes + 16 <= end; bytes += 16, x += 64) {
    const sixteen = v128.load(bytes);
    const low = i16x8.extend_low_i8x16_u(sixteen);
    const high = i16x8.extend_high_i8x16_u(sixteen);
    v128.store(x, scaledBytes(i32x4.extend_low_i16x8_u(low)));
    v128.store(x, scaledBytes(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(x, scaledBytes(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(x, scaledBytes(i32x4.extend_high_i16x8_u(high)), 48);
  }
  for (; bytes < end; bytes += 4, x += 16) {
    const four = i16x8.extend_low_i8x16_u(v128.load32_zero(bytes));
    v128.store(x, scaledBytes(i32x4.extend_low_i16x8_u(four)));
  }
}

/** Four bytes as floats, scaled as `scaleBytes` says. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function scaledBytes(integers: v128): v128 {
  const value = f32x4.convert_i32x4_s(integers);
  return f32x4.add(
    f32x4.mul(value, f32x4.splat(scaleHigh)),
    f32x4.mul(value, f32x4.splat(scaleLow)),
  );
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/**
 * Floats `[examples][pitch]` to flat features, as they are.
 *
 * `pitch`, the bytes from one example to the next, is a multiple of 16. Examples of zeros fill up the
 * last vector.
 */
export function transposeFloatExamples(
  vectors: i32,
  pitch: usize,
  floats: Pointer,
  x: View,
): void {
  const features = x.channels;
  let tile = x.start;
  for (let vector = 0; vector < vectors; vector += TILE_VECTORS) {
    const width = min(TILE_VECTORS, vectors - vector);
    for (let feature = 0; feature < features; feature += 4) {
      const rows = min(4, features - feature);
      let from = floats + (<usize>feature << 2);
      let to = tile + <usize>feature * ROW;
      for (let k = 0; k < width; k++, from += pitch << 2, to += 16) {
        transposeFloatBlock(from, pitch, rows, to);
      }
    }
    floats += <usize>TILE * pitch;
    tile += <usize>features * ROW;
  }
}

/** Four examples by four features, or fewer at the end. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function transposeFloatBlock(floats: Pointer, pitch: usize, rows: i32, x: Pointer): void {
  const a = v128.load(floats);
  const b = v128.load(floats + pitch);
  const c = v128.load(floats + (pitch << 1));
  const d = v128.load(floats + pitch * 3);
  const abLow = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdLow = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(x, v128.shuffle<f32>(abLow, cdLow, 0, 1, 4, 5));
  if (rows > 1) v128.store(x, v128.shuffle<f32>(abLow, cdLow, 2, 3, 6, 7), ROW);
  if (rows > 2) v128.store(x, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 2 * ROW);
  if (rows > 3) v128.store(x, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 3 * ROW);
}
