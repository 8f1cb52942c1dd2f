import type { LayerSpec, ParameterKind } from '../../network.ts';
import type { Activation, Margin } from '../activation.ts';
import type { Arena } from '../arena.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import type { Segment } from '../packed-parameters.ts';

/** A layer at work on the sparse engine's kernels. */
export interface SparseLayer {
  readonly output: Activation;
  /** Settles the addresses of what depends on the mask; the parameters are in place by then. */
  reserve?(): void;
  /** Writes what depends on the mask. */
  index?(): void;
  /** From the input's values to the output's. */
  forward(vectors: Vectors): void;
  /**
   * From the output's gradient to the parameters', which it is added to, and, where it is asked for,
   * the input's.
   */
  backward(vectors: Vectors): void;
}

/** What a layer is built from; it is built once and used every step. */
export interface SparseLayerContext {
  readonly kernels: SparseKernels;
  readonly arena: Arena;
  readonly input: Activation;
  /** How far the windows of the next layer that has any reach over the edges of this one's output. */
  readonly margin: Margin;
  /** The most that a pass is over. */
  readonly maximumVectors: Vectors;
  /** False where nothing in front of the layer has parameters. */
  readonly needsInputGradient: boolean;
  /** @throws Error if the layer has no such parameter. */
  segment(kind: ParameterKind): Segment;
}

export type SparseLayerFactory<Spec extends LayerSpec> = (
  layer: Spec,
  context: SparseLayerContext,
) => SparseLayer;
