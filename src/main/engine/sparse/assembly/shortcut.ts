/** The shortcut without parameters: every stride-th pixel, between channels of zeros. */
import { PIXEL } from './layout';

/** Input channels lie behind `before` channels of zeros; `height` and `width` are the output's. */
export function shortcutForward(
  groups: i32,
  channels: i32,
  outputChannels: i32,
  before: i32,
  height: i32,
  width: i32,
  stride: i32,
  x: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  y: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  const step = <usize>stride * PIXEL;
  for (let group = 0; group < groups; group++, x += xGroup, y += yGroup) {
    for (let channel = 0; channel < outputChannels; channel++) {
      const source = channel - before;
      const isOfInput = source >= 0 && source < channels;
      for (let row = 0; row < height; row++) {
        let to = y + <usize>channel * yPlane + <usize>row * yRow;
        if (!isOfInput) {
          memory.fill(to, 0, <usize>width * PIXEL);
          continue;
        }
        let from = x + <usize>source * xPlane + <usize>(row * stride) * xRow;
        for (let pixel = 0; pixel < width; pixel++, from += step, to += PIXEL) {
          v128.store(to, v128.load(from));
        }
      }
    }
  }
}

/** Puts the gradients of the pixels that were taken where they belong; `dx` starts at zero. */
export function shortcutBackward(
  groups: i32,
  channels: i32,
  before: i32,
  height: i32,
  width: i32,
  stride: i32,
  dx: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  g: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  const step = <usize>stride * PIXEL;
  for (let group = 0; group < groups; group++, dx += xGroup, g += yGroup) {
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        let to = dx + <usize>channel * xPlane + <usize>(row * stride) * xRow;
        let from = g + <usize>(channel + before) * yPlane + <usize>row * yRow;
        for (let pixel = 0; pixel < width; pixel++, from += PIXEL, to += step) {
          v128.store(to, v128.load(from));
        }
      }
    }
  }
}
