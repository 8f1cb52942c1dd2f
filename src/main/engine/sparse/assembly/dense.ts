/**
 * Fully connected layers, `[inputs, outputs]`. Only surviving weights are stored, input by input, which
 * is the order of the dense tensor, so one `SparseMatrix` serves all three products. `weights` and
 * `gradients` are f32 `[survivors]`.
 *
 * An input's row of activations is loaded into registers and multiplied by all its survivors. A row
 * that is zero for every example of the tile is skipped with its survivors; so are two in five pixels
 * of handwritten digits, and many hidden units. In rows of many survivors, quarters that are zero are
 * skipped, too, which half of those of handwritten digits are. Nothing but zeros is left out of a sum,
 * so the bits are those of the whole sum.
 *
 * The loops over survivors are compiled once for every width, the number of vectors of a row that are
 * in use, and for every choice of quarters. In each copy `vectors`, with a bit for every vector that
 * takes part, is a constant, and the compiler leaves out the other vectors.
 */
import { Pointer, SparseMatrix } from './descriptors';
import { ROW, TILE_VECTORS, vectorsInTile } from './layout';
import { multiplyAdd, sumOf, sumsOfFour } from './simd';
import { Eight, Five, Four, One, Seven, Six, Three, Two, widthOf } from './widths';

/** Bytes of a row's survivors. With as many or more, looking for quarters that are zero pays. */
const MANY: usize = 20 * 4;

/** y = x W + b. */
export function denseForward(
  vectors: i32,
  matrix: SparseMatrix,
  weights: Pointer,
  biases: Pointer,
  x: Pointer,
  y: Pointer,
): void {
  for (let tile = 0; tile * TILE_VECTORS < vectors; tile++) {
    fillWithBiases(matrix.outputs, biases, y);
    multiplyTile(FORWARD, vectorsInTile(tile, vectors), matrix, weights, x, y);
    x += <usize>matrix.inputs * ROW;
    y += <usize>matrix.outputs * ROW;
  }
}

/** ∂W = xᵀ g at the survivors, added to what `gradients` holds. */
export function denseWeightGradient(
  vectors: i32,
  matrix: SparseMatrix,
  gradients: Pointer,
  x: Pointer,
  g: Pointer,
): void {
  for (let tile = 0; tile * TILE_VECTORS < vectors; tile++) {
    multiplyTile(WEIGHT_GRADIENT, vectorsInTile(tile, vectors), matrix, gradients, x, g);
    x += <usize>matrix.inputs * ROW;
    g += <usize>matrix.outputs * ROW;
  }
}

/** ∂x = g Wᵀ. */
export function denseInputGradient(
  vectors: i32,
  matrix: SparseMatrix,
  weights: Pointer,
  dx: Pointer,
  g: Pointer,
): void {
  for (let tile = 0; tile * TILE_VECTORS < vectors; tile++) {
    multiplyTile(INPUT_GRADIENT, vectorsInTile(tile, vectors), matrix, weights, dx, g);
    dx += <usize>matrix.inputs * ROW;
    g += <usize>matrix.outputs * ROW;
  }
}

/** ∂b: the sum of g over the examples, added to `gradients`, f32 `[outputs]`. */
export function denseBiasGradient(
  vectors: i32,
  outputs: i32,
  gradients: Pointer,
  g: Pointer,
): void {
  const pitch = <usize>outputs * ROW;
  for (let output = 0; output < outputs; output++, g += ROW, gradients += 4) {
    let sum = f32x4.splat(0);
    let row = g;
    for (let tile = 0; tile * TILE_VECTORS < vectors; tile++, row += pitch) {
      const end = row + (<usize>vectorsInTile(tile, vectors) << 4);
      for (let p = row; p < end; p += 16) sum = f32x4.add(sum, v128.load(p));
    }
    store<f32>(gradients, load<f32>(gradients) + sumOf(sum));
  }
}

function fillWithBiases(outputs: i32, biases: Pointer, y: Pointer): void {
  for (const end = biases + (<usize>outputs << 2); biases < end; biases += 4, y += ROW) {
    const bias = v128.load32_splat(biases);
    v128.store(y, bias);
    v128.store(y, bias, 16);
    v128.store(y, bias, 32);
    v128.store(y, bias, 48);
    v128.store(y, bias, 64);
    v128.store(y, bias, 80);
    v128.store(y, bias, 96);
    v128.store(y, bias, 112);
  }
}

/** The three products, as compile-time constants. */
const FORWARD: i32 = 0;
const WEIGHT_GRADIENT: i32 = 1;
const INPUT_GRADIENT: i32 = 2;

/**
 * One product of a tile.
 *
 * @param parameters weights, or for `WEIGHT_GRADIENT` the gradients by them.
 * @param inputs x or ∂x, `[inputs][32]`.
 * @param outputs y or g, `[outputs][32]`.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyTile(
  product: i32,
  width: i32,
  matrix: SparseMatrix,
  parameters: Pointer,
  inputs: Pointer,
  outputs: Pointer,
): void {
  switch (width) {
    case 1:
      multiplyWidth<One>(product, matrix, parameters, inputs, outputs);
      break;
    case 2:
      multiplyWidth<Two>(product, matrix, parameters, inputs, outputs);
      break;
    case 3:
      multiplyWidth<Three>(product, matrix, parameters, inputs, outputs);
      break;
    case 4:
      multiplyWidth<Four>(product, matrix, parameters, inputs, outputs);
      break;
    case 5:
      multiplyWidth<Five>(product, matrix, parameters, inputs, outputs);
      break;
    case 6:
      multiplyWidth<Six>(product, matrix, parameters, inputs, outputs);
      break;
    case 7:
      multiplyWidth<Seven>(product, matrix, parameters, inputs, outputs);
      break;
    default:
      multiplyWidth<Eight>(product, matrix, parameters, inputs, outputs);
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyWidth<Width>(
  product: i32,
  matrix: SparseMatrix,
  parameters: Pointer,
  inputs: Pointer,
  outputs: Pointer,
): void {
  if (product === FORWARD) forward<Width>(matrix, parameters, inputs, outputs);
  else if (product === WEIGHT_GRADIENT) weightGradient<Width>(matrix, parameters, inputs, outputs);
  else inputGradient<Width>(matrix, parameters, inputs, outputs);
}

function forward<Width>(matrix: SparseMatrix, weights: Pointer, x: Pointer, y: Pointer): void {
  multiplyRows(FORWARD, widthOf<Width>(), matrix, weights, x, y);
}

function weightGradient<Width>(
  matrix: SparseMatrix,
  gradients: Pointer,
  x: Pointer,
  g: Pointer,
): void {
  multiplyRows(WEIGHT_GRADIENT, widthOf<Width>(), matrix, gradients, x, g);
}

/** The products that hold an input's row in registers: all but `INPUT_GRADIENT`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyRows(
  product: i32,
  width: i32,
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
    const x1 = width > 1 ? v128.load(x, 16) : zero;
    const x2 = width > 2 ? v128.load(x, 32) : zero;
    const x3 = width > 3 ? v128.load(x, 48) : zero;
    const x4 = width > 4 ? v128.load(x, 64) : zero;
    const x5 = width > 5 ? v128.load(x, 80) : zero;
    const x6 = width > 6 ? v128.load(x, 96) : zero;
    const x7 = width > 7 ? v128.load(x, 112) : zero;
    if (width > 6 && end - k >= MANY) {
      const live = liveQuarters(x0, x1, x2, x3, x4, x5, x6, x7);
      multiplyQuarters(
        product, width, live, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
    } else if (isLive(x0, x1, x2, x3, x4, x5, x6, x7)) {
      const all = (1 << width) - 1;
      multiplyRow(
        product, all, k, end, columns, parameters, outputs,
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

/** Leaves out quarters that are zero: this function the lower two, the next one the upper two. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyQuarters(
  product: i32, width: i32, live: i32,
  k: usize, end: usize, columns: Pointer, parameters: Pointer, outputs: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  switch (live & 0b11) {
    case 0b00:
      multiplyUpperQuarters(
        product, width, live, 0b0000, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    case 0b01:
      multiplyUpperQuarters(
        product, width, live, 0b0011, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    case 0b10:
      multiplyUpperQuarters(
        product, width, live, 0b1100, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    default:
      multiplyUpperQuarters(
        product, width, live, 0b1111, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyUpperQuarters(
  product: i32, width: i32, live: i32, lower: i32,
  k: usize, end: usize, columns: Pointer, parameters: Pointer, outputs: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  const all = (1 << width) - 1;
  switch (live >> 2) {
    case 0b00:
      multiplyRow(
        product, lower, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    case 0b01:
      multiplyRow(
        product, lower | 0b00110000, k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    case 0b10:
      multiplyRow(
        product, lower | (all & 0b11000000), k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
      break;
    default:
      multiplyRow(
        product, lower | (all & 0b11110000), k, end, columns, parameters, outputs,
        x0, x1, x2, x3, x4, x5, x6, x7,
      );
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyRow(
  product: i32, vectors: i32,
  k: usize, end: usize, columns: Pointer, parameters: Pointer, outputs: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  if (vectors === 0) return;
  if (product === FORWARD) {
    addRow(vectors, k, end, columns, parameters, outputs, x0, x1, x2, x3, x4, x5, x6, x7);
  } else {
    addGradients(vectors, k, end, columns, parameters, outputs, x0, x1, x2, x3, x4, x5, x6, x7);
  }
}

/** y[output] += weight · x, for the survivors of one input. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addRow(
  vectors: i32,
  k: usize, end: usize, columns: Pointer, weights: Pointer, y: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  for (; k + 4 < end; k += 8) {
    addProducts(vectors, k, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
    addProducts(vectors, k + 4, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
  }
  if (k < end) addProducts(vectors, k, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addProducts(
  vectors: i32, k: usize, columns: Pointer, weights: Pointer, y: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  const row = y + <usize>load<u32>(columns + k);
  const weight = v128.load32_splat(weights + k);
  if (vectors & 0b1) v128.store(row, multiplyAdd(weight, x0, v128.load(row)));
  if (vectors & 0b10) v128.store(row, multiplyAdd(weight, x1, v128.load(row, 16)), 16);
  if (vectors & 0b100) v128.store(row, multiplyAdd(weight, x2, v128.load(row, 32)), 32);
  if (vectors & 0b1000) v128.store(row, multiplyAdd(weight, x3, v128.load(row, 48)), 48);
  if (vectors & 0b10000) v128.store(row, multiplyAdd(weight, x4, v128.load(row, 64)), 64);
  if (vectors & 0b100000) v128.store(row, multiplyAdd(weight, x5, v128.load(row, 80)), 80);
  if (vectors & 0b1000000) v128.store(row, multiplyAdd(weight, x6, v128.load(row, 96)), 96);
  if (vectors & 0b10000000) v128.store(row, multiplyAdd(weight, x7, v128.load(row, 112)), 112);
}

/** ∂weight += Σ x · g[output], for the survivors of one input. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addGradients(
  vectors: i32,
  k: usize, end: usize, columns: Pointer, gradients: Pointer, g: Pointer,
  x0: v128, x1: v128, x2: v128, x3: v128, x4: v128, x5: v128, x6: v128, x7: v128,
): void {
  // Four sums grow side by side, because a sum by itself waits for each of its additions.
  for (; k + 12 < end; k += 16) {
    const a = g + <usize>load<u32>(columns + k);
    const b = g + <usize>load<u32>(columns + k, 4);
    const c = g + <usize>load<u32>(columns + k, 8);
    const d = g + <usize>load<u32>(columns + k, 12);
    let aSum = f32x4.splat(0);
    let bSum = aSum;
    let cSum = aSum;
    let dSum = aSum;
    if (vectors & 0b1) {
      aSum = f32x4.mul(x0, v128.load(a));
      bSum = f32x4.mul(x0, v128.load(b));
      cSum = f32x4.mul(x0, v128.load(c));
      dSum = f32x4.mul(x0, v128.load(d));
    }
    if (vectors & 0b10) {
      aSum = multiplyAdd(x1, v128.load(a, 16), aSum);
      bSum = multiplyAdd(x1, v128.load(b, 16), bSum);
      cSum = multiplyAdd(x1, v128.load(c, 16), cSum);
      dSum = multiplyAdd(x1, v128.load(d, 16), dSum);
    }
    if (vectors & 0b100) {
      aSum = plusProduct(vectors & 0b11, aSum, x2, v128.load(a, 32));
      bSum = plusProduct(vectors & 0b11, bSum, x2, v128.load(b, 32));
      cSum = plusProduct(vectors & 0b11, cSum, x2, v128.load(c, 32));
      dSum = plusProduct(vectors & 0b11, dSum, x2, v128.load(d, 32));
    }
    if (vectors & 0b1000) {
      aSum = multiplyAdd(x3, v128.load(a, 48), aSum);
      bSum = multiplyAdd(x3, v128.load(b, 48), bSum);
      cSum = multiplyAdd(x3, v128.load(c, 48), cSum);
      dSum = multiplyAdd(x3, v128.load(d, 48), dSum);
    }
    if (vectors & 0b10000) {
      aSum = plusProduct(vectors & 0b1111, aSum, x4, v128.load(a, 64));
      bSum = plusProduct(vectors & 0b1111, bSum, x4, v128.load(b, 64));
      cSum = plusProduct(vectors & 0b1111, cSum, x4, v128.load(c, 64));
      dSum = plusProduct(vectors & 0b1111, dSum, x4, v128.load(d, 64));
    }
    if (vectors & 0b100000) {
      aSum = multiplyAdd(x5, v128.load(a, 80), aSum);
      bSum = multiplyAdd(x5, v128.load(b, 80), bSum);
      cSum = multiplyAdd(x5, v128.load(c, 80), cSum);
      dSum = multiplyAdd(x5, v128.load(d, 80), dSum);
    }
    if (vectors & 0b1000000) {
      aSum = plusProduct(vectors & 0b111111, aSum, x6, v128.load(a, 96));
      bSum = plusProduct(vectors & 0b111111, bSum, x6, v128.load(b, 96));
      cSum = plusProduct(vectors & 0b111111, cSum, x6, v128.load(c, 96));
      dSum = plusProduct(vectors & 0b111111, dSum, x6, v128.load(d, 96));
    }
    if (vectors & 0b10000000) {
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
    if (vectors & 0b1) sum = f32x4.mul(x0, v128.load(row));
    if (vectors & 0b10) sum = multiplyAdd(x1, v128.load(row, 16), sum);
    if (vectors & 0b100) sum = plusProduct(vectors & 0b11, sum, x2, v128.load(row, 32));
    if (vectors & 0b1000) sum = multiplyAdd(x3, v128.load(row, 48), sum);
    if (vectors & 0b10000) sum = plusProduct(vectors & 0b1111, sum, x4, v128.load(row, 64));
    if (vectors & 0b100000) sum = multiplyAdd(x5, v128.load(row, 80), sum);
    if (vectors & 0b1000000) sum = plusProduct(vectors & 0b111111, sum, x6, v128.load(row, 96));
    if (vectors & 0b10000000) sum = multiplyAdd(x7, v128.load(row, 112), sum);
    store<f32>(gradients + k, load<f32>(gradients + k) + sumOf(sum));
  }
}

/** sum + x · g; if nothing has gone into the sum, the product. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function plusProduct(summed: i32, sum: v128, x: v128, g: v128): v128 {
  return summed ? multiplyAdd(x, g, sum) : f32x4.mul(x, g);
}

/** Sums the rows of g that an input's survivors reach, in registers. */
function inputGradient<Width>(
  matrix: SparseMatrix,
  weights: Pointer,
  dx: Pointer,
  g: Pointer,
): void {
  const width = widthOf<Width>();
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
      if (width > 1) a1 = multiplyAdd(weight0, v128.load(row0, 16), a1);
      if (width > 2) a2 = multiplyAdd(weight0, v128.load(row0, 32), a2);
      if (width > 3) a3 = multiplyAdd(weight0, v128.load(row0, 48), a3);
      if (width > 4) a4 = multiplyAdd(weight0, v128.load(row0, 64), a4);
      if (width > 5) a5 = multiplyAdd(weight0, v128.load(row0, 80), a5);
      if (width > 6) a6 = multiplyAdd(weight0, v128.load(row0, 96), a6);
      if (width > 7) a7 = multiplyAdd(weight0, v128.load(row0, 112), a7);
      a0 = multiplyAdd(weight1, v128.load(row1), a0);
      if (width > 1) a1 = multiplyAdd(weight1, v128.load(row1, 16), a1);
      if (width > 2) a2 = multiplyAdd(weight1, v128.load(row1, 32), a2);
      if (width > 3) a3 = multiplyAdd(weight1, v128.load(row1, 48), a3);
      if (width > 4) a4 = multiplyAdd(weight1, v128.load(row1, 64), a4);
      if (width > 5) a5 = multiplyAdd(weight1, v128.load(row1, 80), a5);
      if (width > 6) a6 = multiplyAdd(weight1, v128.load(row1, 96), a6);
      if (width > 7) a7 = multiplyAdd(weight1, v128.load(row1, 112), a7);
    }
    if (k < end) {
      const row = g + <usize>load<u32>(columns + k);
      const weight = v128.load32_splat(weights + k);
      a0 = multiplyAdd(weight, v128.load(row), a0);
      if (width > 1) a1 = multiplyAdd(weight, v128.load(row, 16), a1);
      if (width > 2) a2 = multiplyAdd(weight, v128.load(row, 32), a2);
      if (width > 3) a3 = multiplyAdd(weight, v128.load(row, 48), a3);
      if (width > 4) a4 = multiplyAdd(weight, v128.load(row, 64), a4);
      if (width > 5) a5 = multiplyAdd(weight, v128.load(row, 80), a5);
      if (width > 6) a6 = multiplyAdd(weight, v128.load(row, 96), a6);
      if (width > 7) a7 = multiplyAdd(weight, v128.load(row, 112), a7);
    }
    k = end;
    v128.store(dx, a0);
    if (width > 1) v128.store(dx, a1, 16);
    if (width > 2) v128.store(dx, a2, 32);
    if (width > 3) v128.store(dx, a3, 48);
    if (width > 4) v128.store(dx, a4, 64);
    if (width > 5) v128.store(dx, a5, 80);
    if (width > 6) v128.store(dx, a6, 96);
    if (width > 7) v128.store(dx, a7, 112);
  }
}
