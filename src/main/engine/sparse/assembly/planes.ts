/**
 * The ways into planes, `[group of 4 examples][channel][row][pixel][4]`, and out of them. Pointers
 * are to the first pixel inside the margin, pitches are in bytes.
 */
import { scaledBytes } from './examples';
import { PIXEL, ROW, TILE_VECTORS } from './layout';

/** Bytes `[examples][pitch]`, of `[height][width][channels]` each, to planes. */
export function planesOfExamples(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  pitch: usize,
  bytes: usize,
  x: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
): void {
  for (let group = 0; group < groups; group++, x += xGroup, bytes += pitch << 2) {
    let from = bytes;
    for (let row = 0; row < height; row++) {
      for (let pixel = 0; pixel < width; pixel++) {
        let to = x + <usize>row * xRow + <usize>pixel * PIXEL;
        for (let channel = 0; channel < channels; channel++, from++, to += xPlane) {
          const four = i32x4(
            load<u8>(from),
            load<u8>(from + pitch),
            load<u8>(from + (pitch << 1)),
            load<u8>(from + pitch * 3),
          );
          v128.store(to, scaledBytes(four));
        }
      }
    }
  }
}

/** The same of floats; `pitch` is in bytes. */
export function planesOfFloatExamples(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  pitch: usize,
  floats: usize,
  x: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
): void {
  for (let group = 0; group < groups; group++, x += xGroup, floats += pitch << 2) {
    let from = floats;
    for (let row = 0; row < height; row++) {
      for (let pixel = 0; pixel < width; pixel++) {
        let to = x + <usize>row * xRow + <usize>pixel * PIXEL;
        for (let channel = 0; channel < channels; channel++, from += 4, to += xPlane) {
          const four = f32x4(
            load<f32>(from),
            load<f32>(from + pitch),
            load<f32>(from + (pitch << 1)),
            load<f32>(from + pitch * 3),
          );
          v128.store(to, four);
        }
      }
    }
  }
}

/** Planes to `[tile][height · width · channels][32]`, the channels of a pixel next to each other. */
export function flattenPlanes(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  x: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  y: usize,
): void {
  const tileBytes = <usize>(channels * height * width) * ROW;
  for (let group = 0; group < groups; group++, x += xGroup) {
    let to = y + flatOffset(group, tileBytes);
    for (let row = 0; row < height; row++) {
      for (let pixel = 0; pixel < width; pixel++) {
        let from = x + <usize>row * xRow + <usize>pixel * PIXEL;
        for (let channel = 0; channel < channels; channel++, from += xPlane, to += ROW) {
          v128.store(to, v128.load(from));
        }
      }
    }
  }
}

/** The other way round. */
export function planesOfFlat(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  y: usize,
  x: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
): void {
  const tileBytes = <usize>(channels * height * width) * ROW;
  for (let group = 0; group < groups; group++, x += xGroup) {
    let from = y + flatOffset(group, tileBytes);
    for (let row = 0; row < height; row++) {
      for (let pixel = 0; pixel < width; pixel++) {
        let to = x + <usize>row * xRow + <usize>pixel * PIXEL;
        for (let channel = 0; channel < channels; channel++, from += ROW, to += xPlane) {
          v128.store(to, v128.load(from));
        }
      }
    }
  }
}

/** Of a group's vector in its tile. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function flatOffset(group: i32, tileBytes: usize): usize {
  return <usize>(group / TILE_VECTORS) * tileBytes + (<usize>(group % TILE_VECTORS) << 4);
}
