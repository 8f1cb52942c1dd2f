/**
 * (x − center) / divisor, in place. Both come in vectors of four examples: `byVector` bytes from one
 * group of four to the next, `byChannel` from one channel to the next, of which one is 0 where a
 * value holds for all examples, or for all channels.
 */
import { PIXEL, ROW, TILE_VECTORS } from './layout';

/** Of `[tile][feature][32 examples]`; the channels of a pixel lie next to each other. */
export function normalizeRows(
  vectors: i32,
  features: i32,
  channels: i32,
  centers: usize,
  divisors: usize,
  byVector: usize,
  byChannel: usize,
  x: usize,
): void {
  for (let vector = 0; vector < vectors; vector += TILE_VECTORS) {
    const width = min(TILE_VECTORS, vectors - vector);
    const first = <usize>vector * byVector;
    let channel = 0;
    let at = first;
    let row = x;
    for (let feature = 0; feature < features; feature++, row += ROW) {
      let value = at;
      let to = row;
      for (let k = 0; k < width; k++, value += byVector, to += 16) {
        normalizeVector(to, centers + value, divisors + value);
      }
      channel++;
      at += byChannel;
      if (channel === channels) {
        channel = 0;
        at = first;
      }
    }
    x += <usize>features * ROW;
  }
}

/** Of the pixels inside the margin of planes. */
export function normalizePlanes(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  centers: usize,
  divisors: usize,
  byVector: usize,
  byChannel: usize,
  x: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
): void {
  for (let group = 0; group < groups; group++) {
    for (let channel = 0; channel < channels; channel++) {
      const at = <usize>group * byVector + <usize>channel * byChannel;
      const plane = x + <usize>group * xGroup + <usize>channel * xPlane;
      for (let row = 0; row < height; row++) {
        let to = plane + <usize>row * xRow;
        for (let pixel = 0; pixel < width; pixel++, to += PIXEL) {
          normalizeVector(to, centers + at, divisors + at);
        }
      }
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function normalizeVector(x: usize, center: usize, divisor: usize): void {
  const value = f32x4.sub(v128.load(x), v128.load(center));
  v128.store(x, f32x4.div(value, v128.load(divisor)));
}
