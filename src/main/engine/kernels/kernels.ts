/** Typed wrappers of the raw TensorFlow kernels the engine uses; see tensor-runner.ts for lifetimes. */
import { ATTRIBUTE_BOOL, ATTRIBUTE_TYPE, FLOAT, INT32, type Tensor } from './binding.ts';
import {
  type Normalization,
  normalization,
  poolingWindow,
  type Window,
} from './layer-attributes.ts';
import { type BatchNormParameters, OneDnnKernels } from './one-dnn.ts';
import { attribute, DTYPE_FLOAT, NONE } from './tensor-runner.ts';
import { VariableKernels } from './variable-kernels.ts';

const MATMUL_TRANSPOSE_A = [attribute('transpose_a', ATTRIBUTE_BOOL, true)];
const MATMUL_TRANSPOSE_B = [attribute('transpose_b', ATTRIBUTE_BOOL, true)];
const CAST_TO_FLOAT = [attribute('DstT', ATTRIBUTE_TYPE, FLOAT)];
const ARGMAX_INT32 = [attribute('output_type', ATTRIBUTE_TYPE, INT32)];
const KEEP_AXES = [attribute('keep_dims', ATTRIBUTE_BOOL, true)];

export {
  convolutionWindow,
  normalization,
  poolingWindow,
  type Window,
} from './layer-attributes.ts';
export type { BatchNormParameters } from './one-dnn.ts';

export class Kernels extends VariableKernels {
  readonly #oneDnn = new OneDnnKernels(this, (name, attributes, inputs, outputs) =>
    this.run(name, attributes, inputs, outputs),
  );

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

  /** The mean over `axes` (int32), which the result drops. */
  mean(value: Tensor, axes: Tensor): Tensor {
    return this.one('Mean', NONE, [value, axes]);
  }

  /** The sum over `axes` (int32), which the result drops. */
  sum(value: Tensor, axes: Tensor): Tensor {
    return this.one('Sum', NONE, [value, axes]);
  }

  /** The sum over `axes` (int32), which keep length 1 in the result. */
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

  /** `size` values from `begin` on, both `[axes]`, int32. A size of -1 takes all the rest. */
  slice(value: Tensor, begin: Tensor, size: Tensor): Tensor {
    return this.one('Slice', NONE, [value, begin, size]);
  }

  /**
   * 1 with probability 1 − `rate`, else 0, of the given shape (int32). The values depend on `seed`,
   * int32 `[2]`, alone.
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

  /** The gradient with respect to the input, whose shape is `inputShape`, int32 `[4]`. */
  conv2dInputGrad(inputShape: Tensor, kernel: Tensor, gradient: Tensor, window: Window): Tensor {
    return this.one('Conv2DBackpropInput', window.attributes, [inputShape, kernel, gradient]);
  }

  /** The gradient with respect to the kernel, whose shape is `kernelShape`, int32 `[4]`. */
  conv2dKernelGrad(input: Tensor, kernelShape: Tensor, gradient: Tensor, window: Window): Tensor {
    return this.one('Conv2DBackpropFilter', window.attributes, [input, kernelShape, gradient]);
  }

  maxPool(input: Tensor, window: Window): Tensor {
    return this.one('MaxPool', window.attributes, [input]);
  }

  /**
   * The gradient goes to the largest value of each window: to the first one if several are equal.
   */
  maxPoolGrad(input: Tensor, output: Tensor, gradient: Tensor, window: Window): Tensor {
    return this.one('MaxPoolGrad', window.attributes, [input, output, gradient]);
  }

  /**
   * `maxPool` and `maxPoolGrad` of float32, with the same bits. Where oneDNN has kernels for the
   * window, they are ten times as fast: oneDNN saves where each window's largest value is, while
   * TensorFlow's own gradient searches for it again.
   *
   * `savedTensors` are the tensors that the backward pass reads. oneDNN reads neither input nor
   * output. It only needs `ofInputShape`, any tensor of the input's shape.
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
    const { oneDnn: attributes } = window;
    if (attributes !== undefined && this.#oneDnn.hasMaxPool) {
      const { output, workspace } = this.#oneDnn.maxPool(input, attributes);
      return {
        output,
        savedTensors: [workspace],
        backward: (gradient) =>
          this.#oneDnn.maxPoolGrad(ofInputShape, gradient, workspace, attributes),
      };
    }
    const output = this.maxPool(input, window);
    return {
      output,
      savedTensors: [input, output],
      backward: (gradient, read) => this.maxPoolGrad(read, output, gradient, window),
    };
  }

  /**
   * Selects from `values`, of the input's shape, the value where each window's largest input is.
   */
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
   * Normalises by the batch's own statistics. `mean` and `variance` are the new running statistics,
   * with the unbiased variance. `saved` holds what the gradient needs, starting with the batch's
   * mean and variance.
   */
  batchNormTraining(
    input: Tensor,
    parameters: BatchNormParameters,
    settings: Normalization,
  ): {
    output: Tensor;
    mean: Tensor;
    variance: Tensor;
    saved: readonly [mean: Tensor, variance: Tensor, reserved: Tensor];
  } {
    const { gamma, beta, mean, variance } = parameters;
    const inputs = [input, gamma, beta, mean, variance];
    const [output, newMean, newVariance, ...saved] = this.run(
      'FusedBatchNormV3',
      settings.training,
      inputs,
      6,
    );
    return { output, mean: newMean, variance: newVariance, saved };
  }

  /**
   * Normalises by the given statistics. With those of a batch, the result equals
   * `batchNormTraining` on that batch.
   */
  batchNormInference(
    input: Tensor,
    parameters: BatchNormParameters,
    settings: Normalization,
  ): Tensor {
    const { gamma, beta, mean, variance } = parameters;
    const inputs = [input, gamma, beta, mean, variance];
    return this.run('FusedBatchNormV3', settings.inference, inputs, 6)[0];
  }

  /**
   * `batchNormInference` followed by a ReLU, with the same bits. Where oneDNN has a kernel for
   * both, it makes one pass over memory. oneDNN's kernel for training is not used, because it
   * rounds the variance differently for some numbers of channels.
   */
  batchNormReluInference(
    input: Tensor,
    parameters: BatchNormParameters,
    settings: Normalization,
  ): Tensor {
    if (this.#oneDnn.hasBatchNormRelu) {
      return this.#oneDnn.batchNormRelu(input, parameters, settings.oneDnnReluInference);
    }
    const normalized = this.batchNormInference(input, parameters, settings);
    const output = this.relu(normalized);
    this.deleteTemporaries([normalized]);
    return output;
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
    return { input: results[0], gamma: results[1], beta: results[2] };
  }

  reshape(value: Tensor, shape: Tensor): Tensor {
    return this.one('Reshape', NONE, [value, shape]);
  }

  /** Rows of the first axis, by `[batch]` indices. */
  gatherRows(values: Tensor, indices: Tensor, axisZero: Tensor): Tensor {
    return this.one('GatherV2', NONE, [values, indices, axisZero]);
  }

  /** Overwrites rows of `target`'s first axis with `values`, in place. */
  updateRowsInPlace(target: Tensor, rows: Tensor, values: Tensor): void {
    this.one('InplaceUpdate', NONE, [target, rows, values]);
  }

  bytesToFloat(value: Tensor): Tensor {
    return this.one('Cast', CAST_TO_FLOAT, [value]);
  }

  /**
   * Cross-entropy of `[batch, classes]` logits against `[batch]` class indices: the loss of each
   * example, `[batch]`, and its gradient with respect to the logits, `[batch, classes]`. Neither is
   * averaged.
   */
  softmaxCrossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
    const [loss, gradient] = this.run(
      'SparseSoftmaxCrossEntropyWithLogits',
      NONE,
      [logits, labels],
      2,
    );
    return { loss, gradient };
  }

  /** As above against probabilities, `[batch, classes]`. */
  softmaxCrossEntropyWithTargets(
    logits: Tensor,
    targets: Tensor,
  ): { loss: Tensor; gradient: Tensor } {
    const [loss, gradient] = this.run('SoftmaxCrossEntropyWithLogits', NONE, [logits, targets], 2);
    return { loss, gradient };
  }

  /**
   * `[batch]` booleans: whether the label has the largest logit. Among equal logits the first wins.
   */
  isCorrect(logits: Tensor, labels: Tensor, axisOne: Tensor): Tensor {
    const predicted = this.one('ArgMax', ARGMAX_INT32, [logits, axisOne]);
    return this.one('Equal', NONE, [predicted, labels]);
  }

  /**
   * Uses every attribute name once. The addon keeps attribute names in one set for the whole process,
   * without a lock. Adding a name while another thread reads the set is a race. Reading it from several
   * threads is safe. So one thread calls this before any other thread of the process runs a kernel.
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
