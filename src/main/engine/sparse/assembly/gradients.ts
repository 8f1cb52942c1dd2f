/** What happens to all gradients before an optimizer sees them. Vectors are f32 and have `bytes` bytes. */
import { Pointer } from './descriptors';

/** Σ g², in float64. */
export function squaredNorm(bytes: usize, g: Pointer): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (const end = g + bytes; g < end; g += 16) {
    const value = v128.load(g);
    const first = f64x2.promote_low_f32x4(value);
    const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** g ← factor · g. */
export function scaleGradient(bytes: usize, g: Pointer, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (const end = g + bytes; g < end; g += 16) {
    v128.store(g, f32x4.mul(v128.load(g), factors));
  }
}

/** g ← g + penalty · w. */
export function addPenalty(bytes: usize, g: Pointer, w: Pointer, penalty: f32): void {
  const penalties = f32x4.splat(penalty);
  for (const end = g + bytes; g < end; g += 16, w += 16) {
    v128.store(g, f32x4.add(v128.load(g), f32x4.mul(v128.load(w), penalties)));
  }
}

/** g ← 0. */
export function clearGradient(bytes: usize, g: Pointer): void {
  memory.fill(g, 0, bytes);
}
