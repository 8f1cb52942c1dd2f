/**
 * Max pooling over planes; see convolution.ts for their layout. Windows reach over the edge where
 * they are padded; what is outside never counts, so each is cut to the image.
 */
import { PIXEL } from './layout';

export function maxPoolForward(
  groups: i32,
  channels: i32,
  inputHeight: i32,
  inputWidth: i32,
  outputHeight: i32,
  outputWidth: i32,
  size: i32,
  stride: i32,
  padTop: i32,
  padLeft: i32,
  x: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  y: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  for (let group = 0; group < groups; group++) {
    for (let channel = 0; channel < channels; channel++) {
      const input = x + <usize>group * xGroup + <usize>channel * xPlane;
      const output = y + <usize>group * yGroup + <usize>channel * yPlane;
      for (let row = 0; row < outputHeight; row++) {
        const top = row * stride - padTop;
        const firstRow = max(0, top);
        const lastRow = min(inputHeight, top + size);
        for (let pixel = 0; pixel < outputWidth; pixel++) {
          const left = pixel * stride - padLeft;
          const firstPixel = max(0, left);
          const lastPixel = min(inputWidth, left + size);
          let largest = v128.load(input + <usize>firstRow * xRow + <usize>firstPixel * PIXEL);
          for (let r = firstRow; r < lastRow; r++) {
            for (let p = firstPixel; p < lastPixel; p++) {
              const value = v128.load(input + <usize>r * xRow + <usize>p * PIXEL);
              largest = f32x4.max(largest, value);
            }
          }
          v128.store(output + <usize>row * yRow + <usize>pixel * PIXEL, largest);
        }
      }
    }
  }
}

/** Adds the gradient of each window to its largest value, the first of equals; `dx` starts at zero. */
export function maxPoolBackward(
  groups: i32,
  channels: i32,
  inputHeight: i32,
  inputWidth: i32,
  outputHeight: i32,
  outputWidth: i32,
  size: i32,
  stride: i32,
  padTop: i32,
  padLeft: i32,
  x: usize,
  dx: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  y: usize,
  g: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  for (let group = 0; group < groups; group++) {
    for (let channel = 0; channel < channels; channel++) {
      const input = <usize>group * xGroup + <usize>channel * xPlane;
      const output = <usize>group * yGroup + <usize>channel * yPlane;
      for (let row = 0; row < outputHeight; row++) {
        const top = row * stride - padTop;
        const firstRow = max(0, top);
        const lastRow = min(inputHeight, top + size);
        for (let pixel = 0; pixel < outputWidth; pixel++) {
          const left = pixel * stride - padLeft;
          const firstPixel = max(0, left);
          const lastPixel = min(inputWidth, left + size);
          const at = output + <usize>row * yRow + <usize>pixel * PIXEL;
          const largest = v128.load(y + at);
          const gradient = v128.load(g + at);
          let isOpen = i32x4.splat(-1);
          for (let r = firstRow; r < lastRow; r++) {
            for (let p = firstPixel; p < lastPixel; p++) {
              const from = input + <usize>r * xRow + <usize>p * PIXEL;
              const isLargest = v128.and(isOpen, f32x4.eq(v128.load(x + from), largest));
              const share = v128.and(gradient, isLargest);
              v128.store(dx + from, f32x4.add(v128.load(dx + from), share));
              isOpen = v128.andnot(isOpen, isLargest);
            }
          }
        }
      }
    }
  }
}
