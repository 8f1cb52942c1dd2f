/**
 * Where a vector of four examples is, for kernels that take flat activations and planes alike.
 * Flat features are channels of one pixel. An activation is given by the address of its first pixel
 * and the bytes from one tile of 32 examples, group of four, channel and row to the next.
 */
import { PIXEL, TILE_VECTORS } from './layout';

/** The way to a group's first pixel. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function groupOffset(group: i32, tilePitch: usize, groupPitch: usize): usize {
  return (
    <usize>(group / TILE_VECTORS) * tilePitch + <usize>(group % TILE_VECTORS) * groupPitch
  );
}

/** All bits of the lanes that are examples, none of those that fill up the last vector. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function lanesOf(group: i32, examples: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(examples - (group << 2)));
}

/** y = a + b, or 0 where that is less; `y` may be `a`. */
export function addActivations(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  isRectified: bool,
  a: usize,
  aTile: usize,
  aGroup: usize,
  aPlane: usize,
  aRow: usize,
  b: usize,
  bTile: usize,
  bGroup: usize,
  bPlane: usize,
  bRow: usize,
  y: usize,
  yTile: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  const rowBytes = <usize>width * PIXEL;
  // NaN is not below anything and stays, as in relu.ts.
  const least = f32x4.splat(isRectified ? 0 : -Infinity);
  for (let group = 0; group < groups; group++) {
    let aAt = a + groupOffset(group, aTile, aGroup);
    let bAt = b + groupOffset(group, bTile, bGroup);
    let yAt = y + groupOffset(group, yTile, yGroup);
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        const from = aAt + <usize>row * aRow;
        const other = bAt + <usize>row * bRow;
        const to = yAt + <usize>row * yRow;
        for (let pixel: usize = 0; pixel < rowBytes; pixel += PIXEL) {
          const sum = f32x4.add(v128.load(from + pixel), v128.load(other + pixel));
          v128.store(to + pixel, f32x4.pmax(sum, least));
        }
      }
      aAt += aPlane;
      bAt += bPlane;
      yAt += yPlane;
    }
  }
}

export function copyActivation(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  x: usize,
  xTile: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  y: usize,
  yTile: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  const rowBytes = <usize>width * PIXEL;
  for (let group = 0; group < groups; group++) {
    let from = x + groupOffset(group, xTile, xGroup);
    let to = y + groupOffset(group, yTile, yGroup);
    for (let channel = 0; channel < channels; channel++, from += xPlane, to += yPlane) {
      for (let row = 0; row < height; row++) {
        memory.copy(to + <usize>row * yRow, from + <usize>row * xRow, rowBytes);
      }
    }
  }
}
