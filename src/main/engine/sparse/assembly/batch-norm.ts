/**
 * Batch normalisation (Ioffe & Szegedy 2015), one channel after the other: the second pass over a
 * channel's pixels finds them in the cache. Examples that only fill up the last vector do not count
 * and get no gradient.
 *
 * Statistics and values are separate kernels, because the output can be recomputed from the input,
 * group by group, where it is read. With `isRectified` the ReLU behind the normalisation is part of it.
 *
 * Rows are summed in float32, everything above a row in float64.
 */
import { groupLanes } from './activations';
import { BatchNorm, Pointer, View } from './descriptors';
import { CHANNEL_STATISTICS, PIXEL } from './layout';
import { multiplyAdd } from './simd';

/** Byte offsets in one channel of `BatchNorm.statistics`, f32 each. */
const MEAN: usize = 0;
/** 1 / √(variance + ε), of the biased variance. */
const INVERSE_DEVIATION: usize = 4;
const UNBIASED_VARIANCE: usize = 8;
/** The mean of the gradients by the output. */
const GRADIENT_MEAN: usize = 12;
/** Their slope along x − mean. */
const GRADIENT_SLOPE: usize = 16;

/** Stores the mean and the variances of the batch. */
export function batchNormStatistics(examples: i32, epsilon: f64, layer: BatchNorm, x: View): void {
  const groups = (examples + 3) >> 2;
  const count = <f64>examples * <f64>(x.height * x.width);
  const channels = x.channels;
  let statistics = layer.statistics;
  let plane: usize = 0;
  for (let channel = 0; channel < channels; channel++) {
    let sum: f64 = 0;
    for (let group = 0; group < groups; group++) {
      sum += sumOfPlane(false, x, x.group(group) + plane, 0, groupLanes(group, examples));
    }
    const mean = <f32>(sum / count);
    let squares: f64 = 0;
    for (let group = 0; group < groups; group++) {
      squares += sumOfPlane(true, x, x.group(group) + plane, mean, groupLanes(group, examples));
    }
    store<f32>(statistics, mean, MEAN);
    const inverse = 1 / Math.sqrt(squares / count + epsilon);
    store<f32>(statistics, <f32>inverse, INVERSE_DEVIATION);
    store<f32>(statistics, <f32>(squares / max(1, count - 1)), UNBIASED_VARIANCE);
    plane += x.planePitch;
    statistics += CHANNEL_STATISTICS;
  }
}

/** Normalises by the statistics of the batch, as in training. */
export function batchNormApply(groups: i32, isRectified: bool, layer: BatchNorm, x: View, y: View): void {
  const channels = x.channels;
  let statistics = layer.statistics;
  for (let channel = 0; channel < channels; channel++, statistics += CHANNEL_STATISTICS) {
    const at = <usize>channel << 2;
    const mean = load<f32>(statistics, MEAN);
    const scale = load<f32>(statistics, INVERSE_DEVIATION) * load<f32>(layer.gamma + at);
    const shift = load<f32>(layer.beta + at);
    normalizeChannel(channel, groups, isRectified, mean, scale, shift, x, y);
  }
}

/** Normalises by the running statistics, as in evaluation. */
export function batchNormInference(
  groups: i32,
  isRectified: bool,
  epsilon: f64,
  layer: BatchNorm,
  x: View,
  y: View,
): void {
  const channels = x.channels;
  for (let channel = 0; channel < channels; channel++) {
    const at = <usize>channel << 2;
    const mean = load<f32>(layer.runningMean + at);
    const variance = load<f32>(layer.runningVariance + at);
    const scale = <f32>(1 / Math.sqrt(<f64>variance + epsilon)) * load<f32>(layer.gamma + at);
    const shift = load<f32>(layer.beta + at);
    normalizeChannel(channel, groups, isRectified, mean, scale, shift, x, y);
  }
}

/**
 * Adds the gradients by γ and β to what is there, and stores what `batchNormInputGradient` needs.
 * `g` is the gradient by the output.
 */
export function batchNormGradients(
  examples: i32,
  isRectified: bool,
  layer: BatchNorm,
  x: View,
  g: View,
): void {
  const groups = (examples + 3) >> 2;
  const count = <f64>examples * <f64>(x.height * x.width);
  const channels = x.channels;
  let statistics = layer.statistics;
  let xPlane: usize = 0;
  let gPlane: usize = 0;
  for (let channel = 0; channel < channels; channel++) {
    const at = <usize>channel << 2;
    const mean = load<f32>(statistics, MEAN);
    const inverse = load<f32>(statistics, INVERSE_DEVIATION);
    const scale = inverse * load<f32>(layer.gamma + at);
    const shift = load<f32>(layer.beta + at);
    let sums = f64x2.splat(0);
    for (let group = 0; group < groups; group++) {
      const values = x.group(group) + xPlane;
      const gradients = g.group(group) + gPlane;
      const lanes = groupLanes(group, examples);
      sums = f64x2.add(
        sums,
        gradientSumsOfPlane(isRectified, x, values, g, gradients, mean, scale, shift, lanes),
      );
    }
    const sum = f64x2.extract_lane(sums, 0);
    const products = f64x2.extract_lane(sums, 1);
    addTo(layer.betaGradient + at, <f32>sum);
    addTo(layer.gammaGradient + at, <f32>(products * <f64>inverse));
    const slope = (products / count) * <f64>inverse * <f64>inverse;
    store<f32>(statistics, <f32>(sum / count), GRADIENT_MEAN);
    store<f32>(statistics, <f32>slope, GRADIENT_SLOPE);
    xPlane += x.planePitch;
    gPlane += g.planePitch;
    statistics += CHANNEL_STATISTICS;
  }
}

/** ∂x, from what `batchNormGradients` has stored. */
export function batchNormInputGradient(
  examples: i32,
  isRectified: bool,
  layer: BatchNorm,
  x: View,
  g: View,
  dx: View,
): void {
  const groups = (examples + 3) >> 2;
  const channels = x.channels;
  const height = x.height;
  const rowBytes = x.rowBytes();
  const xRow = x.rowPitch;
  const gRow = g.rowPitch;
  const dxRow = dx.rowPitch;
  const always = i32x4.splat(isRectified ? 0 : -1);
  let statistics = layer.statistics;
  let xPlane: usize = 0;
  let gPlane: usize = 0;
  let dxPlane: usize = 0;
  for (let channel = 0; channel < channels; channel++) {
    const at = <usize>channel << 2;
    const scale = load<f32>(statistics, INVERSE_DEVIATION) * load<f32>(layer.gamma + at);
    const scales = f32x4.splat(scale);
    const shifts = v128.load32_splat(layer.beta + at);
    const means = v128.load32_splat(statistics, MEAN);
    const share = v128.load32_splat(statistics, GRADIENT_MEAN);
    const slope = v128.load32_splat(statistics, GRADIENT_SLOPE);
    for (let group = 0; group < groups; group++) {
      const lanes = groupLanes(group, examples);
      let values = x.group(group) + xPlane;
      let gradients = g.group(group) + gPlane;
      let to = dx.group(group) + dxPlane;
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
    xPlane += x.planePitch;
    gPlane += g.planePitch;
    dxPlane += dx.planePitch;
    statistics += CHANNEL_STATISTICS;
  }
}

/** r ← (1 − momentum) r + momentum · batch, for the running means and unbiased variances. */
export function trackStatistics(channels: i32, momentum: f64, layer: BatchNorm): void {
  let statistics = layer.statistics;
  for (let channel = 0; channel < channels; channel++, statistics += CHANNEL_STATISTICS) {
    const at = <usize>channel << 2;
    track(layer.runningMean + at, load<f32>(statistics, MEAN), momentum);
    track(layer.runningVariance + at, load<f32>(statistics, UNBIASED_VARIANCE), momentum);
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function track(running: Pointer, batch: f32, momentum: f64): void {
  const mixed = (1 - momentum) * <f64>load<f32>(running) + momentum * <f64>batch;
  store<f32>(running, <f32>mixed);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addTo(target: Pointer, value: f32): void {
  store<f32>(target, load<f32>(target) + value);
}

/** y = (x − mean) · scale + shift, or 0 where that is less and a ReLU is part of it. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function normalizeChannel(
  channel: i32,
  groups: i32,
  isRectified: bool,
  mean: f32,
  scale: f32,
  shift: f32,
  x: View,
  y: View,
): void {
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  const shifts = f32x4.splat(shift);
  // NaN is not below anything and stays, as in relu.ts.
  const least = f32x4.splat(isRectified ? 0 : -Infinity);
  const height = x.height;
  const rowBytes = x.rowBytes();
  const xRow = x.rowPitch;
  const yRow = y.rowPitch;
  const xPlane = <usize>channel * x.planePitch;
  const yPlane = <usize>channel * y.planePitch;
  for (let group = 0; group < groups; group++) {
    let from = x.group(group) + xPlane;
    let to = y.group(group) + yPlane;
    for (let row = 0; row < height; row++, from += xRow, to += yRow) {
      for (let pixel: usize = 0; pixel < rowBytes; pixel += PIXEL) {
        const deviation = f32x4.sub(v128.load(from + pixel), means);
        v128.store(to + pixel, f32x4.pmax(multiplyAdd(deviation, scales, shifts), least));
      }
    }
  }
}

/**
 * The gradient by the output of the normalisation, given that by the ReLU behind it: it passes where
 * the normalised value, recomputed from its deviation from the mean, is positive. Without a ReLU all
 * bits of `always` are set.
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

/** Σ x, or with `isSquared` Σ (x − mean)², over one channel of a group. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function sumOfPlane(isSquared: bool, x: View, plane: usize, mean: f32, lanes: v128): f64 {
  const height = x.height;
  const rowBytes = x.rowBytes();
  const rowPitch = x.rowPitch;
  const means = f32x4.splat(mean);
  let sum = f64x2.splat(0);
  for (let row = 0; row < height; row++, plane += rowPitch) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let pixel: usize = 0;
    for (; pixel + PIXEL < rowBytes; pixel += 2 * PIXEL) {
      even = plusTerm(isSquared, even, v128.load(plane + pixel), means);
      odd = plusTerm(isSquared, odd, v128.load(plane + pixel, PIXEL), means);
    }
    if (pixel < rowBytes) even = plusTerm(isSquared, even, v128.load(plane + pixel), means);
    sum = addPrecisely(sum, v128.and(f32x4.add(even, odd), lanes));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function plusTerm(isSquared: bool, sum: v128, x: v128, means: v128): v128 {
  if (!isSquared) return f32x4.add(sum, x);
  const deviation = f32x4.sub(x, means);
  return multiplyAdd(deviation, deviation, sum);
}

/** Σ g and Σ g (x − mean) over one channel of a group, as the two lanes of float64. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function gradientSumsOfPlane(
  isRectified: bool,
  x: View,
  xPlane: usize,
  g: View,
  gPlane: usize,
  mean: f32,
  scale: f32,
  shift: f32,
  lanes: v128,
): v128 {
  const height = x.height;
  const rowBytes = x.rowBytes();
  const xRow = x.rowPitch;
  const gRow = g.rowPitch;
  const always = i32x4.splat(isRectified ? 0 : -1);
  const means = f32x4.splat(mean);
  const scales = f32x4.splat(scale);
  const shifts = f32x4.splat(shift);
  let sum = f64x2.splat(0);
  let products = sum;
  for (let row = 0; row < height; row++, xPlane += xRow, gPlane += gRow) {
    let even = f32x4.splat(0);
    let odd = even;
    let evenProducts = even;
    let oddProducts = even;
    let pixel: usize = 0;
    for (; pixel + PIXEL < rowBytes; pixel += 2 * PIXEL) {
      const first = f32x4.sub(v128.load(xPlane + pixel), means);
      const second = f32x4.sub(v128.load(xPlane + pixel, PIXEL), means);
      const firstPassed = passedOf(v128.load(gPlane + pixel), first, scales, shifts, always);
      const secondPassed = passedOf(v128.load(gPlane + pixel, PIXEL), second, scales, shifts, always);
      even = f32x4.add(even, firstPassed);
      odd = f32x4.add(odd, secondPassed);
      evenProducts = multiplyAdd(first, firstPassed, evenProducts);
      oddProducts = multiplyAdd(second, secondPassed, oddProducts);
    }
    if (pixel < rowBytes) {
      const last = f32x4.sub(v128.load(xPlane + pixel), means);
      const passed = passedOf(v128.load(gPlane + pixel), last, scales, shifts, always);
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

/** Adds the four lanes of a float32 vector to the two lanes of a float64 one. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addPrecisely(sum: v128, four: v128): v128 {
  const high = v128.shuffle<f32>(four, four, 2, 3, 2, 3);
  return f64x2.add(
    sum,
    f64x2.add(f64x2.promote_low_f32x4(four), f64x2.promote_low_f32x4(high)),
  );
}
