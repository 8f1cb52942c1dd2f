/**
 * Pooling over planes; see convolution.ts for their layout. Windows reach over the edge where
 * they are padded; what is outside never counts, so each is cut to the image.
 */
import { groupOffset } from './activations';
import { PIXEL, ROW } from './layout';

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

/** The mean of each window; what is outside the image does not count. */
export function averagePoolForward(
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
          let sum = f32x4.splat(0);
          for (let r = firstRow; r < lastRow; r++) {
            for (let p = firstPixel; p < lastPixel; p++) {
              sum = f32x4.add(sum, v128.load(input + <usize>r * xRow + <usize>p * PIXEL));
            }
          }
          const count = f32x4.splat(<f32>((lastRow - firstRow) * (lastPixel - firstPixel)));
          v128.store(output + <usize>row * yRow + <usize>pixel * PIXEL, f32x4.div(sum, count));
        }
      }
    }
  }
}

/** Adds an equal share of each window's gradient to its values; `dx` starts at zero. */
export function averagePoolBackward(
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
  dx: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  g: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  for (let group = 0; group < groups; group++) {
    for (let channel = 0; channel < channels; channel++) {
      const input = dx + <usize>group * xGroup + <usize>channel * xPlane;
      const output = g + <usize>group * yGroup + <usize>channel * yPlane;
      for (let row = 0; row < outputHeight; row++) {
        const top = row * stride - padTop;
        const firstRow = max(0, top);
        const lastRow = min(inputHeight, top + size);
        for (let pixel = 0; pixel < outputWidth; pixel++) {
          const left = pixel * stride - padLeft;
          const firstPixel = max(0, left);
          const lastPixel = min(inputWidth, left + size);
          const count = f32x4.splat(<f32>((lastRow - firstRow) * (lastPixel - firstPixel)));
          const gradient = v128.load(output + <usize>row * yRow + <usize>pixel * PIXEL);
          const share = f32x4.div(gradient, count);
          for (let r = firstRow; r < lastRow; r++) {
            for (let p = firstPixel; p < lastPixel; p++) {
              const to = input + <usize>r * xRow + <usize>p * PIXEL;
              v128.store(to, f32x4.add(v128.load(to), share));
            }
          }
        }
      }
    }
  }
}

/** The mean of each plane, to flat features. */
export function globalAveragePoolForward(
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
  const count = f32x4.splat(<f32>(height * width));
  const tileBytes = <usize>channels * ROW;
  for (let group = 0; group < groups; group++) {
    let from = x + <usize>group * xGroup;
    let to = y + groupOffset(group, tileBytes, PIXEL);
    for (let channel = 0; channel < channels; channel++, from += xPlane, to += ROW) {
      let sum = f32x4.splat(0);
      for (let row = 0; row < height; row++) {
        let ofRow = f32x4.splat(0);
        for (let pixel = 0; pixel < width; pixel++) {
          ofRow = f32x4.add(ofRow, v128.load(from + <usize>row * xRow + <usize>pixel * PIXEL));
        }
        sum = f32x4.add(sum, ofRow);
      }
      v128.store(to, f32x4.div(sum, count));
    }
  }
}

/** An equal share of a feature's gradient for each pixel of its plane. */
export function globalAveragePoolBackward(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  dx: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  g: usize,
): void {
  const count = f32x4.splat(<f32>(height * width));
  const tileBytes = <usize>channels * ROW;
  for (let group = 0; group < groups; group++) {
    let to = dx + <usize>group * xGroup;
    let from = g + groupOffset(group, tileBytes, PIXEL);
    for (let channel = 0; channel < channels; channel++, to += xPlane, from += ROW) {
      const share = f32x4.div(v128.load(from), count);
      for (let row = 0; row < height; row++) {
        for (let pixel = 0; pixel < width; pixel++) {
          v128.store(to + <usize>row * xRow + <usize>pixel * PIXEL, share);
        }
      }
    }
  }
}
