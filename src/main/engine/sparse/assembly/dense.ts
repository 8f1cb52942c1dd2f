/**
 * Fully connected layers, `[inputs, outputs]`, of which only survivors are stored: input by input
 * (the order of the dense tensor), so that one index serves all three passes.
 *
 * - `rows`: u32 `[inputs + 1]`, byte offsets of each input's first survivor in what follows
 * - `columns`: u32 `[survivors]`, the byte offset of the survivor's output row in a tile
 * - `weights`, `gradients`: f32 `[survivors]`
 *
 * An input's row of activations is held in registers while its survivors are gone through. If no
 * example of the tile has it on, which is so for two pixels of handwritten digits in five and for
 * many hidden units, all its products are zero and its survivors are skipped. In rows of many
 * survivors, quarters are skipped, too: half of those of handwritten digits are zero.
 *
 * What is done is compiled once for every `width`, the vectors in use of a row, and every choice of
 * quarters. `vectors`, a bit for each vector that takes part, is a constant in each: the rest is left
 * out.
 */
import { ROW, TILE_VECTORS, vectorsInTile } from './layout';
import { multiplyAdd, sumOf, sumsOfFour } from './simd';

/** Bytes of survivors of a row from which on finding out which quarters of it are zero pays. */
const MANY: usize = 20 * 4;

/** y = x W + b. */
export function denseForward(
  vectors: i32,
  inputs: i32,
  outputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  biases: usize,
  x: usize,
  y: usize,
): void {
  for (let tile = 0; tile * TILE_VECTORS < vectors; tile++) {
    fillWithBiases(outputs, biases, y);
    switch (vectorsInTile(tile, vectors)) {
      case 1:
        forward1(inputs, rows, columns, weights, x, y);
        break;
      case 2:
        forward2(inputs, rows, columns, weights, x, y);
        break;
      case 3:
        forward3(inputs, rows, columns, weights, x, y);
        break;
      case 4:
        forward4(inputs, rows, columns, weights, x, y);
        break;
      case 5:
        forward5(inputs, rows, columns, weights, x, y);
        break;
      case 6:
        forward6(inputs, rows, columns, weights, x, y);
        break;
      case 7:
        forward7(inputs, rows, columns, weights, x, y);
        break;
      default:
        forward8(inputs, rows, columns, weights, x, y);
    }
    x += <usize>inputs * ROW;
    y += <usize>outputs * ROW;
  }
}

/** ∂W = xᵀ g at the survivors, added to what `gradients` holds. */
export function denseWeightGradient(
  vectors: i32,
  inputs: i32,
  outputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  for (let tile = 0; tile * TILE_VECTORS < vectors; tile++) {
    switch (vectorsInTile(tile, vectors)) {
      case 1:
        weightGradient1(inputs, rows, columns, gradients, x, g);
        break;
      case 2:
        weightGradient2(inputs, rows, columns, gradients, x, g);
        break;
      case 3:
        weightGradient3(inputs, rows, columns, gradients, x, g);
        break;
      case 4:
        weightGradient4(inputs, rows, columns, gradients, x, g);
        break;
      case 5:
        weightGradient5(inputs, rows, columns, gradients, x, g);
        break;
      case 6:
        weightGradient6(inputs, rows, columns, gradients, x, g);
        break;
      case 7:
        weightGradient7(inputs, rows, columns, gradients, x, g);
        break;
      default:
        weightGradient8(inputs, rows, columns, gradients, x, g);
    }
    x += <usize>inputs * ROW;
    g += <usize>outputs * ROW;
  }
}

/** ∂b: the sum of g over the examples, added to `gradients`, `[outputs]`. */
export function denseBiasGradient(vectors: i32, outputs: i32, gradients: usize, g: usize): void {
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

/** ∂x = g Wᵀ. */
export function denseInputGradient(
  vectors: i32,
  inputs: i32,
  outputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  for (let tile = 0; tile * TILE_VECTORS < vectors; tile++) {
    switch (vectorsInTile(tile, vectors)) {
      case 1:
        inputGradient1(inputs, rows, columns, weights, g, dx);
        break;
      case 2:
        inputGradient2(inputs, rows, columns, weights, g, dx);
        break;
      case 3:
        inputGradient3(inputs, rows, columns, weights, g, dx);
        break;
      case 4:
        inputGradient4(inputs, rows, columns, weights, g, dx);
        break;
      case 5:
        inputGradient5(inputs, rows, columns, weights, g, dx);
        break;
      case 6:
        inputGradient6(inputs, rows, columns, weights, g, dx);
        break;
      case 7:
        inputGradient7(inputs, rows, columns, weights, g, dx);
        break;
      default:
        inputGradient8(inputs, rows, columns, weights, g, dx);
    }
    dx += <usize>inputs * ROW;
    g += <usize>outputs * ROW;
  }
}

function fillWithBiases(outputs: i32, biases: usize, y: usize): void {
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

/** Bit k: whether any number of a row's quarter k is not zero. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function liveQuarters(
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
): i32 {
  // Narrowed, a quarter is four bytes; saturation makes zero of nothing but zero.
  const low = i16x8.narrow_i32x4_s(v128.or(x0, x1), v128.or(x2, x3));
  const high = i16x8.narrow_i32x4_s(v128.or(x4, x5), v128.or(x6, x7));
  return i32x4.bitmask(i32x4.ne(i8x16.narrow_i16x8_s(low, high), i32x4.splat(0)));
}

/** Whether any number of a row is not zero. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function isLive(
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
): bool {
  const low = v128.or(v128.or(x0, x1), v128.or(x2, x3));
  const high = v128.or(v128.or(x4, x5), v128.or(x6, x7));
  return v128.any_true(v128.or(low, high));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function forward(
  width: i32,
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  const zero = f32x4.splat(0);
  let k = <usize>load<u32>(rows);
  for (const last = rows + (<usize>inputs << 2); rows < last; rows += 4, x += ROW) {
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
      forwardQuarters(width, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
    } else if (isLive(x0, x1, x2, x3, x4, x5, x6, x7)) {
      forwardRow((1 << width) - 1, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
    }
    k = end;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function forwardQuarters(
  width: i32,
  k: usize,
  end: usize,
  columns: usize,
  weights: usize,
  y: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
): void {
  const all = (1 << width) - 1;
  switch (liveQuarters(x0, x1, x2, x3, x4, x5, x6, x7)) {
    case 0b0001:
      forwardRow(0b00000011, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0010:
      forwardRow(0b00001100, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0011:
      forwardRow(0b00001111, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0100:
      forwardRow(0b00110000, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0101:
      forwardRow(0b00110011, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0110:
      forwardRow(0b00111100, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0111:
      forwardRow(0b00111111, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1000:
      forwardRow(all & 0b11000000, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1001:
      forwardRow(all & 0b11000011, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1010:
      forwardRow(all & 0b11001100, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1011:
      forwardRow(all & 0b11001111, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1100:
      forwardRow(all & 0b11110000, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1101:
      forwardRow(all & 0b11110011, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1110:
      forwardRow(all & 0b11111100, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1111:
      forwardRow(all & 0b11111111, k, end, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function forwardRow(
  vectors: i32,
  k: usize,
  end: usize,
  columns: usize,
  weights: usize,
  y: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
): void {
  for (; k + 4 < end; k += 8) {
    addProducts(vectors, k, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
    addProducts(vectors, k + 4, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
  }
  if (k < end) addProducts(vectors, k, columns, weights, y, x0, x1, x2, x3, x4, x5, x6, x7);
}

/** y += weight · x, of one survivor. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addProducts(
  vectors: i32,
  k: usize,
  columns: usize,
  weights: usize,
  y: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
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

function forward1(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  forward(1, inputs, rows, columns, weights, x, y);
}

function forward2(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  forward(2, inputs, rows, columns, weights, x, y);
}

function forward3(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  forward(3, inputs, rows, columns, weights, x, y);
}

function forward4(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  forward(4, inputs, rows, columns, weights, x, y);
}

function forward5(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  forward(5, inputs, rows, columns, weights, x, y);
}

function forward6(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  forward(6, inputs, rows, columns, weights, x, y);
}

function forward7(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  forward(7, inputs, rows, columns, weights, x, y);
}

function forward8(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  x: usize,
  y: usize,
): void {
  forward(8, inputs, rows, columns, weights, x, y);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function weightGradient(
  width: i32,
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  const zero = f32x4.splat(0);
  let k = <usize>load<u32>(rows);
  for (const last = rows + (<usize>inputs << 2); rows < last; rows += 4, x += ROW) {
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
      gradientQuarters(width, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
    } else if (isLive(x0, x1, x2, x3, x4, x5, x6, x7)) {
      gradientRow((1 << width) - 1, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
    }
    k = end;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function gradientQuarters(
  width: i32,
  k: usize,
  end: usize,
  columns: usize,
  gradients: usize,
  g: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
): void {
  const all = (1 << width) - 1;
  switch (liveQuarters(x0, x1, x2, x3, x4, x5, x6, x7)) {
    case 0b0001:
      gradientRow(0b00000011, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0010:
      gradientRow(0b00001100, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0011:
      gradientRow(0b00001111, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0100:
      gradientRow(0b00110000, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0101:
      gradientRow(0b00110011, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0110:
      gradientRow(0b00111100, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b0111:
      gradientRow(0b00111111, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1000:
      gradientRow(all & 0b11000000, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1001:
      gradientRow(all & 0b11000011, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1010:
      gradientRow(all & 0b11001100, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1011:
      gradientRow(all & 0b11001111, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1100:
      gradientRow(all & 0b11110000, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1101:
      gradientRow(all & 0b11110011, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1110:
      gradientRow(all & 0b11111100, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
    case 0b1111:
      gradientRow(all & 0b11111111, k, end, columns, gradients, g, x0, x1, x2, x3, x4, x5, x6, x7);
      break;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function gradientRow(
  vectors: i32,
  k: usize,
  end: usize,
  columns: usize,
  gradients: usize,
  g: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
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

function weightGradient1(
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  weightGradient(1, inputs, rows, columns, gradients, x, g);
}

function weightGradient2(
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  weightGradient(2, inputs, rows, columns, gradients, x, g);
}

function weightGradient3(
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  weightGradient(3, inputs, rows, columns, gradients, x, g);
}

function weightGradient4(
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  weightGradient(4, inputs, rows, columns, gradients, x, g);
}

function weightGradient5(
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  weightGradient(5, inputs, rows, columns, gradients, x, g);
}

function weightGradient6(
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  weightGradient(6, inputs, rows, columns, gradients, x, g);
}

function weightGradient7(
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  weightGradient(7, inputs, rows, columns, gradients, x, g);
}

function weightGradient8(
  inputs: i32,
  rows: usize,
  columns: usize,
  gradients: usize,
  x: usize,
  g: usize,
): void {
  weightGradient(8, inputs, rows, columns, gradients, x, g);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function inputGradient(
  width: i32,
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  let k = <usize>load<u32>(rows);
  for (const last = rows + (<usize>inputs << 2); rows < last; rows += 4, dx += ROW) {
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

function inputGradient1(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  inputGradient(1, inputs, rows, columns, weights, g, dx);
}

function inputGradient2(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  inputGradient(2, inputs, rows, columns, weights, g, dx);
}

function inputGradient3(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  inputGradient(3, inputs, rows, columns, weights, g, dx);
}

function inputGradient4(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  inputGradient(4, inputs, rows, columns, weights, g, dx);
}

function inputGradient5(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  inputGradient(5, inputs, rows, columns, weights, g, dx);
}

function inputGradient6(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  inputGradient(6, inputs, rows, columns, weights, g, dx);
}

function inputGradient7(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  inputGradient(7, inputs, rows, columns, weights, g, dx);
}

function inputGradient8(
  inputs: i32,
  rows: usize,
  columns: usize,
  weights: usize,
  g: usize,
  dx: usize,
): void {
  inputGradient(8, inputs, rows, columns, weights, g, dx);
}
