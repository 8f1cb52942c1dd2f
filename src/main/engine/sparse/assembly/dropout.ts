/**
 * Dropout with the bits of TensorFlow's StatelessRandomUniform, so that both engines drop the same
 * values: Philox 4x32-10 (Salmon et al. 2011), whose counter runs over the values of a batch in the
 * order of the dense tensor, `[example][features]`.
 */
import { Pointer, View } from './descriptors';
import { PIXEL } from './layout';

const MULTIPLIER_0: i32 = <i32>0xd2511f53;
const MULTIPLIER_1: i32 = <i32>0xcd9e8d57;
const WEYL_0: i32 = <i32>0x9e3779b9;
const WEYL_1: i32 = <i32>0xbb67ae85;
const ROUNDS: i32 = 10;
/** From TensorFlow's stateless_random_ops.cc. */
const SCRAMBLING_KEY_0: i32 = 0x3ec8f720;
const SCRAMBLING_KEY_1: i32 = 0x02461e29;

/**
 * Draws which of `count` values are kept, each with probability 1 − `rate`, beginning with the value
 * `start` of the batch, a multiple of four. Writes a byte for each: -1 if it is kept, else 0. `kept`
 * needs room for `count` rounded up to a multiple of 16.
 */
export function drawKept(
  start: i32,
  count: i32,
  seed0: i32,
  seed1: i32,
  rate: f32,
  kept: Pointer,
): void {
  // TensorFlow scrambles its seed with the generator itself: the counter is the seed, two integers of
  // 64 bits with their signs, and the output is a key and the upper half of the counter to use.
  philox(
    i32x4.splat(seed0),
    i32x4.splat(seed0 >> 31),
    i32x4.splat(seed1),
    i32x4.splat(seed1 >> 31),
    SCRAMBLING_KEY_0,
    SCRAMBLING_KEY_1,
  );
  const key0 = i32x4.extract_lane(output0, 0);
  const key1 = i32x4.extract_lane(output1, 0);
  const upper0 = i32x4.splat(i32x4.extract_lane(output2, 0));
  const upper1 = i32x4.splat(i32x4.extract_lane(output3, 0));
  const rates = f32x4.splat(rate);
  for (let block = start >> 2, end = kept + <usize>count; kept < end; block += 4, kept += 16) {
    const counters = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
    philox(counters, i32x4.splat(0), upper0, upper1, key0, key1);
    // A lane is a block of four successive values; they become its bytes, lowest first.
    const first = v128.and(isKept(output0, rates), i32x4.splat(0xff));
    const second = v128.and(isKept(output1, rates), i32x4.splat(0xff00));
    const third = v128.and(isKept(output2, rates), i32x4.splat(0xff0000));
    const fourth = v128.and(isKept(output3, rates), i32x4.splat(<i32>0xff000000));
    v128.store(kept, v128.or(v128.or(first, second), v128.or(third, fourth)));
  }
}

/**
 * y = scale · x where it is kept, else 0; `kept` is `[example][features]`. The same for gradients: `x`
 * are those by the output, `y` those by the input.
 */
export function applyDropout(groups: i32, scale: f32, kept: Pointer, x: View, y: View): void {
  const channels = x.channels;
  const height = x.height;
  const width = x.width;
  const features = <usize>(channels * height * width);
  const xPlane = x.planePitch;
  const yPlane = y.planePitch;
  const scales = f32x4.splat(scale);
  for (let group = 0; group < groups; group++, kept += features << 2) {
    const from = x.group(group);
    const to = y.group(group);
    let byte = kept;
    for (let row = 0; row < height; row++) {
      for (let pixel = 0; pixel < width; pixel++) {
        let source = from + <usize>row * x.rowPitch + <usize>pixel * PIXEL;
        let target = to + <usize>row * y.rowPitch + <usize>pixel * PIXEL;
        for (let channel = 0; channel < channels; channel++, byte++) {
          const lanes = i32x4(
            load<i8>(byte),
            load<i8>(byte + features),
            load<i8>(byte + 2 * features),
            load<i8>(byte + 3 * features),
          );
          v128.store(target, v128.and(f32x4.mul(v128.load(source), scales), lanes));
          source += xPlane;
          target += yPlane;
        }
      }
    }
  }
}

/** The output of the last `philox`: each lane has a block of four numbers. */
let output0: v128 = i32x4.splat(0);
let output1: v128 = i32x4.splat(0);
let output2: v128 = i32x4.splat(0);
let output3: v128 = i32x4.splat(0);

/** Four blocks of four 32-bit numbers, one in each lane. */
function philox(c0: v128, c1: v128, c2: v128, c3: v128, key0: i32, key1: i32): void {
  for (let round = 0; round < ROUNDS; round++, key0 += WEYL_0, key1 += WEYL_1) {
    const low0 = i64x2.extmul_low_i32x4_u(c0, i32x4.splat(MULTIPLIER_0));
    const high0 = i64x2.extmul_high_i32x4_u(c0, i32x4.splat(MULTIPLIER_0));
    const low1 = i64x2.extmul_low_i32x4_u(c2, i32x4.splat(MULTIPLIER_1));
    const high1 = i64x2.extmul_high_i32x4_u(c2, i32x4.splat(MULTIPLIER_1));
    const next0 = v128.xor(v128.xor(upperHalves(low1, high1), c1), i32x4.splat(key0));
    const next2 = v128.xor(v128.xor(upperHalves(low0, high0), c3), i32x4.splat(key1));
    c1 = lowerHalves(low1, high1);
    c3 = lowerHalves(low0, high0);
    c0 = next0;
    c2 = next2;
  }
  output0 = c0;
  output1 = c1;
  output2 = c2;
  output3 = c3;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function lowerHalves(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function upperHalves(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/** A mask: whether 23 random bits, as a number in [0, 1), are at least the rate. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function isKept(bits: v128, rates: v128): v128 {
  const mantissa = v128.and(bits, i32x4.splat(0x7fffff));
  const uniform = f32x4.sub(v128.or(mantissa, i32x4.splat(0x3f800000)), f32x4.splat(1));
  return f32x4.ge(uniform, rates);
}
