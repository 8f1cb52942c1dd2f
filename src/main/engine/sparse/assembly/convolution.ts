/**
 * Direct sparse convolution. Images are planes, `[group of 4 examples][channel][row][pixel][4]`: a
 * pixel of a group is one vector, and eight neighbouring pixels of a row fill the registers. A
 * surviving weight multiplies a run of them. Planes have a margin of zeros as wide as windows reach
 * over the edge, so no kernel asks where the edge is.
 *
 * Survivors are stored output channel by output channel; `SparseKernel` says where they are.
 * `weights` and `gradients` are f32 `[survivors]`.
 */
import { Pointer, ScatterIndex, SparseKernel, View, Windows } from './descriptors';
import { PIXEL } from './layout';
import { hasFirst, hasSecond, None, One, Two } from './pairs';
import { multiplyAdd, sumOf, sumsOfFour } from './simd';

/** Pixels whose sums are in registers at a time. */
const RUN: i32 = 8;

/** y = x ⋆ W + b; `biases` is 0 for none. */
export function convolve(
  groups: i32,
  kernel: SparseKernel,
  weights: Pointer,
  biases: Pointer,
  x: Windows,
  y: View,
): void {
  const step = x.pixelPitch;
  const width = y.width;
  for (let group = 0; group < groups; group++) {
    let windows = x.start + <usize>group * x.groupPitch;
    let target = y.group(group);
    for (let row = 0; row < y.height; row++, windows += x.rowPitch, target += y.rowPitch) {
      let from = windows;
      let to = target;
      for (let pixel = 0; pixel < width; pixel += RUN) {
        const run = min(RUN, width - pixel);
        if (step === PIXEL) {
          convolveRun(run, kernel, weights, biases, from, y, to);
        } else {
          convolveApart(run, kernel, weights, biases, from, step, y, to);
        }
        from += step * RUN;
        to += PIXEL * RUN;
      }
    }
  }
}

/** A run of neighbouring windows, the first of them at `from`, to the pixels from `to` on. */
function convolveRun(
  run: i32,
  kernel: SparseKernel,
  weights: Pointer,
  biases: Pointer,
  from: Pointer,
  y: View,
  to: Pointer,
): void {
  switch (run) {
    case 1:
      return convolvePixels<One, None, None, None>(kernel, weights, biases, from, y, to);
    case 2:
      return convolvePixels<Two, None, None, None>(kernel, weights, biases, from, y, to);
    case 3:
      return convolvePixels<Two, One, None, None>(kernel, weights, biases, from, y, to);
    case 4:
      return convolvePixels<Two, Two, None, None>(kernel, weights, biases, from, y, to);
    case 5:
      return convolvePixels<Two, Two, One, None>(kernel, weights, biases, from, y, to);
    case 6:
      return convolvePixels<Two, Two, Two, None>(kernel, weights, biases, from, y, to);
    case 7:
      return convolvePixels<Two, Two, Two, One>(kernel, weights, biases, from, y, to);
    default:
      return convolvePixels<Two, Two, Two, Two>(kernel, weights, biases, from, y, to);
  }
}

/** A run of windows that are not side by side, one at a time. */
function convolveApart(
  run: i32,
  kernel: SparseKernel,
  weights: Pointer,
  biases: Pointer,
  from: Pointer,
  step: usize,
  y: View,
  to: Pointer,
): void {
  for (let pixel = 0; pixel < run; pixel++, from += step, to += PIXEL) {
    convolvePixels<One, None, None, None>(kernel, weights, biases, from, y, to);
  }
}

/** Up to eight neighbouring windows, four pairs, in every output channel. */
function convolvePixels<A, B, C, D>(
  kernel: SparseKernel,
  weights: Pointer,
  biases: Pointer,
  x: Pointer,
  y: View,
  to: Pointer,
): void {
  const offsets = kernel.offsets;
  const outputs = y.channels;
  const planePitch = y.planePitch;
  let start = kernel.starts;
  let k = <usize>load<u32>(start);
  for (let output = 0; output < outputs; output++, to += planePitch) {
    start += 4;
    const end = <usize>load<u32>(start);
    let a0 = biases !== 0 ? v128.load32_splat(biases + (<usize>output << 2)) : f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let a4 = a0;
    let a5 = a0;
    let a6 = a0;
    let a7 = a0;
    for (; k < end; k += 4) {
      const from = x + <usize>load<u32>(offsets + k);
      const weight = v128.load32_splat(weights + k);
      a0 = multiplyAdd(weight, v128.load(from), a0);
      if (hasSecond<A>()) a1 = multiplyAdd(weight, v128.load(from, 16), a1);
      if (hasFirst<B>()) a2 = multiplyAdd(weight, v128.load(from, 32), a2);
      if (hasSecond<B>()) a3 = multiplyAdd(weight, v128.load(from, 48), a3);
      if (hasFirst<C>()) a4 = multiplyAdd(weight, v128.load(from, 64), a4);
      if (hasSecond<C>()) a5 = multiplyAdd(weight, v128.load(from, 80), a5);
      if (hasFirst<D>()) a6 = multiplyAdd(weight, v128.load(from, 96), a6);
      if (hasSecond<D>()) a7 = multiplyAdd(weight, v128.load(from, 112), a7);
    }
    v128.store(to, a0);
    if (hasSecond<A>()) v128.store(to, a1, 16);
    if (hasFirst<B>()) v128.store(to, a2, 32);
    if (hasSecond<B>()) v128.store(to, a3, 48);
    if (hasFirst<C>()) v128.store(to, a4, 64);
    if (hasSecond<C>()) v128.store(to, a5, 80);
    if (hasFirst<D>()) v128.store(to, a6, 96);
    if (hasSecond<D>()) v128.store(to, a7, 112);
  }
}

/** ∂W = x ⋆ g at the survivors, added to what `gradients` holds. */
export function convolutionWeightGradient(
  groups: i32,
  kernel: SparseKernel,
  gradients: Pointer,
  x: Windows,
  g: View,
): void {
  const starts = kernel.starts;
  const offsets = kernel.offsets;
  const step = x.pixelPitch;
  const outputs = g.channels;
  const height = g.height;
  const width = g.width;
  const gPlane = g.planePitch;
  for (let group = 0; group < groups; group++) {
    let windows = x.start + <usize>group * x.groupPitch;
    let firstPlane = g.group(group);
    for (let row = 0; row < height; row++, windows += x.rowPitch, firstPlane += g.rowPitch) {
      let plane = firstPlane;
      let start = starts;
      let k = <usize>load<u32>(start);
      for (let output = 0; output < outputs; output++, plane += gPlane) {
        start += 4;
        const end = <usize>load<u32>(start);
        for (; k + 12 < end; k += 16) {
          addRowProducts(width, offsets + k, gradients + k, windows, step, plane);
        }
        for (; k < end; k += 4) {
          const sum = rowProduct(width, windows + <usize>load<u32>(offsets + k), step, plane);
          store<f32>(gradients + k, load<f32>(gradients + k) + sumOf(sum));
        }
      }
    }
  }
}

/**
 * A row of gradients times the rows that four survivors see. Even pixels have one sum and odd ones
 * another, which a register of eight floats holds side by side.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addRowProducts(
  width: i32,
  offsets: Pointer,
  gradients: Pointer,
  windows: Pointer,
  step: usize,
  g: Pointer,
): void {
  let x0 = windows + <usize>load<u32>(offsets);
  let x1 = windows + <usize>load<u32>(offsets, 4);
  let x2 = windows + <usize>load<u32>(offsets, 8);
  let x3 = windows + <usize>load<u32>(offsets, 12);
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let pixel = 0;
  if (step === PIXEL) {
    for (; pixel + 3 < width; pixel += 4) {
      const g0 = v128.load(g);
      a0 = multiplyAdd(g0, v128.load(x0), a0);
      a1 = multiplyAdd(g0, v128.load(x1), a1);
      a2 = multiplyAdd(g0, v128.load(x2), a2);
      a3 = multiplyAdd(g0, v128.load(x3), a3);
      const g1 = v128.load(g, 16);
      b0 = multiplyAdd(g1, v128.load(x0, 16), b0);
      b1 = multiplyAdd(g1, v128.load(x1, 16), b1);
      b2 = multiplyAdd(g1, v128.load(x2, 16), b2);
      b3 = multiplyAdd(g1, v128.load(x3, 16), b3);
      const g2 = v128.load(g, 32);
      a0 = multiplyAdd(g2, v128.load(x0, 32), a0);
      a1 = multiplyAdd(g2, v128.load(x1, 32), a1);
      a2 = multiplyAdd(g2, v128.load(x2, 32), a2);
      a3 = multiplyAdd(g2, v128.load(x3, 32), a3);
      const g3 = v128.load(g, 48);
      b0 = multiplyAdd(g3, v128.load(x0, 48), b0);
      b1 = multiplyAdd(g3, v128.load(x1, 48), b1);
      b2 = multiplyAdd(g3, v128.load(x2, 48), b2);
      b3 = multiplyAdd(g3, v128.load(x3, 48), b3);
      g += 4 * PIXEL;
      x0 += 4 * PIXEL;
      x1 += 4 * PIXEL;
      x2 += 4 * PIXEL;
      x3 += 4 * PIXEL;
    }
  }
  for (; pixel < width; pixel++) {
    const gradient = v128.load(g);
    if ((pixel & 1) === 0) {
      a0 = multiplyAdd(gradient, v128.load(x0), a0);
      a1 = multiplyAdd(gradient, v128.load(x1), a1);
      a2 = multiplyAdd(gradient, v128.load(x2), a2);
      a3 = multiplyAdd(gradient, v128.load(x3), a3);
    } else {
      b0 = multiplyAdd(gradient, v128.load(x0), b0);
      b1 = multiplyAdd(gradient, v128.load(x1), b1);
      b2 = multiplyAdd(gradient, v128.load(x2), b2);
      b3 = multiplyAdd(gradient, v128.load(x3), b3);
    }
    g += PIXEL;
    x0 += step;
    x1 += step;
    x2 += step;
    x3 += step;
  }
  const sums = sumsOfFour(
    f32x4.add(a0, b0),
    f32x4.add(a1, b1),
    f32x4.add(a2, b2),
    f32x4.add(a3, b3),
  );
  v128.store(gradients, f32x4.add(v128.load(gradients), sums));
}

/** A row of gradients times the row that one survivor sees. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function rowProduct(width: i32, x: Pointer, step: usize, g: Pointer): v128 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let pixel = 0;
  for (; pixel + 1 < width; pixel += 2) {
    a = multiplyAdd(v128.load(g), v128.load(x), a);
    b = multiplyAdd(v128.load(g, 16), v128.load(x + step), b);
    g += 2 * PIXEL;
    x += step << 1;
  }
  if (pixel < width) a = multiplyAdd(v128.load(g), v128.load(x), a);
  return f32x4.add(a, b);
}

/** ∂b: the sum of g over examples and pixels, added to `gradients`, f32 `[channels]`. */
export function convolutionBiasGradient(groups: i32, gradients: Pointer, g: View): void {
  const height = g.height;
  const rowBytes = g.rowBytes();
  const rowPitch = g.rowPitch;
  let plane: usize = 0;
  for (let output = 0; output < g.channels; output++, plane += g.planePitch, gradients += 4) {
    let sum = f32x4.splat(0);
    for (let group = 0; group < groups; group++) {
      let row = g.group(group) + plane;
      for (let y = 0; y < height; y++, row += rowPitch) {
        let rowSum = f32x4.splat(0);
        for (let p = row; p < row + rowBytes; p += PIXEL) rowSum = f32x4.add(rowSum, v128.load(p));
        sum = f32x4.add(sum, rowSum);
      }
    }
    store<f32>(gradients, load<f32>(gradients) + sumOf(sum));
  }
}

/** to[k] = from[positions[k]]; positions are byte offsets, and `bytes` is the length of each. */
export function gatherWeights(bytes: usize, positions: Pointer, from: Pointer, to: Pointer): void {
  for (let k: usize = 0; k < bytes; k += 4) {
    store<f32>(to + k, load<f32>(from + <usize>load<u32>(positions + k)));
  }
}

/**
 * ∂x = g ⋆ᵀ W for windows that are not side by side: every survivor adds its products to the pixels
 * that it has read. (For stride 1, ∂x is a `convolve` of g with the kernel rotated by 180°.)
 */
export function scatterInputGradient(
  groups: i32,
  index: ScatterIndex,
  weights: Pointer,
  g: View,
  dx: Windows,
): void {
  const starts = index.starts;
  const targets = index.targets;
  const taps = index.taps;
  const ranges = index.ranges;
  const gRow = g.rowPitch;
  const dxRow = dx.rowPitch;
  const step = dx.pixelPitch;
  for (let group = 0; group < groups; group++) {
    const windows = dx.start + <usize>group * dx.groupPitch;
    let plane = g.group(group);
    let start = starts;
    let k = <usize>load<u32>(start);
    for (let output = 0; output < g.channels; output++, plane += g.planePitch) {
      start += 4;
      const end = <usize>load<u32>(start);
      for (; k < end; k += 4) {
        const range = ranges + <usize>load<u32>(taps + k);
        const lastRow = load<i32>(range, 4);
        const firstPixel = load<i32>(range, 8);
        const lastPixel = load<i32>(range, 12);
        const weight = v128.load32_splat(weights + k);
        const target = windows + <usize>load<u32>(targets + k);
        for (let row = load<i32>(range); row < lastRow; row++) {
          let from = plane + <usize>row * gRow + <usize>firstPixel * PIXEL;
          let to = target + <usize>row * dxRow + <usize>firstPixel * step;
          for (let pixel = firstPixel; pixel < lastPixel; pixel++) {
            v128.store(to, multiplyAdd(weight, v128.load(from), v128.load(to)));
            from += PIXEL;
            to += step;
          }
        }
      }
    }
  }
}
