const LOG2_E: f32 = 1.4426950408889634;
/** ln 2 in two parts; n times the first is exact (Cody & Waite 1980). */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/**
 * exp(x) for x ≤ 0, within 1 ulp: x = n ln 2 + r with |r| ≤ ln 2 / 2, and Cephes' polynomial for
 * exp(r) (Moshier, expf.c). Results below e^-64 = 1.6e-28 become 0. They make no difference to a
 * float32 sum that has a 1 in it, and such a probability would only leave subnormal numbers in weights.
 * NaN stays NaN.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function exponential(x: v128): v128 {
  const isTiny = f32x4.lt(x, f32x4.splat(-64));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2_E)));
  const reduced = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  const r = f32x4.sub(reduced, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r), f32x4.splat(1));
  const exponent = i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127));
  return v128.andnot(f32x4.mul(p, i32x4.shl(exponent, 23)), isTiny);
}
