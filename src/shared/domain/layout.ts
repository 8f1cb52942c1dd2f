/** How a network's parameters lie in one flat vector, and its prunable ones in one flat mask. */

export type ParameterKind =
  'kernel' | 'bias' | 'gamma' | 'beta' | 'running-mean' | 'running-variance';

/** One tensor of the network and its place in the flat parameter vector and the flat mask. */
export interface ParameterSpec {
  /** `layer.kernel`, `layer.bias`, `layer.gamma`…: the name in every export. */
  readonly name: string;
  readonly layer: string;
  /** One of the engine's kinds of layer: `dense`, `conv2d`… */
  readonly layerKind: string;
  readonly kind: ParameterKind;
  /** Kernels end in `[…, inputs, outputs]`: a convolution's is `[height, width, inputs, outputs]`. */
  readonly shape: readonly number[];
  readonly size: number;
  /** Index of its first value in the parameter vector. */
  readonly offset: number;
  /** Inputs of one output unit and outputs of one input unit, over the whole receptive field. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** Kernels are prunable; biases and normalisation parameters are not. */
  readonly prunable: boolean;
  /** False for running statistics: saved and reset with the weights, but not updated by an optimizer. */
  readonly trainable: boolean;
  /** Index of its first entry in the mask; -1 if not prunable. */
  readonly maskOffset: number;
  /** True for the kernel of the last layer that has one, which has its own pruning rate. */
  readonly isOutput: boolean;
}

export interface ParameterLayout {
  readonly parameters: readonly ParameterSpec[];
  /** The prunable parameters, in the same order. */
  readonly prunable: readonly ParameterSpec[];
  readonly parameterCount: number;
  readonly prunableCount: number;
}

/** The layout of consecutive parameters with these offsets. */
export function layoutFrom(parameters: readonly ParameterSpec[]): ParameterLayout {
  const prunable = parameters.filter((parameter) => parameter.prunable);
  const count = (specs: readonly ParameterSpec[]): number =>
    specs.reduce((sum, { size }) => sum + size, 0);
  return {
    parameters,
    prunable,
    parameterCount: count(parameters),
    prunableCount: count(prunable),
  };
}
