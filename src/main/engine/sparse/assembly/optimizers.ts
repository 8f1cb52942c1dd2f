/**
 * Optimizers over all trainable parameters packed into one vector: survivors and biases, f32, of
 * `bytes`, a multiple of 16; `g` are the gradients and the slots are vectors of the same length.
 *
 * Running averages shrink by a factor each step where gradients stay zero, and become subnormal after
 * some hundred steps. So tiny numbers are flushed, each far below what can change a weight in
 * float32: a first moment below 1e-30, and a gradient below 1e-18, whose square 1e-36 is where
 * second moments end. With Adam's ε of 1e-8 the step of such a gradient is below 1e-10 times the
 * rate, and √1e-36 is nothing beside ε.
 */
import { flushed, multiplyAdd } from './simd';

/**
 * Of gradients, moments and squares. In memory, because a constant would be made anew for every
 * vector: a sixth of Adam's time.
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
export function sgd(bytes: usize, w: usize, g: usize, rate: f32): void {
  const smallest = smallestMoment();
  for (const end = w + bytes; w < end; w += 16, g += 16) {
    stepAlong(w, flushed(v128.load(g), smallest), rate);
  }
}

/** a ← μ a + g; w ← w − η a. */
export function momentum(
  bytes: usize,
  w: usize,
  g: usize,
  accumulator: usize,
  rate: f32,
  kept: f32,
): void {
  const smallest = smallestMoment();
  for (const end = w + bytes; w < end; w += 16, g += 16, accumulator += 16) {
    stepAlong(w, accumulate(accumulator, v128.load(g), kept, smallest), rate);
  }
}

/** a ← μ a + g; w ← w − η (g + μ a). */
export function nesterov(
  bytes: usize,
  w: usize,
  g: usize,
  accumulator: usize,
  rate: f32,
  kept: f32,
): void {
  const smallest = smallestMoment();
  for (const end = w + bytes; w < end; w += 16, g += 16, accumulator += 16) {
    const gradient = v128.load(g);
    const direction = accumulate(accumulator, gradient, kept, smallest);
    stepAlong(w, multiplyAdd(direction, f32x4.splat(kept), gradient), rate);
  }
}

/**
 * m ← m + (g − m)(1 − β1); v ← v + (g² − v)(1 − β2); w ← w − η m / (√v + ε), with the bias
 * corrections in η and ε.
 */
export function adam(
  bytes: usize,
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  rate: f32,
  epsilon: f32,
  added1: f32,
  added2: f32,
): void {
  const gradients = smallestGradient();
  const moments = smallestMoment();
  const squares = smallestSquare();
  for (const end = w + bytes; w < end; w += 16, g += 16, m += 16, v += 16) {
    adamStep(w, g, m, v, rate, epsilon, added1, added2, gradients, moments, squares);
  }
}

/** w ← w − shrinkage · w, then Adam's step. */
export function adamw(
  bytes: usize,
  w: usize,
  g: usize,
  m: usize,
  v: usize,
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
    stepAlong(w, v128.load(w), shrinkage);
    adamStep(w, g, m, v, rate, epsilon, added1, added2, gradients, moments, squares);
  }
}

/** v ← α v + (1 − α) g²; a ← μ a + g / (√v + ε); w ← w − η a. */
export function rmsprop(
  bytes: usize,
  w: usize,
  g: usize,
  square: usize,
  accumulator: usize,
  rate: f32,
  epsilon: f32,
  kept: f32,
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
      multiplyAdd(v128.load(square), f32x4.splat(kept), addition),
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
function stepAlong(w: usize, direction: v128, rate: f32): void {
  v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(direction, f32x4.splat(rate))));
}

/** a ← μ a + addition, which it gives back. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function accumulate(accumulator: usize, addition: v128, kept: f32, smallest: v128): v128 {
  const sum = multiplyAdd(v128.load(accumulator), f32x4.splat(kept), addition);
  const result = flushed(sum, smallest);
  v128.store(accumulator, result);
  return result;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function adamStep(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  rate: f32,
  epsilon: f32,
  added1: f32,
  added2: f32,
  gradients: v128,
  moments: v128,
  squares: v128,
): void {
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
  v128.store(w, f32x4.sub(v128.load(w), step));
}
