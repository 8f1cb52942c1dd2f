/** Sums and copies of activations, flat ones and planes alike. */
import { View } from './descriptors';
import { PIXEL } from './layout';

/** A mask of a group's lanes: all bits of those that are examples, none of those that fill it up. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function groupLanes(group: i32, examples: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(examples - (group << 2)));
}

/** y = a + b, followed by a ReLU with `isRectified`; `y` may be `a`. */
export function addActivations(groups: i32, isRectified: bool, a: View, b: View, y: View): void {
  const channels = y.channels;
  const height = y.height;
  const rowBytes = y.rowBytes();
  const aRow = a.rowPitch;
  const bRow = b.rowPitch;
  const yRow = y.rowPitch;
  // NaN is not below anything and stays, as in relu.ts.
  const least = f32x4.splat(isRectified ? 0 : -Infinity);
  for (let group = 0; group < groups; group++) {
    let aPlane = a.group(group);
    let bPlane = b.group(group);
    let yPlane = y.group(group);
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        const from = aPlane + <usize>row * aRow;
        const other = bPlane + <usize>row * bRow;
        const to = yPlane + <usize>row * yRow;
        for (let pixel: usize = 0; pixel < rowBytes; pixel += PIXEL) {
          const sum = f32x4.add(v128.load(from + pixel), v128.load(other + pixel));
          v128.store(to + pixel, f32x4.pmax(sum, least));
        }
      }
      aPlane += a.planePitch;
      bPlane += b.planePitch;
      yPlane += y.planePitch;
    }
  }
}

/** y = x. */
export function copyActivation(groups: i32, x: View, y: View): void {
  const channels = x.channels;
  const height = x.height;
  const rowBytes = x.rowBytes();
  const xRow = x.rowPitch;
  const yRow = y.rowPitch;
  for (let group = 0; group < groups; group++) {
    let xPlane = x.group(group);
    let yPlane = y.group(group);
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        memory.copy(yPlane + <usize>row * yRow, xPlane + <usize>row * xRow, rowBytes);
      }
      xPlane += x.planePitch;
      yPlane += y.planePitch;
    }
  }
}
