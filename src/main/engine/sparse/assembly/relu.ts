/** max(0, x) in place, and its gradient in place, over `[tile][feature][32 examples]`. */

/** `bytes` is the length of all tiles. NaN is not below 0 and stays, so that divergence shows. */
export function reluForward(bytes: usize, x: usize): void {
  const zero = f32x4.splat(0);
  for (const end = x + bytes; x < end; x += 64) {
    v128.store(x, f32x4.pmax(v128.load(x), zero));
    v128.store(x, f32x4.pmax(v128.load(x, 16), zero), 16);
    v128.store(x, f32x4.pmax(v128.load(x, 32), zero), 32);
    v128.store(x, f32x4.pmax(v128.load(x, 48), zero), 48);
  }
}

/** Keeps the gradient where the output `y` was positive. */
export function reluBackward(bytes: usize, y: usize, g: usize): void {
  const zero = f32x4.splat(0);
  for (const end = y + bytes; y < end; y += 32, g += 32) {
    v128.store(g, v128.and(v128.load(g), f32x4.gt(v128.load(y), zero)));
    v128.store(g, v128.and(v128.load(g, 16), f32x4.gt(v128.load(y, 16), zero)), 16);
  }
}
