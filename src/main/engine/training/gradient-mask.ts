import type { Tensor } from '../kernels/binding.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { alignedFloats } from '../kernels/memory.ts';
import { productOf } from '../network.ts';
import type { Mask } from '../pruning/strategy.ts';

/** Weights masked at a time, about: a megabyte, which stays in the cache. */
const PIECE = 2 ** 18;

/** The mask of one parameter on its way onto gradients. */
export interface GradientMask {
  /** 1 for each weight that is kept, in the parameter's order; not to be changed while it is in use. */
  set(mask: Mask): void;
  /** The gradient where the mask is 1, else 0; the gradient itself is used up. */
  applyTo(gradient: Tensor): Tensor;
  dispose(): void;
}

export function gradientMask(kernels: Kernels, shape: readonly number[]): GradientMask {
  const size = productOf(shape);
  const pieces = equalPieces(size);
  return pieces === 1 ? wholeMask(kernels, shape) : maskInPieces(kernels, size, pieces);
}

/** Kept as floats, which is the quickest. */
function wholeMask(kernels: Kernels, shape: readonly number[]): GradientMask {
  const values = alignedFloats(productOf(shape));
  const tensor = kernels.shareMemory(values, shape);
  return {
    set: (mask) => {
      values.set(mask);
    },
    applyTo(gradient) {
      const masked = kernels.multiply(gradient, tensor);
      kernels.deleteTemporaries([gradient]);
      return masked;
    },
    dispose: () => {
      kernels.delete(tensor);
    },
  };
}

/**
 * For a gradient that memory should not have to hold twice, nor its mask as floats: masked in place,
 * piece by piece.
 */
function maskInPieces(kernels: Kernels, size: number, pieces: number): GradientMask {
  const length = size / pieces;
  const axisZero = kernels.shareMemory(Int32Array.of(0), []);
  const asRows = kernels.shareMemory(Int32Array.of(pieces, length), [2]);
  const rows = Array.from({ length: pieces }, (_, piece) =>
    kernels.shareMemory(Int32Array.of(piece), [1]),
  );
  let bytes: Mask = new Uint8Array();
  return {
    set: (mask) => {
      bytes = mask;
    },
    applyTo(gradient) {
      for (const [piece, row] of rows.entries()) {
        kernels.scope(() => {
          const all = kernels.reshape(gradient, asRows);
          const part = kernels.gatherRows(all, row, axisZero);
          const kept = kernels.constant(bytes.subarray(piece * length, (piece + 1) * length), [
            1,
            length,
          ]);
          kernels.updateRowsInPlace(all, row, kernels.multiply(part, kernels.bytesToFloat(kept)));
        });
      }
      return gradient;
    },
    dispose: () => {
      for (const tensor of [axisZero, asRows, ...rows]) kernels.delete(tensor);
    },
  };
}

/** In how many pieces of the same size, none of much more than `PIECE`, so many weights can be cut. */
function equalPieces(size: number): number {
  const least = Math.ceil(size / PIECE);
  for (let pieces = least; pieces < 4 * least; pieces += 1) {
    if (size % pieces === 0) return pieces;
  }
  return 1;
}
