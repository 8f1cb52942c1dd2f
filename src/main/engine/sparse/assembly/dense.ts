/**
 * Fully connected layers, `[inputs, outputs]`; dense-products.ts has the loops over surviving weights.
 * `weights` and `gradients` are f32 `[survivors]`; `SparseMatrix` says where survivors belong.
 * Activations are flat, and a call goes through them tile by tile.
 */
import { Forward, InputGradient, multiplyBytes, WeightGradient } from './dense-products';
import { LiveRows, Pointer, SparseMatrix } from './descriptors';
import { ROW, TILE_VECTORS, vectorsInTile } from './layout';
import { None, One, Two } from './pairs';
import { sumOf } from './simd';

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
    multiplyTile<Forward>(vectorsInTile(tile, vectors), matrix, weights, x, y);
    x += <usize>matrix.inputs * ROW;
    y += <usize>matrix.outputs * ROW;
  }
}

/**
 * y = x W + b for one tile of examples, whose features are bytes that are scaled as `scaleBytes` says. The
 * sums are those of `denseForward`, which leaves out the same rows.
 */
export function denseForwardBytes(
  matrix: SparseMatrix,
  weights: Pointer,
  biases: Pointer,
  x: LiveRows,
  y: Pointer,
): void {
  fillWithBiases(matrix.outputs, biases, y);
  multiplyBytes(matrix, weights, x, y);
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
    multiplyTile<WeightGradient>(vectorsInTile(tile, vectors), matrix, gradients, x, g);
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
    multiplyTile<InputGradient>(vectorsInTile(tile, vectors), matrix, weights, dx, g);
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

/**
 * One product of a tile.
 *
 * @param parameters the weights, or the gradients by them.
 * @param inputs x or ∂x, `[inputs][32]`.
 * @param outputs y or g, `[outputs][32]`.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function multiplyTile<Product>(
  vectors: i32,
  matrix: SparseMatrix,
  parameters: Pointer,
  inputs: Pointer,
  outputs: Pointer,
): void {
  const product = changetype<Product>(0);
  switch (vectors) {
    case 1:
      product.multiply<One, None, None, None>(matrix, parameters, inputs, outputs);
      break;
    case 2:
      product.multiply<Two, None, None, None>(matrix, parameters, inputs, outputs);
      break;
    case 3:
      product.multiply<Two, One, None, None>(matrix, parameters, inputs, outputs);
      break;
    case 4:
      product.multiply<Two, Two, None, None>(matrix, parameters, inputs, outputs);
      break;
    case 5:
      product.multiply<Two, Two, One, None>(matrix, parameters, inputs, outputs);
      break;
    case 6:
      product.multiply<Two, Two, Two, None>(matrix, parameters, inputs, outputs);
      break;
    case 7:
      product.multiply<Two, Two, Two, One>(matrix, parameters, inputs, outputs);
      break;
    default:
      product.multiply<Two, Two, Two, Two>(matrix, parameters, inputs, outputs);
  }
}
