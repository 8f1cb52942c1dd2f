/** How a layer runs on the sparse engine's kernels. */
import type { ParameterKind } from '../../../../shared/domain/layout.ts';
import type { ExampleShape, LayerSpec } from '../../layers/spec.ts';
import { type Activation, type Margin, NO_MARGIN } from '../activation.ts';
import type { Arena } from '../arena.ts';
import type { LiveRows } from '../kernel-bindings.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import type { Segment } from '../packed-parameters.ts';

/** Examples on their way through the network together. */
export interface SparsePass {
  readonly examples: number;
  /** Vectors that the examples fill, the last one possibly in part. */
  readonly vectors: Vectors;
  /** False in evaluation: running statistics are used, nothing is dropped. */
  readonly isTraining: boolean;
  /** Index, in the batch, of the first example; a multiple of a tile. */
  readonly firstExample: number;
  /** Everything random in a training step follows from these two. */
  readonly seed: number;
  readonly step: number;
}

/** A layer that is built and ready to run. */
export interface SparseLayer {
  readonly output: Activation;
  /** Reserves the memory that depends on the mask, once the parameters are in place. */
  reserve?(): void;
  /** Writes what depends on the mask. */
  index?(): void;
  /** From the input's values to the output's. */
  forward(pass: SparsePass): void;
  /** From the bytes of a tile of examples to the output's values, as `forward` from their numbers. */
  forwardBytes?(rows: LiveRows): void;
  /**
   * From the gradient by the output to those by the parameters, which it adds to, and to the one by
   * the input where that is needed.
   */
  backward(pass: SparsePass): void;
  /** Updates the running statistics by those of the last batch, at the end of its step. */
  track?(): void;
  /** True if the backward pass reads the output's values, which must not change until then. */
  readonly readsOutput?: boolean;
}

/** What a layer is built from. It is built once and runs in every step. */
export interface SparseLayerContext {
  readonly kernels: SparseKernels;
  readonly arena: Arena;
  readonly input: Activation;
  readonly outputShape: ExampleShape;
  /** How far the windows of the layers behind reach over the edges of this layer's output. */
  readonly margin: Margin;
  /** The most vectors that a pass has. */
  readonly maximumVectors: Vectors;
  /** False where no layer in front of this one has parameters. */
  readonly needsInputGradient: boolean;
  /** False where another layer reads the same input, so that this one must not change it. */
  readonly ownsInput: boolean;
  /**
   * True if a pass is a whole batch. Then memory counts: activations have no margins, and those that
   * can be recomputed are not kept.
   */
  readonly isWholeBatch: boolean;
  /** Whether the layer has to apply the ReLU behind it as well; only kinds that offer it are asked. */
  readonly isReluFused: boolean;
  /** True if the layers behind can read the output by `recompute`. */
  readonly isOutputRecomputed: boolean;
  /** True if the layer behind can recompute the gradients by the output on demand. */
  readonly areGradientsRecomputed: boolean;
  /** @throws Error if the layer has no such parameter. */
  segment(kind: ParameterKind): Segment;
  /**
   * Builds a sequence of layers that reads this layer's input, for layers made of layers.
   *
   * @param isOutputRecomputed true if what reads the last output can do so by `recompute`.
   */
  sequence(
    layers: readonly LayerSpec[],
    input: Activation,
    isOutputRecomputed?: boolean,
  ): SparseSequence;
  /** Gives back the memory of the activation's gradient: layers that are built later may take it. */
  discard(activation: Activation): void;
}

/** Layers one behind the other. */
export interface SparseSequence {
  /** The input, if there are none. */
  readonly output: Activation;
  readonly layers: readonly SparseLayer[];
  /** Activations between the layers, to be discarded once everything around them is built. */
  readonly inner: readonly Activation[];
}

export type SparseLayerFactory<Spec extends LayerSpec> = (
  layer: Spec,
  context: SparseLayerContext,
) => SparseLayer;

/** A kind of layer in the sparse engine. */
export interface SparseEngineTraits<Spec extends LayerSpec> {
  build(layer: Spec, context: SparseLayerContext): SparseLayer;
  /** True if the layer can apply a ReLU behind it in the same kernel. */
  fusesRelu(isWholeBatch: boolean): boolean;
  /** True if the layer can read an input that is recomputed group by group instead of kept. */
  readsByGroup(layer: Spec, traitsOf: SparseTraitsOf): boolean;
  /** True if the layer recomputes its output for a layer that reads by group. */
  readonly recomputesOutput: boolean;
  /** True if the layer recomputes the gradients by its input for a layer that reads by group. */
  readonly recomputesInputGradient: boolean;
  /** How far windows reach over the edges of the layer's input, its own or those of layers behind. */
  inputMargin(
    layer: Spec,
    input: ExampleShape,
    output: ExampleShape,
    context: MarginContext,
  ): Margin;
}

export type SparseTraitsOf = (layer: LayerSpec) => SparseEngineTraits<LayerSpec>;

export interface MarginContext {
  /** The margin of the layer's output, over which the windows of the layers behind reach. */
  marginBehind(): Margin;
  /** The margin of the input of a sequence of layers, for layers made of layers. */
  marginOf(layers: readonly LayerSpec[], input: ExampleShape): Margin;
}

/** The traits of a layer that reads and writes values that are kept, and has no windows. */
export const PLAIN_SPARSE_LAYER: Omit<SparseEngineTraits<LayerSpec>, 'build'> = {
  fusesRelu: () => false,
  readsByGroup: () => false,
  recomputesOutput: false,
  recomputesInputGradient: false,
  inputMargin: () => NO_MARGIN,
};
