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
 * many hidden units, all its products are zero and its survivors are skipped.
 *
 * A pass is compiled once for every `width`, the vectors in use of a row; as `width` is a constant in
 * each, what lies beyond it is left out.
 */
import { ROW, TILE_VECTORS, vectorsInTile } from './layout';
import { multiplyAdd, sumOf, sumsOfFour } from './simd';

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

/** y += weight · x, a vector of each. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addProduct(y: usize, weight: v128, x: v128): void {
  v128.store(y, multiplyAdd(weight, x, v128.load(y)));
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
    const any = v128.or(
      v128.or(v128.or(x0, x1), v128.or(x2, x3)),
      v128.or(v128.or(x4, x5), v128.or(x6, x7)),
    );
    if (v128.any_true(any)) {
      for (; k < end; k += 4) {
        const row = y + <usize>load<u32>(columns + k);
        const weight = v128.load32_splat(weights + k);
        addProduct(row, weight, x0);
        if (width > 1) addProduct(row + 16, weight, x1);
        if (width > 2) addProduct(row + 32, weight, x2);
        if (width > 3) addProduct(row + 48, weight, x3);
        if (width > 4) addProduct(row + 64, weight, x4);
        if (width > 5) addProduct(row + 80, weight, x5);
        if (width > 6) addProduct(row + 96, weight, x6);
        if (width > 7) addProduct(row + 112, weight, x7);
      }
    }
    k = end;
  }
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

/** Products of a row in registers with a row in memory, the vectors added up. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function product(
  width: i32,
  g: usize,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  x5: v128,
  x6: v128,
  x7: v128,
): v128 {
  let sum = f32x4.mul(x0, v128.load(g));
  if (width > 1) sum = multiplyAdd(x1, v128.load(g, 16), sum);
  if (width > 2) sum = multiplyAdd(x2, v128.load(g, 32), sum);
  if (width > 3) sum = multiplyAdd(x3, v128.load(g, 48), sum);
  if (width > 4) sum = multiplyAdd(x4, v128.load(g, 64), sum);
  if (width > 5) sum = multiplyAdd(x5, v128.load(g, 80), sum);
  if (width > 6) sum = multiplyAdd(x6, v128.load(g, 96), sum);
  if (width > 7) sum = multiplyAdd(x7, v128.load(g, 112), sum);
  return sum;
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
    const any = v128.or(
      v128.or(v128.or(x0, x1), v128.or(x2, x3)),
      v128.or(v128.or(x4, x5), v128.or(x6, x7)),
    );
    if (v128.any_true(any)) {
      for (; k + 12 < end; k += 16) {
        const a = product(width, g + <usize>load<u32>(columns + k), x0, x1, x2, x3, x4, x5, x6, x7);
        const b = product(width, g + <usize>load<u32>(columns + k, 4), x0, x1, x2, x3, x4, x5, x6, x7);
        const c = product(width, g + <usize>load<u32>(columns + k, 8), x0, x1, x2, x3, x4, x5, x6, x7);
        const d = product(width, g + <usize>load<u32>(columns + k, 12), x0, x1, x2, x3, x4, x5, x6, x7);
        const sums = sumsOfFour(a, b, c, d);
        v128.store(gradients + k, f32x4.add(v128.load(gradients + k), sums));
      }
      for (; k < end; k += 4) {
        const a = product(width, g + <usize>load<u32>(columns + k), x0, x1, x2, x3, x4, x5, x6, x7);
        store<f32>(gradients + k, load<f32>(gradients + k) + sumOf(a));
      }
    }
    k = end;
  }
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
    for (const end = <usize>load<u32>(rows, 4); k < end; k += 4) {
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
