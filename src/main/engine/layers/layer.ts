import type { Tensor } from '../kernels/binding.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { ExampleShape, LayerSpec, ParameterKind } from '../network.ts';

/** Index of a parameter in the network's layout. */
export type ParameterIndex = number;

/** One batch on its way through the network, and what the layers leave behind on it. */
export interface Pass {
  /** False in evaluation: running statistics are used, nothing is dropped. */
  readonly isTraining: boolean;
  /** What is random in a training step follows from these two. */
  readonly seed: number;
  readonly step: number;
  value(parameter: ParameterIndex): Tensor;
  /**
   * Once for each parameter, and after the last use of its value, which may change with it. The
   * gradient is the pass's from then on.
   */
  setGradient(parameter: ParameterIndex, gradient: Tensor): void;
  /** A new value for a parameter that is no optimizer's, in place from the next step on. */
  setStatistic(parameter: ParameterIndex, value: Tensor): void;
}

export interface Forward {
  readonly output: Tensor;
  /** What the way back reads of the layer's input, output and what it has made in between. */
  readonly keeps: readonly Tensor[];
  /** The output again, bit by bit, where that is cheaper than to keep it until the way back. */
  recompute?(input: Tensor): Tensor;
  /**
   * Takes the gradient by the output, sets those of the layer's parameters on the pass and gives
   * the gradient by the input: undefined if the layer was built without `needsInputGradient`.
   * Input and output are those of the way there or made again, and there only if `keeps` has them.
   */
  backward(gradient: Tensor, input: Tensor, output: Tensor): Tensor | undefined;
}

/** A layer at work on TensorFlow's kernels. */
export type DenseEngineLayer = (input: Tensor, pass: Pass) => Forward;

/** What a layer is built from; it is built once and used every step. */
export interface LayerContext {
  readonly kernels: Kernels;
  /** Of one example. */
  readonly inputShape: ExampleShape;
  /** Examples of a training step, the only kind of pass that goes backward. */
  readonly batchSize: number;
  /** False where nothing in front of the layer has parameters. */
  readonly needsInputGradient: boolean;
  /** Whether a ReLU follows that the layer is to do itself; only a batch normalisation is asked to. */
  readonly isReluBehind: boolean;
  /** @throws Error if the layer has no such parameter. */
  parameter(kind: ParameterKind): ParameterIndex;
  /** A tensor that lives as long as the network; see `Kernels.shareMemory`. */
  constant(values: Float32Array | Int32Array, shape: readonly number[]): Tensor;
  /** Layers in sequence with this layer's input, for layers made of layers. */
  sequence(layers: readonly LayerSpec[]): DenseEngineLayer;
}

export type LayerFactory<Spec extends LayerSpec> = (
  layer: Spec,
  context: LayerContext,
) => DenseEngineLayer;

/** int32 `[4]`: the shape of a batch of images, which gradients by the input ask for. */
export function batchShape(context: LayerContext): Tensor {
  const shape = [context.batchSize, ...context.inputShape];
  return context.constant(Int32Array.from(shape), [shape.length]);
}
