/**
 * Optimizers over all trainable parameters, which are packed into one vector: survivors, biases and
 * scales, f32, with `bytes` bytes, a multiple of 16. The gradients `g` and the slots are vectors of the
 * same length.
 *
 * Where gradients stay zero, running averages shrink by a factor each step and are subnormal after some
 * hundred steps, which doubles the cost of a step. So tiny numbers are flushed to zero, each far below
 * what can change a weight in float32: first moments below 1e-30, and gradients below 1e-18. The
 * square of such a gradient, 1e-36, is where second moments end. With Adam's ε of 1e-8 its step is
 * below 1e-10 times the learning rate, and √1e-36 is nothing beside ε.
 */
import { Pointer } from './descriptors';
import { flushed, multiplyAdd } from './simd';

/**
 * The thresholds of gradients, moments and squares. They are in memory, because V8 would build a
 * constant again for every vector, which takes a sixth of Adam's time.
 */
const SMALLEST = memory.data<f32>([1e-18, 1e-30, 1e-36]);

// @ts-ignore: a decorator of AssemblyScript
@inline
function smallestGradient(): v128 {
  return v128.load32_splat(SMALLEST);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function smallestMoment(): v128 {
  return v128.load32_splat(SMALLEST, 4);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function smallestSquare(): v128 {
  return v128.load32_splat(SMALLEST, 8);
}

/** w ← w − η g. */
export function sgd(bytes: usize, w: Pointer, g: Pointer, rate: f32): void {
  const smallest = smallestMoment();
  for (const end = w + bytes; w < end; w += 16, g += 16) {
    stepAlong(w, flushed(v128.load(g), smallest), rate);
  }
}

/** a ← μ a + g; w ← w − η a. */
export function momentum(
  bytes: usize,
  w: Pointer,
  g: Pointer,
  accumulator: Pointer,
  rate: f32,
  decay: f32,
): void {
  heavyBall(false, bytes, w, g, accumulator, rate, decay);
}

/** a ← μ a + g; w ← w − η (g + μ a). */
export function nesterov(
  bytes: usize,
  w: Pointer,
  g: Pointer,
  accumulator: Pointer,
  rate: f32,
  decay: f32,
): void {
  heavyBall(true, bytes, w, g, accumulator, rate, decay);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function heavyBall(
  isNesterov: bool,
  bytes: usize,
  w: Pointer,
  g: Pointer,
  accumulator: Pointer,
  rate: f32,
  decay: f32,
): void {
  const smallest = smallestMoment();
  for (const end = w + bytes; w < end; w += 16, g += 16, accumulator += 16) {
    const gradient = v128.load(g);
    const average = accumulate(accumulator, gradient, decay, smallest);
    const direction = isNesterov ? multiplyAdd(average, f32x4.splat(decay), gradient) : average;
    stepAlong(w, direction, rate);
  }
}

/**
 * m ← m + (g − m)(1 − β1); v ← v + (g² − v)(1 − β2); w ← w − η m / (√v + ε). The caller puts the bias
 * corrections into η and ε; `added1` and `added2` are 1 − β1 and 1 − β2.
 */
export function adam(
  bytes: usize,
  w: Pointer,
  g: Pointer,
  m: Pointer,
  v: Pointer,
  rate: f32,
  epsilon: f32,
  added1: f32,
  added2: f32,
): void {
  adamSteps(false, bytes, w, g, m, v, rate, epsilon, added1, added2, 0);
}

/** w ← w − shrinkage · w, then Adam's step. */
export function adamw(
  bytes: usize,
  w: Pointer,
  g: Pointer,
  m: Pointer,
  v: Pointer,
  rate: f32,
  epsilon: f32,
  added1: f32,
  added2: f32,
  shrinkage: f32,
): void {
  adamSteps(true, bytes, w, g, m, v, rate, epsilon, added1, added2, shrinkage);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function adamSteps(
  isShrunk: bool,
  bytes: usize,
  w: Pointer,
  g: Pointer,
  m: Pointer,
  v: Pointer,
  rate: f32,
  epsilon: f32,
  added1: f32,
  added2: f32,
  shrinkage: f32,
): void {
  const gradients = smallestGradient();
  const moments = smallestMoment();
  const squares = smallestSquare();
  for (const end = w + bytes; w < end; w += 16, g += 16, m += 16, v += 16) {
    const gradient = flushed(v128.load(g), gradients);
    const first = v128.load(m);
    const second = v128.load(v);
    const mean = flushed(
      multiplyAdd(f32x4.sub(gradient, first), f32x4.splat(added1), first),
      moments,
    );
    const square = flushed(
      multiplyAdd(f32x4.sub(f32x4.mul(gradient, gradient), second), f32x4.splat(added2), second),
      squares,
    );
    v128.store(m, mean);
    v128.store(v, square);
    const root = f32x4.add(f32x4.sqrt(square), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(f32x4.splat(rate), mean), root);
    let weight = v128.load(w);
    if (isShrunk) weight = f32x4.sub(weight, f32x4.mul(weight, f32x4.splat(shrinkage)));
    v128.store(w, f32x4.sub(weight, step));
  }
}

/**
 * v ← α v + (1 − α) g²; a ← μ a + g / (√v + ε); w ← w − η a. `decay` is α, `added` 1 − α, `inertia` μ.
 */
export function rmsprop(
  bytes: usize,
  w: Pointer,
  g: Pointer,
  square: Pointer,
  accumulator: Pointer,
  rate: f32,
  epsilon: f32,
  decay: f32,
  added: f32,
  inertia: f32,
): void {
  const gradients = smallestGradient();
  const moments = smallestMoment();
  const squares = smallestSquare();
  for (const end = w + bytes; w < end; w += 16, g += 16, square += 16, accumulator += 16) {
    const gradient = flushed(v128.load(g), gradients);
    const addition = f32x4.mul(f32x4.mul(gradient, gradient), f32x4.splat(added));
    const mean = flushed(
      multiplyAdd(v128.load(square), f32x4.splat(decay), addition),
      squares,
    );
    v128.store(square, mean);
    const root = f32x4.add(f32x4.sqrt(mean), f32x4.splat(epsilon));
    const direction = f32x4.div(gradient, root);
    stepAlong(w, accumulate(accumulator, direction, inertia, moments), rate);
  }
}

/** w ← w − η direction. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function stepAlong(w: Pointer, direction: v128, rate: f32): void {
  v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(direction, f32x4.splat(rate))));
}

/** a ← μ a + addition; returns a. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function accumulate(accumulator: Pointer, addition: v128, decay: f32, smallest: v128): v128 {
  const sum = multiplyAdd(v128.load(accumulator), f32x4.splat(decay), addition);
  const result = flushed(sum, smallest);
  v128.store(accumulator, result);
  return result;
}
