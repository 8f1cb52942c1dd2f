/** How a layer runs on TensorFlow's kernels: the dense engine. */
import type { ParameterKind } from '../../../shared/domain/layout.ts';
import type { Tensor } from '../kernels/binding.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { ExampleShape, LayerSpec } from './spec.ts';

/** Index of a parameter in the network's layout. */
export type ParameterIndex = number;

/** One batch passing through the network, and where the layers put what they compute for it. */
export interface Pass {
  /** False in evaluation: running statistics are used, nothing is dropped. */
  readonly isTraining: boolean;
  /** These two determine everything random in a training step. */
  readonly seed: number;
  readonly step: number;
  value(parameter: ParameterIndex): Tensor;
  /**
   * Called once per parameter, after the last use of its value, which this call may change. From
   * then on the gradient belongs to the pass.
   */
  setGradient(parameter: ParameterIndex, gradient: Tensor): void;
  /** A new value for a parameter that no optimizer updates; it takes effect in the next step. */
  setStatistic(parameter: ParameterIndex, value: Tensor): void;
}

export interface Forward {
  readonly output: Tensor;
  /** Tensors that `backward` reads: the layer's input, its output, or intermediate ones. */
  readonly savedTensors: readonly Tensor[];
  /** Recomputes the output, bit by bit, where that is cheaper than saving it. */
  recompute?(input: Tensor): Tensor;
  /**
   * Sets the gradients of the layer's parameters on the pass.
   *
   * @param gradient the gradient with respect to the output.
   * @param input from the forward pass, or recomputed; already freed unless it is a saved tensor.
   * @param output likewise.
   * @returns the gradient with respect to the input; undefined if the layer was built without
   *   `needsInputGradient`.
   */
  backward(gradient: Tensor, input: Tensor, output: Tensor): Tensor | undefined;
}

/** A layer, built and ready to run. */
export type DenseEngineLayer = (input: Tensor, pass: Pass) => Forward;

/** What a layer is built from. It is built once and runs in every step. */
export interface LayerContext {
  readonly kernels: Kernels;
  readonly inputShape: ExampleShape;
  readonly outputShape: ExampleShape;
  /** Examples of a training step, the only kind of pass that has a backward pass. */
  readonly batchSize: number;
  /** False if no earlier layer has parameters. */
  readonly needsInputGradient: boolean;
  /** Whether the layer must apply the following ReLU itself. Only kinds that offer it are asked. */
  readonly isReluFused: boolean;
  /** @throws Error if the layer has no such parameter. */
  parameter(kind: ParameterKind): ParameterIndex;
  /** A tensor that lives as long as the network; see `Kernels.shareMemory`. */
  constant(values: Float32Array | Int32Array, shape: readonly number[]): Tensor;
  /** Builds a sequence of layers that reads this layer's input, for layers made of layers. */
  sequence(layers: readonly LayerSpec[]): DenseEngineLayer;
}

/** A kind of layer in the dense engine. */
export interface DenseEngineTraits<Spec extends LayerSpec> {
  build(layer: Spec, context: LayerContext): DenseEngineLayer;
  /** True if the layer's kernel can apply the following ReLU. */
  readonly fusesRelu: boolean;
  /**
   * True if the layer and a ReLU before it may swap places: outputs and gradients are the same.
   * After the layer, the ReLU has fewer values to compute and save.
   */
  readonly swapsWithRelu: boolean;
}

/** int32 `[axes]`: the shape of a batch of inputs, which kernels of input gradients require. */
export function batchShape(context: LayerContext): Tensor {
  const shape = [context.batchSize, ...context.inputShape];
  return context.constant(Int32Array.from(shape), [shape.length]);
}
