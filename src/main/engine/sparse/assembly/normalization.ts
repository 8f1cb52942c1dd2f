/** Normalisation of examples in place: (x − center) / divisor. */
import { Moments, Pointer, View } from './descriptors';
import { PIXEL, ROW, TILE_VECTORS } from './layout';

/** Flat examples; features have `channels` channels, which lie next to each other in a pixel. */
export function normalizeRows(vectors: i32, channels: i32, moments: Moments, x: View): void {
  const features = x.channels;
  const centers = moments.centers;
  const divisors = moments.divisors;
  const groupPitch = moments.groupPitch;
  const channelPitch = moments.channelPitch;
  let row = x.start;
  for (let vector = 0; vector < vectors; vector += TILE_VECTORS) {
    const width = min(TILE_VECTORS, vectors - vector);
    const first = <usize>vector * groupPitch;
    let channel = 0;
    let at = first;
    for (let feature = 0; feature < features; feature++, row += ROW) {
      let moment = at;
      let to = row;
      for (let k = 0; k < width; k++, moment += groupPitch, to += 16) {
        normalizeVector(to, centers + moment, divisors + moment);
      }
      channel++;
      at += channelPitch;
      if (channel === channels) {
        channel = 0;
        at = first;
      }
    }
  }
}

/** Examples in planes, inside the margin. */
export function normalizePlanes(groups: i32, moments: Moments, x: View): void {
  const height = x.height;
  const rowBytes = x.rowBytes();
  const xRow = x.rowPitch;
  for (let group = 0; group < groups; group++) {
    let plane = x.group(group);
    let moment = <usize>group * moments.groupPitch;
    for (let channel = 0; channel < x.channels; channel++) {
      const center = moments.centers + moment;
      const divisor = moments.divisors + moment;
      for (let row = 0; row < height; row++) {
        const first = plane + <usize>row * xRow;
        for (let pixel: usize = 0; pixel < rowBytes; pixel += PIXEL) {
          normalizeVector(first + pixel, center, divisor);
        }
      }
      plane += x.planePitch;
      moment += moments.channelPitch;
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function normalizeVector(x: Pointer, center: Pointer, divisor: Pointer): void {
  const value = f32x4.sub(v128.load(x), v128.load(center));
  v128.store(x, f32x4.div(value, v128.load(divisor)));
}
