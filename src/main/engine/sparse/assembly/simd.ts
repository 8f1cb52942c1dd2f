/**
 * Arithmetic of all kernels. A "vector" is a v128 of four float32.
 *
 * With relaxed SIMD the processor may fuse a product and a sum into one rounding: a fifth faster, but
 * not the same bits everywhere. Strict SIMD has the same bits everywhere.
 */

/** a · b + c. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** The sum of the four lanes, added in the same order as by `sumsOfFour`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function sumOf(a: v128): f32 {
  const pairs = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 2, 3));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The sums of the lanes of four vectors, as one vector. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function sumsOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  // a0+a2, b0+b2, a1+a3, b1+b3
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<f32>(ab, cd, 2, 3, 6, 7),
  );
}

/**
 * Replaces numbers below the threshold by zero; NaN stays. WebAssembly has no flush-to-zero mode, and a
 * processor takes some hundred cycles for a subnormal product.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function flushed(a: v128, threshold: v128): v128 {
  return v128.andnot(a, f32x4.lt(f32x4.abs(a), threshold));
}
