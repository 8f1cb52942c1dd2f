/**
 * Direct sparse convolution. Images are planes, `[group of 4 examples][channel][row][pixel][4]`, so
 * that a pixel of a group is one vector and eight neighbours of a row fill the registers; a surviving
 * weight multiplies a run of them. Planes have a margin of zeros as wide as windows reach over the
 * edge, so no pass looks where the edge is.
 *
 * Survivors are kept output channel by output channel:
 * - `starts`: u32 `[outputs + 1]`, byte offsets of each channel's first survivor in what follows
 * - `offsets`: u32 `[survivors]`, the byte offset of the pixel that the weight multiplies, from the
 *   first pixel of a window
 * - `weights`, `gradients`: f32 `[survivors]`
 *
 * All pitches are in bytes. `step` is the way from the window of a pixel to that of the next.
 */
import { PIXEL } from './layout';
import { multiplyAdd, sumOf, sumsOfFour } from './simd';

/** Pixels whose sums are in registers at a time. */
const RUN: i32 = 8;

/**
 * y = x ⋆ W + b. `x` points at the first pixel of the first window, `y` at the first pixel inside the
 * margin; `biases` is 0 for none. `xRow` is the way from the windows of a row to those of the next.
 */
export function convolve(
  groups: i32,
  outputs: i32,
  height: i32,
  width: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  xGroup: usize,
  xRow: usize,
  step: usize,
  y: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  for (let group = 0; group < groups; group++, x += xGroup, y += yGroup) {
    for (let row = 0; row < height; row++) {
      let from = x + <usize>row * xRow;
      let to = y + <usize>row * yRow;
      for (let pixel = 0; pixel < width; pixel += RUN) {
        const run = min(RUN, width - pixel);
        if (step === PIXEL) {
          convolveRun(run, outputs, starts, offsets, weights, biases, from, to, yPlane);
        } else {
          convolvePixels(run, outputs, starts, offsets, weights, biases, from, step, to, yPlane);
        }
        from += step * RUN;
        to += PIXEL * RUN;
      }
    }
  }
}

function convolveRun(
  run: i32,
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  switch (run) {
    case 1:
      convolveRun1(outputs, starts, offsets, weights, biases, x, y, yPlane);
      break;
    case 2:
      convolveRun2(outputs, starts, offsets, weights, biases, x, y, yPlane);
      break;
    case 3:
      convolveRun3(outputs, starts, offsets, weights, biases, x, y, yPlane);
      break;
    case 4:
      convolveRun4(outputs, starts, offsets, weights, biases, x, y, yPlane);
      break;
    case 5:
      convolveRun5(outputs, starts, offsets, weights, biases, x, y, yPlane);
      break;
    case 6:
      convolveRun6(outputs, starts, offsets, weights, biases, x, y, yPlane);
      break;
    case 7:
      convolveRun7(outputs, starts, offsets, weights, biases, x, y, yPlane);
      break;
    default:
      convolveRun8(outputs, starts, offsets, weights, biases, x, y, yPlane);
  }
}

/** A run of pixels of every output channel; `run` is a constant in every copy, as in dense.ts. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function convolveRunOf(
  run: i32,
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  let k = <usize>load<u32>(starts);
  for (let output = 0; output < outputs; output++, y += yPlane) {
    starts += 4;
    const end = <usize>load<u32>(starts);
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
      if (run > 1) a1 = multiplyAdd(weight, v128.load(from, 16), a1);
      if (run > 2) a2 = multiplyAdd(weight, v128.load(from, 32), a2);
      if (run > 3) a3 = multiplyAdd(weight, v128.load(from, 48), a3);
      if (run > 4) a4 = multiplyAdd(weight, v128.load(from, 64), a4);
      if (run > 5) a5 = multiplyAdd(weight, v128.load(from, 80), a5);
      if (run > 6) a6 = multiplyAdd(weight, v128.load(from, 96), a6);
      if (run > 7) a7 = multiplyAdd(weight, v128.load(from, 112), a7);
    }
    v128.store(y, a0);
    if (run > 1) v128.store(y, a1, 16);
    if (run > 2) v128.store(y, a2, 32);
    if (run > 3) v128.store(y, a3, 48);
    if (run > 4) v128.store(y, a4, 64);
    if (run > 5) v128.store(y, a5, 80);
    if (run > 6) v128.store(y, a6, 96);
    if (run > 7) v128.store(y, a7, 112);
  }
}

function convolveRun1(
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  convolveRunOf(1, outputs, starts, offsets, weights, biases, x, y, yPlane);
}

function convolveRun2(
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  convolveRunOf(2, outputs, starts, offsets, weights, biases, x, y, yPlane);
}

function convolveRun3(
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  convolveRunOf(3, outputs, starts, offsets, weights, biases, x, y, yPlane);
}

function convolveRun4(
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  convolveRunOf(4, outputs, starts, offsets, weights, biases, x, y, yPlane);
}

function convolveRun5(
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  convolveRunOf(5, outputs, starts, offsets, weights, biases, x, y, yPlane);
}

function convolveRun6(
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  convolveRunOf(6, outputs, starts, offsets, weights, biases, x, y, yPlane);
}

function convolveRun7(
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  convolveRunOf(7, outputs, starts, offsets, weights, biases, x, y, yPlane);
}

function convolveRun8(
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
  yPlane: usize,
): void {
  convolveRunOf(8, outputs, starts, offsets, weights, biases, x, y, yPlane);
}

/** The same for windows that are not side by side, pixel by pixel. */
function convolvePixels(
  run: i32,
  outputs: i32,
  starts: usize,
  offsets: usize,
  weights: usize,
  biases: usize,
  x: usize,
  step: usize,
  y: usize,
  yPlane: usize,
): void {
  for (let pixel = 0; pixel < run; pixel++, x += step, y += PIXEL) {
    convolveRun1(outputs, starts, offsets, weights, biases, x, y, yPlane);
  }
}

/** ∂W = x ⋆ g at the survivors, added to what `gradients` holds; pointers as in `convolve`. */
export function convolutionWeightGradient(
  groups: i32,
  outputs: i32,
  height: i32,
  width: i32,
  starts: usize,
  offsets: usize,
  gradients: usize,
  x: usize,
  xGroup: usize,
  xRow: usize,
  step: usize,
  g: usize,
  gGroup: usize,
  gPlane: usize,
  gRow: usize,
): void {
  for (let group = 0; group < groups; group++, x += xGroup, g += gGroup) {
    for (let row = 0; row < height; row++) {
      const windows = x + <usize>row * xRow;
      let plane = g + <usize>row * gRow;
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

/** A row of gradients times the rows that four survivors see. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addRowProducts(
  width: i32,
  offsets: usize,
  gradients: usize,
  windows: usize,
  step: usize,
  g: usize,
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
    a0 = multiplyAdd(gradient, v128.load(x0), a0);
    a1 = multiplyAdd(gradient, v128.load(x1), a1);
    a2 = multiplyAdd(gradient, v128.load(x2), a2);
    a3 = multiplyAdd(gradient, v128.load(x3), a3);
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

// @ts-ignore: a decorator of AssemblyScript
@inline
function rowProduct(width: i32, x: usize, step: usize, g: usize): v128 {
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

/** ∂b: the sum of g over examples and pixels, added to `gradients`, `[outputs]`. */
export function convolutionBiasGradient(
  groups: i32,
  outputs: i32,
  height: i32,
  width: i32,
  gradients: usize,
  g: usize,
  gGroup: usize,
  gPlane: usize,
  gRow: usize,
): void {
  const bytes = <usize>width * PIXEL;
  for (let output = 0; output < outputs; output++, g += gPlane, gradients += 4) {
    let sum = f32x4.splat(0);
    for (let group = 0; group < groups; group++) {
      let row = g + <usize>group * gGroup;
      for (let y = 0; y < height; y++, row += gRow) {
        let ofRow = f32x4.splat(0);
        for (let p = row; p < row + bytes; p += PIXEL) ofRow = f32x4.add(ofRow, v128.load(p));
        sum = f32x4.add(sum, ofRow);
      }
    }
    store<f32>(gradients, load<f32>(gradients) + sumOf(sum));
  }
}

/** to[k] = from[positions[k]], by byte offsets; `bytes` is the length of all. */
export function gatherWeights(bytes: usize, positions: usize, from: usize, to: usize): void {
  for (let k: usize = 0; k < bytes; k += 4) {
    store<f32>(to + k, load<f32>(from + <usize>load<u32>(positions + k)));
  }
}

/**
 * ∂x = g ⋆ᵀ W for windows that are not side by side: every survivor adds its products to the pixels
 * it saw. (Where they are, ∂x is a `convolve` of g with the kernel turned round.)
 *
 * Survivors are those of `starts`. `targets`: u32 `[survivors]`, the byte offset of the pixel that
 * the weight multiplies, from the first pixel of the first window of `dx`; `taps`: u32
 * `[survivors]`, byte offsets into `ranges`; `ranges`: i32 `[taps][4]`, the rows and pixels of g
 * whose windows have the tap inside the image: first row, end, first pixel, end.
 */
export function scatterInputGradient(
  groups: i32,
  outputs: i32,
  starts: usize,
  targets: usize,
  taps: usize,
  ranges: usize,
  weights: usize,
  g: usize,
  gGroup: usize,
  gPlane: usize,
  gRow: usize,
  dx: usize,
  dxGroup: usize,
  dxRow: usize,
  step: usize,
): void {
  for (let group = 0; group < groups; group++, g += gGroup, dx += dxGroup) {
    let start = starts;
    let k = <usize>load<u32>(start);
    for (let output = 0; output < outputs; output++) {
      start += 4;
      const plane = g + <usize>output * gPlane;
      const end = <usize>load<u32>(start);
      for (; k < end; k += 4) {
        const range = ranges + <usize>load<u32>(taps + k);
        const lastRow = load<i32>(range, 4);
        const firstPixel = load<i32>(range, 8);
        const lastPixel = load<i32>(range, 12);
        const weight = v128.load32_splat(weights + k);
        const target = dx + <usize>load<u32>(targets + k);
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
