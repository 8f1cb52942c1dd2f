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
import { Pointer, SparseMatrix } from './descriptors';
import { ROW } from './layout';
import { hasFirst, hasSecond, None } from './pairs';
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
    // Four sums grow side by side, because one alone would wait for each of its additions.
    for (; k + 12 < end; k += 16) {
      const a = g + <usize>load<u32>(columns + k);
      const b = g + <usize>load<u32>(columns + k, 4);
      const c = g + <usize>load<u32>(columns + k, 8);
      const d = g + <usize>load<u32>(columns + k, 12);
      let aSum = f32x4.splat(0);
      let bSum = aSum;
      let cSum = aSum;
      let dSum = aSum;
      if (hasFirst<A>()) {
        aSum = f32x4.mul(x0, v128.load(a));
        bSum = f32x4.mul(x0, v128.load(b));
        cSum = f32x4.mul(x0, v128.load(c));
        dSum = f32x4.mul(x0, v128.load(d));
      }
      if (hasSecond<A>()) {
        aSum = multiplyAdd(x1, v128.load(a, 16), aSum);
        bSum = multiplyAdd(x1, v128.load(b, 16), bSum);
        cSum = multiplyAdd(x1, v128.load(c, 16), cSum);
        dSum = multiplyAdd(x1, v128.load(d, 16), dSum);
      }
      if (hasFirst<B>()) {
        aSum = plusProduct<A, None, None>(aSum, x2, v128.load(a, 32));
        bSum = plusProduct<A, None, None>(bSum, x2, v128.load(b, 32));
        cSum = plusProduct<A, None, None>(cSum, x2, v128.load(c, 32));
        dSum = plusProduct<A, None, None>(dSum, x2, v128.load(d, 32));
      }
      if (hasSecond<B>()) {
        aSum = multiplyAdd(x3, v128.load(a, 48), aSum);
        bSum = multiplyAdd(x3, v128.load(b, 48), bSum);
        cSum = multiplyAdd(x3, v128.load(c, 48), cSum);
        dSum = multiplyAdd(x3, v128.load(d, 48), dSum);
      }
      if (hasFirst<C>()) {
        aSum = plusProduct<A, B, None>(aSum, x4, v128.load(a, 64));
        bSum = plusProduct<A, B, None>(bSum, x4, v128.load(b, 64));
        cSum = plusProduct<A, B, None>(cSum, x4, v128.load(c, 64));
        dSum = plusProduct<A, B, None>(dSum, x4, v128.load(d, 64));
      }
      if (hasSecond<C>()) {
        aSum = multiplyAdd(x5, v128.load(a, 80), aSum);
        bSum = multiplyAdd(x5, v128.load(b, 80), bSum);
        cSum = multiplyAdd(x5, v128.load(c, 80), cSum);
        dSum = multiplyAdd(x5, v128.load(d, 80), dSum);
      }
      if (hasFirst<D>()) {
        aSum = plusProduct<A, B, C>(aSum, x6, v128.load(a, 96));
        bSum = plusProduct<A, B, C>(bSum, x6, v128.load(b, 96));
        cSum = plusProduct<A, B, C>(cSum, x6, v128.load(c, 96));
        dSum = plusProduct<A, B, C>(dSum, x6, v128.load(d, 96));
      }
      if (hasSecond<D>()) {
        aSum = multiplyAdd(x7, v128.load(a, 112), aSum);
        bSum = multiplyAdd(x7, v128.load(b, 112), bSum);
        cSum = multiplyAdd(x7, v128.load(c, 112), cSum);
        dSum = multiplyAdd(x7, v128.load(d, 112), dSum);
      }
      const sums = sumsOfFour(aSum, bSum, cSum, dSum);
      v128.store(gradients + k, f32x4.add(v128.load(gradients + k), sums));
    }
    for (; k < end; k += 4) {
      const row = g + <usize>load<u32>(columns + k);
      let sum = f32x4.splat(0);
      if (hasFirst<A>()) sum = f32x4.mul(x0, v128.load(row));
      if (hasSecond<A>()) sum = multiplyAdd(x1, v128.load(row, 16), sum);
      if (hasFirst<B>()) sum = plusProduct<A, None, None>(sum, x2, v128.load(row, 32));
      if (hasSecond<B>()) sum = multiplyAdd(x3, v128.load(row, 48), sum);
      if (hasFirst<C>()) sum = plusProduct<A, B, None>(sum, x4, v128.load(row, 64));
      if (hasSecond<C>()) sum = multiplyAdd(x5, v128.load(row, 80), sum);
      if (hasFirst<D>()) sum = plusProduct<A, B, C>(sum, x6, v128.load(row, 96));
      if (hasSecond<D>()) sum = multiplyAdd(x7, v128.load(row, 112), sum);
      store<f32>(gradients + k, load<f32>(gradients + k) + sumOf(sum));
    }
  }
}

/** sum + x · g. If none of the pairs before takes part, the sum is still empty: the product alone. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function plusProduct<A, B, C>(sum: v128, x: v128, g: v128): v128 {
  return hasFirst<A>() || hasFirst<B>() || hasFirst<C>()
    ? multiplyAdd(x, g, sum)
    : f32x4.mul(x, g);
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
