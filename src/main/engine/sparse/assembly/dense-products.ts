/**
 * The products of one tile of activations with the surviving weights of a dense layer. Survivors are
 * stored input by input, which is the order of the dense tensor, so one index serves all products.
 *
 * An input's row of activations is loaded into registers and multiplied by all its survivors. A row
 * that is zero for every example of the tile is skipped with its survivors. Two in five pixels of
 * handwritten digits are such rows, and many hidden units. In rows of many survivors, quarters that
 * are zero are skipped too; half the quarters of handwritten digits are. Only zeros are left out of a
 * sum, so the bits are those of the full sum.
 *
 * A row has eight vectors, and a quarter is a pair of them. The loops over survivors are compiled once
 * for every number of vectors in use and every choice of quarters, which pairs.ts expresses as types.
 * Each product is a class without fields; the compiler resolves the methods of `changetype<Product>(0)`.
 */
import { LiveRows, Pointer, SparseMatrix } from './descriptors';
import { scaledBytes } from './examples';
import { ROW, TILE } from './layout';
import { hasFirst, hasSecond, None, Two } from './pairs';
import { multiplyAdd, sumOf, sumsOfFour } from './simd';

/** Bytes of a row's survivors. With as many or more, looking for quarters that are zero pays. */
const MANY: usize = 20 * 4;

/** y = x W, added to what `y` holds. */
@unmanaged
export class Forward {
  multiply<A, B, C, D>(matrix: SparseMatrix, weights: Pointer, x: Pointer, y: Pointer): void {
    multiplyRows<Forward, A, B, C, D>(matrix, weights, x, y);
  }

  /** y[output] += weight · x, for the survivors of one input. */
  @inline
  multiplyRow<A, B, C, D>(
    k: usize, end: usize, columns: Pointer, weights: Pointer, y: Pointer,
    x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
  ): void {
    for (; k + 4 < end; k += 8) {
      addProducts<A, B, C, D>(k, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      addProducts<A, B, C, D>(k + 4, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
    }
    if (k < end) addProducts<A, B, C, D>(k, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addProducts<A, B, C, D>(
  k: usize, columns: Pointer, weights: Pointer, y: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  const row = y + <usize>load<u32>(columns + k);
  const weight = v128.load32_splat(weights + k);
  if (hasFirst<A>()) v128.store(row, multiplyAdd(weight, x0, v128.load(row)));
  if (hasSecond<A>()) v128.store(row, multiplyAdd(weight, x1, v128.load(row, 16)), 16);
  if (hasFirst<B>()) v128.store(row, multiplyAdd(weight, x2, v128.load(row, 32)), 32);
  if (hasSecond<B>()) v128.store(row, multiplyAdd(weight, x3, v128.load(row, 48)), 48);
  if (hasFirst<C>()) v128.store(row, multiplyAdd(weight, x4, v128.load(row, 64)), 64);
  if (hasSecond<C>()) v128.store(row, multiplyAdd(weight, x5, v128.load(row, 80)), 80);
  if (hasFirst<D>()) v128.store(row, multiplyAdd(weight, x6, v128.load(row, 96)), 96);
  if (hasSecond<D>()) v128.store(row, multiplyAdd(weight, x7, v128.load(row, 112)), 112);
}

/** ∂W = xᵀ g, added to what `gradients` holds. */
@unmanaged
export class WeightGradient {
  multiply<A, B, C, D>(matrix: SparseMatrix, gradients: Pointer, x: Pointer, g: Pointer): void {
    multiplyRows<WeightGradient, A, B, C, D>(matrix, gradients, x, g);
  }

  /** ∂weight += Σ x · g[output], for the survivors of one input. */
  @inline
  multiplyRow<A, B, C, D>(
    k: usize, end: usize, columns: Pointer, gradients: Pointer, g: Pointer,
    x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
  ): void {
    for (; k + 12 < end; k += 16) {
      const a = g + <usize>load<u32>(columns + k);
      const b = g + <usize>load<u32>(columns + k, 4);
      const c = g + <usize>load<u32>(columns + k, 8);
      const d = g + <usize>load<u32>(columns + k, 12);
      const aSum = foldedProducts<A, B, C, D>(a, x0, x1, x2, x3, x4, x5, x6, x7);
      const bSum = foldedProducts<A, B, C, D>(b, x0, x1, x2, x3, x4, x5, x6, x7);
      const cSum = foldedProducts<A, B, C, D>(c, x0, x1, x2, x3, x4, x5, x6, x7);
      const dSum = foldedProducts<A, B, C, D>(d, x0, x1, x2, x3, x4, x5, x6, x7);
      const sums = sumsOfFour(aSum, bSum, cSum, dSum);
      v128.store(gradients + k, f32x4.add(v128.load(gradients + k), sums));
    }
    for (; k < end; k += 4) {
      const row = g + <usize>load<u32>(columns + k);
      const sum = foldedProducts<A, B, C, D>(row, x0, x1, x2, x3, x4, x5, x6, x7);
      store<f32>(gradients + k, load<f32>(gradients + k) + sumOf(sum));
    }
  }
}

/**
 * The products of a row's vectors with those at `g`, folded in half until one vector is left: 0+4, 1+5,
 * 2+6, 3+7, then halves of that, and again. Registers of any width can add in this order. What takes no
 * part is not added to anything.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function foldedProducts<A, B, C, D>(
  g: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): v128 {
  // Vectors 0, 4, 2 and 6, then 1, 5, 3 and 7.
  let even = f32x4.splat(0);
  if (hasFirst<A>()) even = f32x4.mul(x0, v128.load(g));
  if (hasFirst<C>()) {
    even = hasFirst<A>()
      ? multiplyAdd(x4, v128.load(g, 64), even)
      : f32x4.mul(x4, v128.load(g, 64));
  }
  if (hasFirst<B>() || hasFirst<D>()) {
    let other = f32x4.splat(0);
    if (hasFirst<B>()) other = f32x4.mul(x2, v128.load(g, 32));
    if (hasFirst<D>()) {
      other = hasFirst<B>()
        ? multiplyAdd(x6, v128.load(g, 96), other)
        : f32x4.mul(x6, v128.load(g, 96));
    }
    even = hasFirst<A>() || hasFirst<C>() ? f32x4.add(even, other) : other;
  }
  const hasOdd = hasSecond<A>() || hasSecond<B>() || hasSecond<C>() || hasSecond<D>();
  if (!hasOdd) return even;
  let odd = f32x4.splat(0);
  if (hasSecond<A>()) odd = f32x4.mul(x1, v128.load(g, 16));
  if (hasSecond<C>()) {
    odd = hasSecond<A>()
      ? multiplyAdd(x5, v128.load(g, 80), odd)
      : f32x4.mul(x5, v128.load(g, 80));
  }
  if (hasSecond<B>() || hasSecond<D>()) {
    let other = f32x4.splat(0);
    if (hasSecond<B>()) other = f32x4.mul(x3, v128.load(g, 48));
    if (hasSecond<D>()) {
      other = hasSecond<B>()
        ? multiplyAdd(x7, v128.load(g, 112), other)
        : f32x4.mul(x7, v128.load(g, 112));
    }
    odd = hasSecond<A>() || hasSecond<C>() ? f32x4.add(odd, other) : other;
  }
  return f32x4.add(even, odd);
}

/** Holds the row of each input in registers and multiplies it for all survivors of the input. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyRows<Product, A, B, C, D>(
  matrix: SparseMatrix,
  parameters: Pointer,
  x: Pointer,
  outputs: Pointer,
): void {
  const zero = f32x4.splat(0);
  const columns = matrix.columns;
  let rows = matrix.rows;
  let k = <usize>load<u32>(rows);
  for (const last = rows + (<usize>matrix.inputs << 2); rows < last; rows += 4, x += ROW) {
    const end = <usize>load<u32>(rows, 4);
    const x0 = v128.load(x);
    const x1 = hasSecond<A>() ? v128.load(x, 16) : zero;
    const x2 = hasFirst<B>() ? v128.load(x, 32) : zero;
    const x3 = hasSecond<B>() ? v128.load(x, 48) : zero;
    const x4 = hasFirst<C>() ? v128.load(x, 64) : zero;
    const x5 = hasSecond<C>() ? v128.load(x, 80) : zero;
    const x6 = hasFirst<D>() ? v128.load(x, 96) : zero;
    const x7 = hasSecond<D>() ? v128.load(x, 112) : zero;
    if (hasFirst<D>() && end - k >= MANY) {
      const live = liveQuarters(x0, x1, x2, x3, x4, x5, x6, x7);
      multiplyLive<Product, A, B, C, D>(
        live, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
    } else if (isLive(x0, x1, x2, x3, x4, x5, x6, x7)) {
      changetype<Product>(0).multiplyRow<A, B, C, D>(
        k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
    }
    k = end;
  }
}

/** y = x W for the rows of a tile that are not zero, added to what `y` holds. */
export function multiplyBytes(
  matrix: SparseMatrix,
  weights: Pointer,
  x: LiveRows,
  y: Pointer,
): void {
  const columns = matrix.columns;
  let bytes = x.bytes;
  let feature = x.features;
  for (const last = feature + (<usize>x.count << 2); feature < last; feature += 4, bytes += TILE) {
    const row = matrix.rows + (<usize>load<u32>(feature) << 2);
    const k = <usize>load<u32>(row);
    const end = <usize>load<u32>(row, 4);
    if (k === end) continue;
    const first = v128.load(bytes);
    const second = v128.load(bytes, 16);
    const a = i16x8.extend_low_i8x16_u(first);
    const b = i16x8.extend_high_i8x16_u(first);
    const c = i16x8.extend_low_i8x16_u(second);
    const d = i16x8.extend_high_i8x16_u(second);
    const x0 = scaledBytes(i32x4.extend_low_i16x8_u(a));
    const x1 = scaledBytes(i32x4.extend_high_i16x8_u(a));
    const x2 = scaledBytes(i32x4.extend_low_i16x8_u(b));
    const x3 = scaledBytes(i32x4.extend_high_i16x8_u(b));
    const x4 = scaledBytes(i32x4.extend_low_i16x8_u(c));
    const x5 = scaledBytes(i32x4.extend_high_i16x8_u(c));
    const x6 = scaledBytes(i32x4.extend_low_i16x8_u(d));
    const x7 = scaledBytes(i32x4.extend_high_i16x8_u(d));
    if (end - k >= MANY) {
      const live = liveQuarters(x0, x1, x2, x3, x4, x5, x6, x7);
      multiplyLive<Forward, Two, Two, Two, Two>(
        live, k, end, columns, weights, y,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
    } else {
      changetype<Forward>(0).multiplyRow<Two, Two, Two, Two>(
        k, end, columns, weights, y,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
    }
  }
}

/** Whether any number of a row is not zero. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function isLive(
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): bool {
  const low = v128.or(v128.or(x0, x1), v128.or(x2, x3));
  const high = v128.or(v128.or(x4, x5), v128.or(x6, x7));
  return v128.any_true(v128.or(low, high));
}

/** Bit k: whether any number of a row's quarter k is not zero. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function liveQuarters(
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): i32 {
  // Narrowed, a quarter is four bytes; saturation makes zero of nothing but zero.
  const low = i16x8.narrow_i32x4_s(v128.or(x0, x1), v128.or(x2, x3));
  const high = i16x8.narrow_i32x4_s(v128.or(x4, x5), v128.or(x6, x7));
  return i32x4.bitmask(i32x4.ne(i8x16.narrow_i16x8_s(low, high), i32x4.splat(0)));
}

/** Leaves out quarters that are zero, bits of `live`: the lower two here, then the upper two. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyLive<Product, A, B, C, D>(
  live: i32, k: usize, end: usize, columns: Pointer, parameters: Pointer, outputs: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  switch (live & 0b11) {
    case 0b00:
      multiplyLiveUpper<Product, None, None, C, D>(
        live, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    case 0b01:
      multiplyLiveUpper<Product, A, None, C, D>(
        live, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    case 0b10:
      multiplyLiveUpper<Product, None, B, C, D>(
        live, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    default:
      multiplyLiveUpper<Product, A, B, C, D>(
        live, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyLiveUpper<Product, A, B, C, D>(
  live: i32, k: usize, end: usize, columns: Pointer, parameters: Pointer, outputs: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  const product = changetype<Product>(0);
  switch (live >> 2) {
    case 0b00:
      if (hasFirst<A>() || hasFirst<B>()) {
        product.multiplyRow<A, B, None, None>(
          k, end, columns, parameters, outputs,
          x0, x1, x2, x3, x4, x5, x6, x7,
        );
      }
      break;
    case 0b01:
      product.multiplyRow<A, B, C, None>(
        k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    case 0b10:
      product.multiplyRow<A, B, None, D>(
        k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    default:
      product.multiplyRow<A, B, C, D>(
        k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
  }
}

/** ∂x = g Wᵀ; each row of ∂x is summed in registers. */
@unmanaged
export class InputGradient {
  multiply<A, B, C, D>(matrix: SparseMatrix, weights: Pointer, dx: Pointer, g: Pointer): void {
    const columns = matrix.columns;
    let rows = matrix.rows;
    let k = <usize>load<u32>(rows);
    for (const last = rows + (<usize>matrix.inputs << 2); rows < last; rows += 4, dx += ROW) {
      let a0 = f32x4.splat(0);
      let a1 = a0;
      let a2 = a0;
      let a3 = a0;
      let a4 = a0;
      let a5 = a0;
      let a6 = a0;
      let a7 = a0;
      const end = <usize>load<u32>(rows, 4);
      for (; k + 4 < end; k += 8) {
        const row0 = g + <usize>load<u32>(columns + k);
        const weight0 = v128.load32_splat(weights + k);
        const row1 = g + <usize>load<u32>(columns + k, 4);
        const weight1 = v128.load32_splat(weights + k, 4);
        a0 = multiplyAdd(weight0, v128.load(row0), a0);
        if (hasSecond<A>()) a1 = multiplyAdd(weight0, v128.load(row0, 16), a1);
        if (hasFirst<B>()) a2 = multiplyAdd(weight0, v128.load(row0, 32), a2);
        if (hasSecond<B>()) a3 = multiplyAdd(weight0, v128.load(row0, 48), a3);
        if (hasFirst<C>()) a4 = multiplyAdd(weight0, v128.load(row0, 64), a4);
        if (hasSecond<C>()) a5 = multiplyAdd(weight0, v128.load(row0, 80), a5);
        if (hasFirst<D>()) a6 = multiplyAdd(weight0, v128.load(row0, 96), a6);
        if (hasSecond<D>()) a7 = multiplyAdd(weight0, v128.load(row0, 112), a7);
        a0 = multiplyAdd(weight1, v128.load(row1), a0);
        if (hasSecond<A>()) a1 = multiplyAdd(weight1, v128.load(row1, 16), a1);
        if (hasFirst<B>()) a2 = multiplyAdd(weight1, v128.load(row1, 32), a2);
        if (hasSecond<B>()) a3 = multiplyAdd(weight1, v128.load(row1, 48), a3);
        if (hasFirst<C>()) a4 = multiplyAdd(weight1, v128.load(row1, 64), a4);
        if (hasSecond<C>()) a5 = multiplyAdd(weight1, v128.load(row1, 80), a5);
        if (hasFirst<D>()) a6 = multiplyAdd(weight1, v128.load(row1, 96), a6);
        if (hasSecond<D>()) a7 = multiplyAdd(weight1, v128.load(row1, 112), a7);
      }
      if (k < end) {
        const row = g + <usize>load<u32>(columns + k);
        const weight = v128.load32_splat(weights + k);
        a0 = multiplyAdd(weight, v128.load(row), a0);
        if (hasSecond<A>()) a1 = multiplyAdd(weight, v128.load(row, 16), a1);
        if (hasFirst<B>()) a2 = multiplyAdd(weight, v128.load(row, 32), a2);
        if (hasSecond<B>()) a3 = multiplyAdd(weight, v128.load(row, 48), a3);
        if (hasFirst<C>()) a4 = multiplyAdd(weight, v128.load(row, 64), a4);
        if (hasSecond<C>()) a5 = multiplyAdd(weight, v128.load(row, 80), a5);
        if (hasFirst<D>()) a6 = multiplyAdd(weight, v128.load(row, 96), a6);
        if (hasSecond<D>()) a7 = multiplyAdd(weight, v128.load(row, 112), a7);
      }
      k = end;
      v128.store(dx, a0);
      if (hasSecond<A>()) v128.store(dx, a1, 16);
      if (hasFirst<B>()) v128.store(dx, a2, 32);
      if (hasSecond<B>()) v128.store(dx, a3, 48);
      if (hasFirst<C>()) v128.store(dx, a4, 64);
      if (hasSecond<C>()) v128.store(dx, a5, 80);
      if (hasFirst<D>()) v128.store(dx, a6, 96);
      if (hasSecond<D>()) v128.store(dx, a7, 112);
    }
  }
}
