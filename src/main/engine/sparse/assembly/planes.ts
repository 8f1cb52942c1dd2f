/** From examples and flat activations to planes, and back to flat activations. */
import { View, Pointer } from './descriptors';
import { scaledBytes, widen } from './examples';
import { PIXEL, ROW } from './layout';

/**
 * Bytes `[examples][pitch]` to planes, scaled as `scaleBytes` says; an example is
 * `[height][width][channels]`, and `pitch` counts bytes.
 */
export function planesOfExamples(groups: i32, pitch: usize, bytes: Pointer, x: View): void {
  toPlanes<u8>(groups, pitch, bytes, x);
}

/** Floats `[examples][pitch]` to planes as they are; `pitch` counts bytes. */
export function planesOfFloatExamples(groups: i32, pitch: usize, floats: Pointer, x: View): void {
  toPlanes<f32>(groups, pitch, floats, x);
}

/**
 * Bytes that lie like planes without a margin, `[group][channel][row][pixel][4 examples]`, to planes,
 * scaled as `scaleBytes` says.
 */
export function widenPlanes(groups: i32, bytes: Pointer, x: View): void {
  const count = x.width * 4;
  for (let group = 0; group < groups; group++) {
    let plane = x.group(group);
    for (let channel = 0; channel < x.channels; channel++, plane += x.planePitch) {
      let to = plane;
      for (let row = 0; row < x.height; row++, to += x.rowPitch, bytes += <usize>count) {
        widen(count, bytes, to);
      }
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function toPlanes<Feature>(groups: i32, pitch: usize, examples: Pointer, x: View): void {
  const height = x.height;
  const width = x.width;
  const channels = x.channels;
  const planePitch = x.planePitch;
  for (let group = 0; group < groups; group++, examples += pitch << 2) {
    const planes = x.group(group);
    let from = examples;
    for (let row = 0; row < height; row++) {
      for (let pixel = 0; pixel < width; pixel++) {
        let to = planes + <usize>row * x.rowPitch + <usize>pixel * PIXEL;
        for (let channel = 0; channel < channels; channel++, from += sizeof<Feature>()) {
          v128.store(to, featureOfFour<Feature>(from, pitch));
          to += planePitch;
        }
      }
    }
  }
}

/** The same feature of four examples. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function featureOfFour<Feature>(from: Pointer, pitch: usize): v128 {
  if (isFloat<Feature>()) {
    return f32x4(
      load<Feature>(from),
      load<Feature>(from + pitch),
      load<Feature>(from + (pitch << 1)),
      load<Feature>(from + pitch * 3),
    );
  }
  const four = i32x4(
    load<Feature>(from),
    load<Feature>(from + pitch),
    load<Feature>(from + (pitch << 1)),
    load<Feature>(from + pitch * 3),
  );
  return scaledBytes(four);
}

/** Planes to flat features in the order `[height][width][channels]`. */
export function flattenPlanes(groups: i32, x: View, y: View): void {
  copyFlat(true, groups, x, y);
}

/** Flat features `[height][width][channels]` to planes. */
export function planesOfFlat(groups: i32, y: View, x: View): void {
  copyFlat(false, groups, x, y);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function copyFlat(isFlattened: bool, groups: i32, planes: View, flat: View): void {
  const height = planes.height;
  const width = planes.width;
  const channels = planes.channels;
  const planePitch = planes.planePitch;
  for (let group = 0; group < groups; group++) {
    const first = planes.group(group);
    let feature = flat.group(group);
    for (let row = 0; row < height; row++) {
      for (let pixel = 0; pixel < width; pixel++) {
        let value = first + <usize>row * planes.rowPitch + <usize>pixel * PIXEL;
        for (let channel = 0; channel < channels; channel++, value += planePitch, feature += ROW) {
          if (isFlattened) v128.store(feature, v128.load(value));
          else v128.store(value, v128.load(feature));
        }
      }
    }
  }
}
