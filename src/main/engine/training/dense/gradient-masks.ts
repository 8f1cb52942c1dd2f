/** Keeps a mask while the dense engine trains: gradients of pruned weights are zero. */
import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { alignedFloats } from '../../kernels/memory.ts';
import { OwnedTensors } from '../../kernels/owned-tensors.ts';
import type { ParameterIndex } from '../../layers/layer.ts';
import type { ParameterLayout } from '../../../../shared/domain/layout.ts';
import { productOf } from '../../layers/spec.ts';
import type { Mask } from '../../../../shared/domain/mask.ts';

/** Roughly the most weights masked at a time: one megabyte, which stays in the cache. */
const PIECE = 2 ** 18;

/**
 * The mask of a network, multiplied onto the gradients of every step. Pruned weights start at zero.
 * Their gradients are zero, so their optimizer slots stay zero, and so do the weights.
 */
export class GradientMasks {
  readonly #layout: ParameterLayout;
  /** Undefined for parameters that are not prunable. */
  readonly #masks: readonly (GradientMask | undefined)[];
  #isPruned = false;

  constructor(kernels: Kernels, layout: ParameterLayout) {
    this.#layout = layout;
    this.#masks = layout.parameters.map(({ prunable, shape }) =>
      prunable ? gradientMask(kernels, shape) : undefined,
    );
  }

  /** The mask of the layout. It must not change while it is in use. */
  set(mask: Mask): void {
    for (const [index, { maskOffset, size }] of this.#layout.parameters.entries()) {
      this.#masks[index]?.set(mask.subarray(maskOffset, maskOffset + size));
    }
    this.#isPruned = mask.includes(0);
  }

  /** The gradient where the mask is 1, else 0. Do not use the given tensor afterwards. */
  applyTo(parameter: ParameterIndex, gradient: Tensor): Tensor {
    const mask = this.#isPruned ? this.#masks[parameter] : undefined;
    return mask === undefined ? gradient : mask.applyTo(gradient);
  }

  dispose(): void {
    for (const mask of this.#masks) mask?.dispose();
  }
}

/** The mask of one parameter. */
export interface GradientMask {
  /** @param mask 1 for each weight that is kept, in the parameter's order. */
  set(mask: Mask): void;
  applyTo(gradient: Tensor): Tensor;
  dispose(): void;
}

export function gradientMask(kernels: Kernels, shape: readonly number[]): GradientMask {
  const size = productOf(shape);
  const pieces = equalPieces(size);
  return pieces === 1 ? wholeMask(kernels, shape) : maskInPieces(kernels, size, pieces);
}

/** For a small parameter: the mask is kept as floats, which is fastest. */
function wholeMask(kernels: Kernels, shape: readonly number[]): GradientMask {
  const values = alignedFloats(productOf(shape));
  const owned = new OwnedTensors(kernels);
  const tensor = owned.share(values, shape);
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
      owned.dispose();
    },
  };
}

/**
 * For a large parameter, masked in place and piece by piece. So memory holds neither a second
 * gradient nor the mask as floats.
 */
function maskInPieces(kernels: Kernels, size: number, pieces: number): GradientMask {
  const length = size / pieces;
  const owned = new OwnedTensors(kernels);
  const axisZero = owned.share(Int32Array.of(0), []);
  const asRows = owned.share(Int32Array.of(pieces, length), [2]);
  const rows = Array.from({ length: pieces }, (_, piece) => owned.share(Int32Array.of(piece), [1]));
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
          const mask = bytes.subarray(piece * length, (piece + 1) * length);
          const kept = kernels.bytesToFloat(kernels.constant(mask, [1, length]));
          kernels.updateRowsInPlace(all, row, kernels.multiply(part, kept));
        });
      }
      return gradient;
    },
    dispose: () => {
      owned.dispose();
    },
  };
}

/** The number of equal pieces, none much larger than `PIECE`. 1 if there is no such number. */
function equalPieces(size: number): number {
  const least = Math.ceil(size / PIECE);
  for (let pieces = least; pieces < 4 * least; pieces += 1) {
    if (size % pieces === 0) return pieces;
  }
  return 1;
}
