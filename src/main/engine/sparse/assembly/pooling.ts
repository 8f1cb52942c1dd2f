/**
 * Pooling over planes; see convolution.ts for their layout. Padded windows reach over the edge of the
 * image. What is outside does not count, so each window is cut to the image.
 */
import { PoolingWindow, Pointer, View } from './descriptors';
import { PIXEL, ROW } from './layout';

/** The largest value of each window. */
export function maxPoolForward(groups: i32, window: PoolingWindow, x: View, y: View): void {
  poolForward(true, groups, window, x, y);
}

/** The mean of each window. */
export function averagePoolForward(groups: i32, window: PoolingWindow, x: View, y: View): void {
  poolForward(false, groups, window, x, y);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function poolForward(isMax: bool, groups: i32, window: PoolingWindow, x: View, y: View): void {
  const size = window.size;
  const stride = window.stride;
  const padTop = window.padTop;
  const padLeft = window.padLeft;
  const inputHeight = x.height;
  const inputWidth = x.width;
  const outputHeight = y.height;
  const outputWidth = y.width;
  const xRow = x.rowPitch;
  const yRow = y.rowPitch;
  for (let group = 0; group < groups; group++) {
    let input = x.group(group);
    let output = y.group(group);
    for (let channel = 0; channel < x.channels; channel++) {
      for (let row = 0; row < outputHeight; row++) {
        const top = row * stride - padTop;
        const firstRow = max(0, top);
        const lastRow = min(inputHeight, top + size);
        let to = output + <usize>row * yRow;
        for (let pixel = 0; pixel < outputWidth; pixel++, to += PIXEL) {
          const left = pixel * stride - padLeft;
          const firstPixel = max(0, left);
          const lastPixel = min(inputWidth, left + size);
          const first = input + <usize>firstRow * xRow + <usize>firstPixel * PIXEL;
          let result = isMax ? v128.load(first) : f32x4.splat(0);
          for (let r = firstRow; r < lastRow; r++) {
            for (let p = firstPixel; p < lastPixel; p++) {
              const value = v128.load(input + <usize>r * xRow + <usize>p * PIXEL);
              result = isMax ? f32x4.max(result, value) : f32x4.add(result, value);
            }
          }
          if (!isMax) {
            const count = <f32>((lastRow - firstRow) * (lastPixel - firstPixel));
            result = f32x4.div(result, f32x4.splat(count));
          }
          v128.store(to, result);
        }
      }
      input += x.planePitch;
      output += y.planePitch;
    }
  }
}

/**
 * Adds the gradient of each window to that of its largest value, the first of equals. `dx` starts at
 * zero. It is laid out like `x`, and the gradient `g` like the output `y`.
 */
export function maxPoolBackward(
  groups: i32,
  window: PoolingWindow,
  x: View,
  dx: Pointer,
  y: View,
  g: Pointer,
): void {
  poolBackward(true, groups, window, x, dx - x.start, y, g - y.start);
}

/**
 * Adds an equal share of each window's gradient to that of each of its values. `dx` starts at zero.
 */
export function averagePoolBackward(
  groups: i32,
  window: PoolingWindow,
  dx: View,
  g: View,
): void {
  poolBackward(false, groups, window, dx, 0, g, 0);
}

/** `toInputGradient` and `toGradient` are the bytes from a value of `x` or `y` to its gradient. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function poolBackward(
  isMax: bool,
  groups: i32,
  window: PoolingWindow,
  x: View,
  toInputGradient: usize,
  y: View,
  toGradient: usize,
): void {
  const size = window.size;
  const stride = window.stride;
  const padTop = window.padTop;
  const padLeft = window.padLeft;
  const inputHeight = x.height;
  const inputWidth = x.width;
  const outputHeight = y.height;
  const outputWidth = y.width;
  const xRow = x.rowPitch;
  const yRow = y.rowPitch;
  for (let group = 0; group < groups; group++) {
    let input = x.group(group);
    let output = y.group(group);
    for (let channel = 0; channel < x.channels; channel++) {
      for (let row = 0; row < outputHeight; row++) {
        const top = row * stride - padTop;
        const firstRow = max(0, top);
        const lastRow = min(inputHeight, top + size);
        let at = output + <usize>row * yRow;
        for (let pixel = 0; pixel < outputWidth; pixel++, at += PIXEL) {
          const left = pixel * stride - padLeft;
          const firstPixel = max(0, left);
          const lastPixel = min(inputWidth, left + size);
          const gradient = v128.load(at + toGradient);
          if (isMax) {
            const largest = v128.load(at);
            let isOpen = i32x4.splat(-1);
            for (let r = firstRow; r < lastRow; r++) {
              for (let p = firstPixel; p < lastPixel; p++) {
                const value = input + <usize>r * xRow + <usize>p * PIXEL;
                const isLargest = v128.and(isOpen, f32x4.eq(v128.load(value), largest));
                addTo(value + toInputGradient, v128.and(gradient, isLargest));
                isOpen = v128.andnot(isOpen, isLargest);
              }
            }
          } else {
            const count = <f32>((lastRow - firstRow) * (lastPixel - firstPixel));
            const share = f32x4.div(gradient, f32x4.splat(count));
            for (let r = firstRow; r < lastRow; r++) {
              for (let p = firstPixel; p < lastPixel; p++) {
                addTo(input + <usize>r * xRow + <usize>p * PIXEL + toInputGradient, share);
              }
            }
          }
        }
      }
      input += x.planePitch;
      output += y.planePitch;
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addTo(target: Pointer, addend: v128): void {
  v128.store(target, f32x4.add(v128.load(target), addend));
}

/** The mean of each plane, as a flat feature. */
export function globalAveragePoolForward(groups: i32, x: View, y: View): void {
  const height = x.height;
  const rowBytes = x.rowBytes();
  const xRow = x.rowPitch;
  const count = f32x4.splat(<f32>(height * x.width));
  for (let group = 0; group < groups; group++) {
    let from = x.group(group);
    let to = y.group(group);
    for (let channel = 0; channel < x.channels; channel++, from += x.planePitch, to += ROW) {
      let sum = f32x4.splat(0);
      for (let row = 0; row < height; row++) {
        const start = from + <usize>row * xRow;
        let rowSum = f32x4.splat(0);
        for (let pixel: usize = 0; pixel < rowBytes; pixel += PIXEL) {
          rowSum = f32x4.add(rowSum, v128.load(start + pixel));
        }
        sum = f32x4.add(sum, rowSum);
      }
      v128.store(to, f32x4.div(sum, count));
    }
  }
}

/** An equal share of a feature's gradient for each pixel of its plane. */
export function globalAveragePoolBackward(groups: i32, dx: View, g: View): void {
  const height = dx.height;
  const rowBytes = dx.rowBytes();
  const dxRow = dx.rowPitch;
  const count = f32x4.splat(<f32>(height * dx.width));
  for (let group = 0; group < groups; group++) {
    let to = dx.group(group);
    let from = g.group(group);
    for (let channel = 0; channel < dx.channels; channel++, to += dx.planePitch, from += ROW) {
      const share = f32x4.div(v128.load(from), count);
      for (let row = 0; row < height; row++) {
        const start = to + <usize>row * dxRow;
        for (let pixel: usize = 0; pixel < rowBytes; pixel += PIXEL) {
          v128.store(start + pixel, share);
        }
      }
    }
  }
}
