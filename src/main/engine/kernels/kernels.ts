/** Typed wrappers of the raw TensorFlow kernels the engine uses; see tensor-runner.ts for lifetimes. */
import {
  type Attribute,
  ATTRIBUTE_BOOL,
  ATTRIBUTE_FLOAT,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
  ATTRIBUTE_TYPE,
  FLOAT,
  INT32,
  type Tensor,
} from './binding.ts';
import { attribute, DTYPE_FLOAT, NONE, TensorRunner } from './tensor-runner.ts';

const MATMUL_TRANSPOSE_A = [attribute('transpose_a', ATTRIBUTE_BOOL, true)];
const MATMUL_TRANSPOSE_B = [attribute('transpose_b', ATTRIBUTE_BOOL, true)];
const CAST_TO_FLOAT = [attribute('DstT', ATTRIBUTE_TYPE, FLOAT)];
const ARGMAX_INT32 = [attribute('output_type', ATTRIBUTE_TYPE, INT32)];
const KEEP_AXES = [attribute('keep_dims', ATTRIBUTE_BOOL, true)];
const NESTEROV = [attribute('use_nesterov', ATTRIBUTE_BOOL, true)];

const PADDINGS = { same: 'SAME', valid: 'VALID' } as const;

/** How a window walks over `[batch, height, width, channels]`; made once for a layer. */
export interface Window {
  readonly attributes: readonly Attribute[];
  /** Of oneDNN's kernels, where they can take the place of TensorFlow's. */
  readonly oneDnn?: readonly Attribute[] | undefined;
}

export function convolutionWindow(stride: number, padding: keyof typeof PADDINGS): Window {
  return {
    attributes: [
      attribute('strides', ATTRIBUTE_INT, [1, stride, stride, 1]),
      attribute('padding', ATTRIBUTE_STRING, PADDINGS[padding]),
    ],
  };
}

export function poolingWindow(
  size: number,
  stride: number,
  padding: keyof typeof PADDINGS,
): Window {
  const attributes = [
    attribute('ksize', ATTRIBUTE_INT, [1, size, size, 1]),
    ...convolutionWindow(stride, padding).attributes,
  ];
  const oneDnn = areApart(size, stride) ? [...attributes, ...ONEDNN_POOL] : undefined;
  return { attributes, oneDnn };
}

/** Windows of a pool that never share a value, for which oneDNN's kernels give the bits of Eigen's. */
const areApart = (size: number, stride: number): boolean => stride >= size;

/**
 * What tells TensorFlow to run a kernel of oneDNN's as it is, as its own rewriting of eager operations
 * does for others (tensorflow/core/common_runtime/eager/mkl_eager_op_rewrite.cc).
 */
const ONEDNN = attribute('_kernel', ATTRIBUTE_STRING, 'MklNameChangeOp');
const ONEDNN_POOL = [attribute('workspace_enabled', ATTRIBUTE_BOOL, true), ONEDNN];
const ONEDNN_RELU = [attribute('activation_mode', ATTRIBUTE_STRING, 'Relu'), ONEDNN];

/** Settings of a batch normalisation; made once for a layer. */
export interface Normalization {
  readonly training: readonly Attribute[];
  readonly inference: readonly Attribute[];
  readonly gradient: readonly Attribute[];
}

/** `momentum` is the batch's share of the running statistics, in (0, 1). */
export function normalization(epsilon: number, momentum: number): Normalization {
  const stability = attribute('epsilon', ATTRIBUTE_FLOAT, epsilon);
  const isTraining = attribute('is_training', ATTRIBUTE_BOOL, true);
  return {
    training: [
      stability,
      isTraining,
      attribute('exponential_avg_factor', ATTRIBUTE_FLOAT, momentum),
    ],
    inference: [stability, attribute('is_training', ATTRIBUTE_BOOL, false)],
    gradient: [stability, isTraining],
  };
}

export interface BatchNormParameters {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  /** Running statistics. */
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export class Kernels extends TensorRunner {
  /** Whether this build of TensorFlow has oneDNN's pools; unknown until the first is asked for. */
  #oneDnnPools: boolean | undefined;
  /** The same of its batch normalisations with a ReLU behind them. */
  #oneDnnBatchNorms: boolean | undefined;

  /** `[m, k] · [k, n]`. */
  matMul(a: Tensor, b: Tensor): Tensor {
    return this.one('MatMul', NONE, [a, b]);
  }

  /** `[k, m]ᵀ · [k, n]`. */
  matMulTransposeA(a: Tensor, b: Tensor): Tensor {
    return this.one('MatMul', MATMUL_TRANSPOSE_A, [a, b]);
  }

  /** `[m, k] · [n, k]ᵀ`. */
  matMulTransposeB(a: Tensor, b: Tensor): Tensor {
    return this.one('MatMul', MATMUL_TRANSPOSE_B, [a, b]);
  }

  /** Adds `[channels]` to the last axis. */
  biasAdd(value: Tensor, bias: Tensor): Tensor {
    return this.one('BiasAdd', NONE, [value, bias]);
  }

  /** Sums a gradient over every axis but the last: `[channels]`. */
  biasAddGrad(gradient: Tensor): Tensor {
    return this.one('BiasAddGrad', NONE, [gradient]);
  }

  relu(value: Tensor): Tensor {
    return this.one('Relu', NONE, [value]);
  }

  /** The gradient where `output` of the ReLU was positive, else 0. */
  reluGrad(gradient: Tensor, output: Tensor): Tensor {
    return this.one('ReluGrad', NONE, [gradient, output]);
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.one('AddV2', NONE, [a, b]);
  }

  subtract(a: Tensor, b: Tensor): Tensor {
    return this.one('Sub', NONE, [a, b]);
  }

  negate(value: Tensor): Tensor {
    return this.one('Neg', NONE, [value]);
  }

  multiply(a: Tensor, b: Tensor): Tensor {
    return this.one('Mul', NONE, [a, b]);
  }

  divide(a: Tensor, b: Tensor): Tensor {
    return this.one('RealDiv', NONE, [a, b]);
  }

  minimum(a: Tensor, b: Tensor): Tensor {
    return this.one('Minimum', NONE, [a, b]);
  }

  square(value: Tensor): Tensor {
    return this.one('Square', NONE, [value]);
  }

  squareRoot(value: Tensor): Tensor {
    return this.one('Sqrt', NONE, [value]);
  }

  reciprocalSquareRoot(value: Tensor): Tensor {
    return this.one('Rsqrt', NONE, [value]);
  }

  /** Half the sum of squares, a scalar. */
  halfSquaredNorm(value: Tensor): Tensor {
    return this.one('L2Loss', NONE, [value]);
  }

  /** The mean over `axes`, int32, which are gone from the result. */
  mean(value: Tensor, axes: Tensor): Tensor {
    return this.one('Mean', NONE, [value, axes]);
  }

  /** The sum over `axes`, int32, which are gone from the result. */
  sum(value: Tensor, axes: Tensor): Tensor {
    return this.one('Sum', NONE, [value, axes]);
  }

  /** The sum over `axes`, int32, which become 1. */
  sumKeepingAxes(value: Tensor, axes: Tensor): Tensor {
    return this.one('Sum', KEEP_AXES, [value, axes]);
  }

  /** Over the last axis. */
  softmax(value: Tensor): Tensor {
    return this.one('Softmax', NONE, [value]);
  }

  /** The shape of a tensor, as int32. */
  shapeOf(value: Tensor): Tensor {
    return this.one('Shape', NONE, [value]);
  }

  /** Zeros around a value: `paddings` is `[axes, 2]`, int32. */
  pad(value: Tensor, paddings: Tensor): Tensor {
    return this.one('Pad', NONE, [value, paddings]);
  }

  /** The part from `begin` on of `size`, both `[axes]`, int32; a size of -1 takes the rest. */
  slice(value: Tensor, begin: Tensor, size: Tensor): Tensor {
    return this.one('Slice', NONE, [value, begin, size]);
  }

  /**
   * 1 with probability 1 − `rate`, else 0, of the given shape (int32): the same for the same
   * `seed`, int32 `[2]`, whatever ran before.
   */
  bernoulli(shape: Tensor, seed: Tensor, rate: Tensor): Tensor {
    const uniform = this.one('StatelessRandomUniform', DTYPE_FLOAT, [shape, seed]);
    const isKept = this.one('GreaterEqual', NONE, [uniform, rate]);
    const kept = this.one('Cast', CAST_TO_FLOAT, [isKept]);
    this.deleteTemporaries([uniform, isKept]);
    return kept;
  }

  /** `[batch, height, width, in]` with kernels `[height, width, in, out]`. */
  conv2d(input: Tensor, kernel: Tensor, window: Window): Tensor {
    return this.one('Conv2D', window.attributes, [input, kernel]);
  }

  /** The gradient by the input, whose shape is `inputShape`, int32 `[4]`. */
  conv2dInputGrad(inputShape: Tensor, kernel: Tensor, gradient: Tensor, window: Window): Tensor {
    return this.one('Conv2DBackpropInput', window.attributes, [inputShape, kernel, gradient]);
  }

  /** The gradient by the kernel, whose shape is `kernelShape`, int32 `[4]`. */
  conv2dKernelGrad(input: Tensor, kernelShape: Tensor, gradient: Tensor, window: Window): Tensor {
    return this.one('Conv2DBackpropFilter', window.attributes, [input, kernelShape, gradient]);
  }

  maxPool(input: Tensor, window: Window): Tensor {
    return this.one('MaxPool', window.attributes, [input]);
  }

  /** Goes to the largest of each window, the first of equals. */
  maxPoolGrad(input: Tensor, output: Tensor, gradient: Tensor, window: Window): Tensor {
    return this.one('MaxPoolGrad', window.attributes, [input, output, gradient]);
  }

  /**
   * `maxPool` and `maxPoolGrad` of float32. oneDNN's kernels, where there are any, remember where each
   * window's largest is: the same bits, ten times as fast, because TensorFlow's own gradient looks for
   * it again. Their gradient reads the input's shape only, so neither input nor output is saved.
   *
   * @param ofInputShape any tensor of the input's shape.
   */
  maxPoolForTraining(
    input: Tensor,
    window: Window,
    ofInputShape: Tensor,
  ): {
    output: Tensor;
    savedTensors: readonly Tensor[];
    backward: (gradient: Tensor, input: Tensor) => Tensor;
  } {
    if (window.oneDnn !== undefined && this.#hasOneDnnPools()) {
      return this.#oneDnnPool(input, window.oneDnn, ofInputShape);
    }
    const output = this.maxPool(input, window);
    return {
      output,
      savedTensors: [input, output],
      backward: (gradient, read) => this.maxPoolGrad(read, output, gradient, window),
    };
  }

  #oneDnnPool(input: Tensor, attributes: readonly Attribute[], ofInputShape: Tensor) {
    const [output, places] = this.run('_MklNativeMaxPool', attributes, [input], 2) as [
      Tensor,
      Tensor,
    ];
    return {
      output,
      savedTensors: [places],
      backward: (gradient: Tensor) =>
        this.one('_MklNativeMaxPoolGrad', attributes, [ofInputShape, gradient, gradient, places]),
    };
  }

  #hasOneDnnPools(): boolean {
    this.#oneDnnPools ??= this.#gives('0,3,0,0', () => {
      const image = this.constant(Float32Array.of(1, 3, 2, 0), [1, 2, 2, 1]);
      const ofInputShape = this.constant(new Float32Array(4), [1, 2, 2, 1]);
      const window = poolingWindow(2, 2, 'valid');
      const { output, backward } = this.#oneDnnPool(image, window.oneDnn!, ofInputShape);
      return backward(output);
    });
    return this.#oneDnnPools;
  }

  /** Whether a kernel is there and works: which builds of TensorFlow have it is nowhere to be read. */
  #gives(expected: string, attempt: () => Tensor): boolean {
    return this.scope(() => {
      try {
        return this.read(attempt()).join() === expected;
      } catch {
        return false;
      }
    });
  }

  /** Takes from `values`, of the input's shape, where the largest of each window is. */
  maxPoolSelect(input: Tensor, output: Tensor, values: Tensor, window: Window): Tensor {
    return this.one('MaxPoolGradGrad', window.attributes, [input, output, values]);
  }

  averagePool(input: Tensor, window: Window): Tensor {
    return this.one('AvgPool', window.attributes, [input]);
  }

  averagePoolGrad(inputShape: Tensor, gradient: Tensor, window: Window): Tensor {
    return this.one('AvgPoolGrad', window.attributes, [inputShape, gradient]);
  }

  /**
   * Normalises by the batch's own statistics. `mean` and `variance` are the running ones after it,
   * the variance unbiased; `saved` is what the gradient needs, the batch's mean and variance first.
   */
  batchNormTraining(
    input: Tensor,
    parameters: BatchNormParameters,
    settings: Normalization,
  ): { output: Tensor; mean: Tensor; variance: Tensor; saved: readonly Tensor[] } {
    const { gamma, beta, mean, variance } = parameters;
    const [output, newMean, newVariance, ...saved] = this.run(
      'FusedBatchNormV3',
      settings.training,
      [input, gamma, beta, mean, variance],
      6,
    );
    return { output: output!, mean: newMean!, variance: newVariance!, saved };
  }

  /** Normalises by the statistics that are given; those of the batch give what training gave. */
  batchNormInference(
    input: Tensor,
    parameters: BatchNormParameters,
    settings: Normalization,
  ): Tensor {
    const { gamma, beta, mean, variance } = parameters;
    const inputs = [input, gamma, beta, mean, variance];
    return this.run('FusedBatchNormV3', settings.inference, inputs, 6)[0]!;
  }

  /**
   * As above, and a ReLU: in one pass over the memory where oneDNN has a kernel for both, with the
   * same bits. It has one for training too, whose variance is rounded otherwise for some numbers of
   * channels.
   */
  batchNormReluInference(
    input: Tensor,
    parameters: BatchNormParameters,
    settings: Normalization,
  ): Tensor {
    if (this.#hasOneDnnBatchNormRelu()) {
      return this.#oneDnnBatchNormRelu(input, parameters, settings);
    }
    const normalized = this.batchNormInference(input, parameters, settings);
    const output = this.relu(normalized);
    this.deleteTemporaries([normalized]);
    return output;
  }

  #oneDnnBatchNormRelu(
    input: Tensor,
    { gamma, beta, mean, variance }: BatchNormParameters,
    settings: Normalization,
  ): Tensor {
    const attributes = [...settings.inference, ...ONEDNN_RELU];
    const inputs = [input, gamma, beta, mean, variance];
    return this.run('_MklNativeFusedBatchNormEx', attributes, inputs, 6)[0]!;
  }

  #hasOneDnnBatchNormRelu(): boolean {
    this.#oneDnnBatchNorms ??= this.#gives('1,3,0,0', () => {
      const [zero, one] = [0, 1].map((value) => this.constant(Float32Array.of(value), [1]));
      const parameters = { gamma: one!, beta: zero!, mean: zero!, variance: one! };
      const image = this.constant(Float32Array.of(1, 3, -2, 0), [1, 2, 2, 1]);
      return this.#oneDnnBatchNormRelu(image, parameters, normalization(0, 1));
    });
    return this.#oneDnnBatchNorms;
  }

  batchNormGrad(
    gradient: Tensor,
    input: Tensor,
    gamma: Tensor,
    saved: readonly Tensor[],
    settings: Normalization,
  ): { input: Tensor; gamma: Tensor; beta: Tensor } {
    const inputs = [gradient, input, gamma, ...saved];
    const results = this.run('FusedBatchNormGradV3', settings.gradient, inputs, 5);
    return { input: results[0]!, gamma: results[1]!, beta: results[2]! };
  }

  reshape(value: Tensor, shape: Tensor): Tensor {
    return this.one('Reshape', NONE, [value, shape]);
  }

  /** Rows of the first axis, by `[batch]` indices. */
  gatherRows(values: Tensor, indices: Tensor, axisZero: Tensor): Tensor {
    return this.one('GatherV2', NONE, [values, indices, axisZero]);
  }

  /** Writes `values` over rows of the first axis, in the very memory of `target`. */
  updateRowsInPlace(target: Tensor, rows: Tensor, values: Tensor): void {
    this.one('InplaceUpdate', NONE, [target, rows, values]);
  }

  bytesToFloat(value: Tensor): Tensor {
    return this.one('Cast', CAST_TO_FLOAT, [value]);
  }

  /**
   * Cross-entropy of `[batch, classes]` logits against `[batch]` class indices: the loss of each
   * example, `[batch]`, and its gradient by the logits, `[batch, classes]`; neither is averaged.
   */
  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
    const [loss, gradient] = this.run(
      'SparseSoftmaxCrossEntropyWithLogits',
      NONE,
      [logits, labels],
      2,
    );
    return { loss: loss!, gradient: gradient! };
  }

  /** As above against probabilities, `[batch, classes]`. */
  softmaxCrossEntropyWithTargets(
    logits: Tensor,
    targets: Tensor,
  ): { loss: Tensor; gradient: Tensor } {
    const [loss, gradient] = this.run('SoftmaxCrossEntropyWithLogits', NONE, [logits, targets], 2);
    return { loss: loss!, gradient: gradient! };
  }

  /** `[batch]` booleans: whether the largest logit, the first of equals, is the label's. */
  isCorrect(logits: Tensor, labels: Tensor, axisOne: Tensor): Tensor {
    const predicted = this.one('ArgMax', ARGMAX_INT32, [logits, axisOne]);
    return this.one('Equal', NONE, [predicted, labels]);
  }

  /** w ← w − difference. */
  subtractFrom(variable: Tensor, difference: Tensor): void {
    this.run('AssignSubVariableOp', DTYPE_FLOAT, [variable, difference]);
  }

  /** w ← w − rate · gradient. */
  applyGradientDescent(variable: Tensor, rate: Tensor, gradient: Tensor): void {
    this.run('ResourceApplyGradientDescent', NONE, [variable, rate, gradient]);
  }

  /** a ← momentum · a + gradient; w ← w − rate · a, or the Nesterov form of it. */
  applyMomentum(
    variable: Tensor,
    accumulator: Tensor,
    rate: Tensor,
    gradient: Tensor,
    momentum: Tensor,
    nesterov: boolean,
  ): void {
    this.run('ResourceApplyMomentum', nesterov ? NESTEROV : NONE, [
      variable,
      accumulator,
      rate,
      gradient,
      momentum,
    ]);
  }

  /**
   * m ← m + (g − m)(1 − β1); v ← v + (g² − v)(1 − β2);
   * w ← w − rate · √(1 − β2Power) / (1 − β1Power) · m / (√v + ε).
   */
  applyAdam(
    variable: Tensor,
    slots: { readonly m: Tensor; readonly v: Tensor },
    scalars: {
      readonly beta1Power: Tensor;
      readonly beta2Power: Tensor;
      readonly rate: Tensor;
      readonly beta1: Tensor;
      readonly beta2: Tensor;
      readonly epsilon: Tensor;
    },
    gradient: Tensor,
  ): void {
    this.run('ResourceApplyAdam', NONE, [
      variable,
      slots.m,
      slots.v,
      scalars.beta1Power,
      scalars.beta2Power,
      scalars.rate,
      scalars.beta1,
      scalars.beta2,
      scalars.epsilon,
      gradient,
    ]);
  }

  /**
   * Names every attribute once. The addon keeps attribute names in one set for the whole process,
   * without a lock: adding a name while another thread reads it is a race, reading together is not.
   * So one thread calls this before any other thread of the process starts to compute or to warm up.
   */
  warmUp(): void {
    this.scope(() => {
      const matrix = this.shareMemory(new Float32Array(4), [2, 2]);
      const one = this.shareMemory(new Float32Array([1]), []);
      const axis = this.shareMemory(new Int32Array([1]), []);
      const labels = this.shareMemory(new Int32Array(2), [2]);
      const bytes = this.shareMemory(new Uint8Array(2), [2]);
      const variable = this.variable([2, 2]);
      const slot = this.variable([2, 2]);
      this.assign(variable, new Float32Array(4), [2, 2]);
      this.assign(slot, new Float32Array(4), [2, 2]);
      this.readVariable(variable);
      this.sumKeepingAxes(
        this.doubles(new Float64Array(2), [2]),
        this.constant(new Int32Array(1), [1]),
      );
      this.matMulTransposeA(matrix, matrix);
      this.matMulTransposeB(matrix, matrix);
      this.bytesToFloat(bytes);
      this.isCorrect(matrix, labels, axis);
      this.applyMomentum(variable, slot, one, matrix, one, true);
      const image = this.shareMemory(new Float32Array(1), [1, 1, 1, 1]);
      const channel = this.shareMemory(new Float32Array(1), [1]);
      const statistics = { gamma: channel, beta: channel, mean: channel, variance: channel };
      this.maxPoolForTraining(image, poolingWindow(1, 1, 'valid'), image);
      this.batchNormTraining(image, statistics, normalization(1e-5, 0.1));
      this.batchNormReluInference(image, statistics, normalization(1e-5, 0.1));
      for (const doomed of [variable, slot]) this.deleteVariable(doomed);
      for (const doomed of [matrix, one, axis, labels, bytes, image, channel]) {
        this.delete(doomed);
      }
    });
  }
}
