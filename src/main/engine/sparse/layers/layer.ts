import type { LayerSpec, ParameterKind } from '../../network.ts';
import type { Activation, Margin } from '../activation.ts';
import type { Arena } from '../arena.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import type { Segment } from '../packed-parameters.ts';

/** Examples on their way through the network together. */
export interface SparsePass {
  readonly examples: number;
  /** Of those examples; the last vector may be filled up. */
  readonly vectors: Vectors;
  /** False in evaluation: running statistics are used, nothing is dropped. */
  readonly isTraining: boolean;
  /** Which of its batch the first example is, a multiple of a tile. */
  readonly firstExample: number;
  /** What is random in a training step follows from these two. */
  readonly seed: number;
  readonly step: number;
}

/** A layer at work on the sparse engine's kernels. */
export interface SparseLayer {
  readonly output: Activation;
  /** Settles the addresses of what depends on the mask; the parameters are in place by then. */
  reserve?(): void;
  /** Writes what depends on the mask. */
  index?(): void;
  /** From the input's values to the output's. */
  forward(pass: SparsePass): void;
  /**
   * From the output's gradient to the parameters', which it is added to, and, where it is asked for,
   * the input's.
   */
  backward(pass: SparsePass): void;
  /** Takes the statistics of the last batch over into the running ones, at the end of its step. */
  track?(): void;
  /** True if the way back reads the output's values, which nothing may change until then. */
  readonly readsOutput?: boolean;
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
  /** False where another layer reads the same input, which therefore is not to be changed. */
  readonly ownsInput: boolean;
  /**
   * Whether a pass is a whole batch. Then memory counts: activations have no margins, and those that
   * can be made again are not kept.
   */
  readonly isWholeBatch: boolean;
  /** True if what reads the output can do with `recompute`. */
  readonly isOutputRecomputed: boolean;
  /** True if what reads the output makes the gradients by it on demand. */
  readonly areGradientsRemade: boolean;
  /** @throws Error if the layer has no such parameter. */
  segment(kind: ParameterKind): Segment;
  /**
   * Layers in sequence that read this input, for layers made of layers.
   *
   * @param isOutputRecomputed true if what reads the last output can do with `recompute`.
   */
  sequence(
    layers: readonly LayerSpec[],
    input: Activation,
    isOutputRecomputed?: boolean,
  ): SparseSequence;
  /** Tells that no layer behind this one is on its way back while this gradient is in use. */
  discard(activation: Activation): void;
}

/** Layers one behind the other. */
export interface SparseSequence {
  /** The input, if there are none. */
  readonly output: Activation;
  readonly layers: readonly SparseLayer[];
  /** What lies between the layers, to be discarded once everything around them is built. */
  readonly inner: readonly Activation[];
}

export type SparseLayerFactory<Spec extends LayerSpec> = (
  layer: Spec,
  context: SparseLayerContext,
) => SparseLayer;
