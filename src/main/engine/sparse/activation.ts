import type { Arena } from './arena.ts';
import type { Pointer, Vectors } from './kernels.ts';
import { ROW, tilesOf } from './layout.ts';

/** `[tile][feature][32 examples]`: what dense layers take and give. */
export interface FlatActivation {
  readonly kind: 'flat';
  readonly features: number;
  readonly values: Pointer;
  /** The gradient of the loss by the values, laid out like them. */
  readonly gradients: Pointer;
}

export type Activation = FlatActivation;

export function reserveFlat(
  arena: Arena,
  features: number,
  maximumVectors: Vectors,
  needsGradient = true,
): FlatActivation {
  const bytes = tilesOf(maximumVectors) * features * ROW;
  return {
    kind: 'flat',
    features,
    values: arena.reserve(bytes),
    gradients: needsGradient ? arena.reserve(bytes) : 0,
  };
}

/** Bytes of the tiles that a pass is over. */
export function bytesOf(activation: Activation, vectors: Vectors): number {
  return tilesOf(vectors) * activation.features * ROW;
}
