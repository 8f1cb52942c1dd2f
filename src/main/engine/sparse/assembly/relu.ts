/** ReLU in place, over whole activations with their margins; `bytes` is their length. */
import { Pointer } from './descriptors';

/** x ← max(0, x). NaN is not below 0 and stays, so that divergence shows. */
export function reluForward(bytes: usize, x: Pointer): void {
  const zero = f32x4.splat(0);
  for (const end = x + bytes; x < end; x += 64) {
    v128.store(x, f32x4.pmax(v128.load(x), zero));
    v128.store(x, f32x4.pmax(v128.load(x, 16), zero), 16);
    v128.store(x, f32x4.pmax(v128.load(x, 32), zero), 32);
    v128.store(x, f32x4.pmax(v128.load(x, 48), zero), 48);
  }
}

/** g ← g where the output `y` is positive, else 0. */
export function reluBackward(bytes: usize, y: Pointer, g: Pointer): void {
  const zero = f32x4.splat(0);
  for (const end = y + bytes; y < end; y += 32, g += 32) {
    v128.store(g, v128.and(v128.load(g), f32x4.gt(v128.load(y), zero)));
    v128.store(g, v128.and(v128.load(g, 16), f32x4.gt(v128.load(y, 16), zero)), 16);
  }
}
