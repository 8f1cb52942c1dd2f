/**
 * Batch normalisation, channel by channel so that the passes over a channel's pixels find them in the
 * cache. Examples that fill up the last vector count for nothing and get no gradient.
 *
 * What it gives can be made again from what it was given, which is why statistics and values are
 * kernels of their own: the values of one group of examples are made where and when they are read.
 * With `isRectified`, a ReLU behind it is part of it.
 *
 * `saved` is f32 `[channel][8]`: the mean, 1 / √(variance + ε), the unbiased variance; on the way
 * back also the mean of the gradients and their slope along x − mean; the rest is nothing.
 * Rows are summed in float32, everything above a row in float64.
 */
import { groupOffset, lanesOf } from './activations';
import { PIXEL } from './layout';
import { multiplyAdd } from './simd';

/** Bytes of a channel's numbers in `saved`. */
const SAVED: usize = 32;

/** Saves the statistics of the batch. */
export function batchNormStatistics(
  examples: i32,
  channels: i32,
  height: i32,
  width: i32,
  epsilon: f64,
  saved: usize,
  x: usize,
  xTile: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
): void {
  const groups = (examples + 3) >> 2;
  const count = <f64>examples * <f64>(height * width);
  for (let channel = 0; channel < channels; channel++, x += xPlane, saved += SAVED) {
    let sum: f64 = 0;
    for (let group = 0; group < groups; group++) {
      sum += sumOfPlane(x + groupOffset(group, xTile, xGroup), xRow, height, width, lanesOf(group, examples));
    }
    const mean = <f32>(sum / count);
    let squares: f64 = 0;
    for (let group = 0; group < groups; group++) {
      const plane = x + groupOffset(group, xTile, xGroup);
      squares += squaresOfPlane(plane, xRow, height, width, mean, lanesOf(group, examples));
    }
    store<f32>(saved, mean);
    store<f32>(saved, <f32>(1 / Math.sqrt(squares / count + epsilon)), 4);
    store<f32>(saved, <f32>(squares / max(1, count - 1)), 8);
  }
}

/** Normalises by the statistics that are saved. */
export function batchNormApply(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  isRectified: bool,
  gamma: usize,
  beta: usize,
  saved: usize,
  x: usize,
  xTile: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  y: usize,
  yTile: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const scale = load<f32>(saved, 4) * load<f32>(gamma);
    normalizeChannel(isRectified, groups, height, width, load<f32>(saved), scale, load<f32>(beta), x, xTile, xGroup, xRow, y, yTile, yGroup, yRow);
    x += xPlane;
    y += yPlane;
    gamma += 4;
    beta += 4;
    saved += SAVED;
  }
}

/** Normalises by the running statistics. */
export function batchNormInference(
  groups: i32,
  channels: i32,
  height: i32,
  width: i32,
  isRectified: bool,
  epsilon: f64,
  gamma: usize,
  beta: usize,
  mean: usize,
  variance: usize,
  x: usize,
  xTile: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  y: usize,
  yTile: usize,
  yGroup: usize,
  yPlane: usize,
  yRow: usize,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const at = <usize>channel << 2;
    const inverse = <f32>(1 / Math.sqrt(<f64>load<f32>(variance + at) + epsilon));
    const scale = inverse * load<f32>(gamma + at);
    normalizeChannel(isRectified, groups, height, width, load<f32>(mean + at), scale, load<f32>(beta + at), x, xTile, xGroup, xRow, y, yTile, yGroup, yRow);
    x += xPlane;
    y += yPlane;
  }
}

/** Adds the gradients of γ and β to theirs, and saves what `batchNormInputGradient` needs. */
export function batchNormGradients(
  examples: i32,
  channels: i32,
  height: i32,
  width: i32,
  isRectified: bool,
  gamma: usize,
  beta: usize,
  gammaGradient: usize,
  betaGradient: usize,
  saved: usize,
  x: usize,
  xTile: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  g: usize,
  gTile: usize,
  gGroup: usize,
  gPlane: usize,
  gRow: usize,
): void {
  const groups = (examples + 3) >> 2;
  const count = <f64>examples * <f64>(height * width);
  for (let channel = 0; channel < channels; channel++) {
    const mean = load<f32>(saved);
    const inverse = load<f32>(saved, 4);
    const scale = inverse * load<f32>(gamma);
    const shift = load<f32>(beta);
    let sums = f64x2.splat(0);
    for (let group = 0; group < groups; group++) {
      const lanes = lanesOf(group, examples);
      const gradients = g + groupOffset(group, gTile, gGroup);
      const values = x + groupOffset(group, xTile, xGroup);
      sums = f64x2.add(
        sums,
        sumsOfPlanes(isRectified, values, xRow, gradients, gRow, height, width, mean, scale, shift, lanes),
      );
    }
    const sum = f64x2.extract_lane(sums, 0);
    const products = f64x2.extract_lane(sums, 1);
    store<f32>(betaGradient, load<f32>(betaGradient) + <f32>sum);
    store<f32>(gammaGradient, load<f32>(gammaGradient) + <f32>(products * <f64>inverse));
    store<f32>(saved, <f32>(sum / count), 12);
    store<f32>(saved, <f32>((products / count) * <f64>inverse * <f64>inverse), 16);
    x += xPlane;
    g += gPlane;
    gamma += 4;
    beta += 4;
    gammaGradient += 4;
    betaGradient += 4;
    saved += SAVED;
  }
}

/** The gradient by the input, from what `batchNormGradients` has saved. */
export function batchNormInputGradient(
  examples: i32,
  channels: i32,
  height: i32,
  width: i32,
  isRectified: bool,
  gamma: usize,
  beta: usize,
  saved: usize,
  x: usize,
  xTile: usize,
  xGroup: usize,
  xPlane: usize,
  xRow: usize,
  g: usize,
  gTile: usize,
  gGroup: usize,
  gPlane: usize,
  gRow: usize,
  dx: usize,
  dxTile: usize,
  dxGroup: usize,
  dxPlane: usize,
  dxRow: usize,
): void {
  const groups = (examples + 3) >> 2;
  const rowBytes = <usize>width * PIXEL;
  const always = i32x4.splat(isRectified ? 0 : -1);
  for (let channel = 0; channel < channels; channel++) {
    const scales = f32x4.splat(load<f32>(saved, 4) * load<f32>(gamma));
    const shifts = v128.load32_splat(beta);
    const means = v128.load32_splat(saved);
    const share = v128.load32_splat(saved, 12);
    const slope = v128.load32_splat(saved, 16);
    for (let group = 0; group < groups; group++) {
      const lanes = lanesOf(group, examples);
      let gradients = g + groupOffset(group, gTile, gGroup);
      let values = x + groupOffset(group, xTile, xGroup);
      let to = dx + groupOffset(group, dxTile, dxGroup);
      for (let row = 0; row < height; row++, gradients += gRow, values += xRow, to += dxRow) {
        for (let pixel: usize = 0; pixel < rowBytes; pixel += PIXEL) {
          const deviation = f32x4.sub(v128.load(values + pixel), means);
          const passed = passedOf(v128.load(gradients + pixel), deviation, scales, shifts, always);
          const gradient = f32x4.sub(passed, share);
          const rest = f32x4.sub(gradient, f32x4.mul(deviation, slope));
          v128.store(to + pixel, v128.and(f32x4.mul(rest, scales), lanes));
        }
      }
    }
    x += xPlane;
    g += gPlane;
    dx += dxPlane;
    gamma += 4;
    beta += 4;
    saved += SAVED;
  }
}

/**
 * The gradient where the value that was made of this deviation from the mean is positive, and where
 * the bits of `always` are set.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function passedOf(
  gradient: v128,
  deviation: v128,
  scales: v128,
  shifts: v128,
  always: v128,
): v128 {
  const isPositive = f32x4.gt(multiplyAdd(deviation, scales, shifts), f32x4.splat(0));
  return v128.and(gradient, v128.or(isPositive, always));
}

/** r ← (1 − momentum) r + momentum · batch's, for the means and the unbiased variances. */
export function trackStatistics(
  channels: i32,
  momentum: f64,
  saved: usize,
  mean: usize,
  variance: usize,
): void {
  for (let channel = 0; channel < channels; channel++, saved += SAVED, mean += 4, variance += 4) {
    store<f32>(mean, tracked(load<f32>(mean), load<f32>(saved), momentum));
    store<f32>(variance, tracked(load<f32>(variance), load<f32>(saved, 8), momentum));
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function tracked(running: f32, batch: f32, momentum: f64): f32 {
  return <f32>((1 - momentum) * <f64>running + momentum * <f64>batch);
}

/** y = (x − mean) · scale + shift, or 0 where that is less. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function normalizeChannel(
  isRectified: bool,
  groups: i32,
  height: i32,
  width: i32,
  mean: f32,
  scale: f32,
  shift: f32,
  x: usize,
  xTile: usize,
  xGroup: usize,
  xRow: usize,
  y: usize,
  yTile: usize,
  yGroup: usize,
  yRow: usize,
): void {
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  const shifts = f32x4.splat(shift);
  const least = f32x4.splat(isRectified ? 0 : -Infinity);
  const rowBytes = <usize>width * PIXEL;
  for (let group = 0; group < groups; group++) {
    let from = x + groupOffset(group, xTile, xGroup);
    let to = y + groupOffset(group, yTile, yGroup);
    for (let row = 0; row < height; row++, from += xRow, to += yRow) {
      for (let pixel: usize = 0; pixel < rowBytes; pixel += PIXEL) {
        const deviation = f32x4.sub(v128.load(from + pixel), means);
        const value = multiplyAdd(deviation, scales, shifts);
        // NaN is not below anything and stays, as in relu.ts.
        v128.store(to + pixel, f32x4.pmax(value, least));
      }
    }
  }
}

/** Σ x. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function sumOfPlane(x: usize, xRow: usize, height: i32, width: i32, lanes: v128): f64 {
  const rowBytes = <usize>width * PIXEL;
  let sum = f64x2.splat(0);
  for (let row = 0; row < height; row++, x += xRow) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let pixel: usize = 0;
    for (; pixel + PIXEL < rowBytes; pixel += 2 * PIXEL) {
      even = f32x4.add(even, v128.load(x + pixel));
      odd = f32x4.add(odd, v128.load(x + pixel, PIXEL));
    }
    if (pixel < rowBytes) even = f32x4.add(even, v128.load(x + pixel));
    sum = addPrecisely(sum, v128.and(f32x4.add(even, odd), lanes));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Σ (x − mean)². */
// @ts-ignore: a decorator of AssemblyScript
@inline
function squaresOfPlane(
  x: usize,
  xRow: usize,
  height: i32,
  width: i32,
  mean: f32,
  lanes: v128,
): f64 {
  const rowBytes = <usize>width * PIXEL;
  const means = f32x4.splat(mean);
  let sum = f64x2.splat(0);
  for (let row = 0; row < height; row++, x += xRow) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let pixel: usize = 0;
    for (; pixel + PIXEL < rowBytes; pixel += 2 * PIXEL) {
      const first = f32x4.sub(v128.load(x + pixel), means);
      const second = f32x4.sub(v128.load(x + pixel, PIXEL), means);
      even = multiplyAdd(first, first, even);
      odd = multiplyAdd(second, second, odd);
    }
    if (pixel < rowBytes) {
      const last = f32x4.sub(v128.load(x + pixel), means);
      even = multiplyAdd(last, last, even);
    }
    sum = addPrecisely(sum, v128.and(f32x4.add(even, odd), lanes));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Σ g and Σ g (x − mean), of the gradients that pass; as the two lanes of float64. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function sumsOfPlanes(
  isRectified: bool,
  x: usize,
  xRow: usize,
  g: usize,
  gRow: usize,
  height: i32,
  width: i32,
  mean: f32,
  scale: f32,
  shift: f32,
  lanes: v128,
): v128 {
  const rowBytes = <usize>width * PIXEL;
  const always = i32x4.splat(isRectified ? 0 : -1);
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  const shifts = f32x4.splat(shift);
  let sum = f64x2.splat(0);
  let products = sum;
  for (let row = 0; row < height; row++, x += xRow, g += gRow) {
    let even = f32x4.splat(0);
    let odd = even;
    let evenProducts = even;
    let oddProducts = even;
    let pixel: usize = 0;
    for (; pixel + PIXEL < rowBytes; pixel += 2 * PIXEL) {
      const first = f32x4.sub(v128.load(x + pixel), means);
      const second = f32x4.sub(v128.load(x + pixel, PIXEL), means);
      const firstPassed = passedOf(v128.load(g + pixel), first, scales, shifts, always);
      const secondPassed = passedOf(v128.load(g + pixel, PIXEL), second, scales, shifts, always);
      even = f32x4.add(even, firstPassed);
      odd = f32x4.add(odd, secondPassed);
      evenProducts = multiplyAdd(first, firstPassed, evenProducts);
      oddProducts = multiplyAdd(second, secondPassed, oddProducts);
    }
    if (pixel < rowBytes) {
      const last = f32x4.sub(v128.load(x + pixel), means);
      const passed = passedOf(v128.load(g + pixel), last, scales, shifts, always);
      even = f32x4.add(even, passed);
      evenProducts = multiplyAdd(last, passed, evenProducts);
    }
    sum = addPrecisely(sum, v128.and(f32x4.add(even, odd), lanes));
    products = addPrecisely(products, v128.and(f32x4.add(evenProducts, oddProducts), lanes));
  }
  // The two halves of each, added.
  return f64x2.add(
    v128.shuffle<f64>(sum, products, 0, 2),
    v128.shuffle<f64>(sum, products, 1, 3),
  );
}

/** Adds the four lanes of a float32 vector to the two of a float64 one. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addPrecisely(sum: v128, four: v128): v128 {
  const high = v128.shuffle<f32>(four, four, 2, 3, 2, 3);
  return f64x2.add(
    sum,
    f64x2.add(f64x2.promote_low_f32x4(four), f64x2.promote_low_f32x4(high)),
  );
}
