/**
 * How a layer runs for pruning scores: on TensorFlow's kernels in float64, forward and backward,
 * with a tangent for every value. Meant for the few hundred examples from which scores are
 * computed.
 */
import type { ParameterKind } from '../../../../shared/domain/layout.ts';
import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import type { ExampleShape, LayerSpec } from '../../layers/spec.ts';
import type { Dual, DualKernels } from './dual.ts';

/** One batch passing through the network, and where the layers put their gradients. */
export interface SensitivityPass {
  readonly kernels: Kernels;
  readonly duals: DualKernels;
  /** Number of examples. */
  readonly batch: number;
  /** False: batch normalisations use the running statistics. */
  readonly usesBatchStatistics: boolean;
  parameter(layer: string, kind: ParameterKind): Dual;
  setGradient(layer: string, kind: ParameterKind, gradient: Dual): void;
  /** Sets the gradient of a dense layer's kernel, `inputᵀ · gradient`. */
  setDenseGradient(layer: string, input: Dual, gradient: Dual): void;
}

/** What a layer needs to run. */
export interface SensitivityContext extends SensitivityPass {
  readonly inputShape: ExampleShape;
  /** Runs a sequence of layers on this layer's input, for layers made of layers. */
  sequence(layers: readonly LayerSpec[]): SensitivityForward;
}

export interface SensitivityForward {
  readonly output: Dual;
  /** Tensors that `backward` reads: the layer's input, its output, or intermediate ones. */
  readonly savedTensors: readonly Tensor[];
  /**
   * Turns the gradient with respect to the output into the one with respect to the input. Also sets
   * the gradients of the parameters.
   */
  backward(gradient: Dual): Dual;
}

export function setBiasGradient(
  layer: string,
  gradient: Dual,
  { kernels, duals, setGradient }: SensitivityPass,
): void {
  const biasGradient = duals.linear(gradient, (g) => kernels.biasAddGrad(g));
  setGradient(layer, 'bias', biasGradient);
}

/** int32 `[axes]`: the shape of a batch of inputs. */
export function inputBatchShape({ kernels, batch, inputShape }: SensitivityContext): Tensor {
  return kernels.constant(Int32Array.of(batch, ...inputShape), [inputShape.length + 1]);
}
