/**
 * Attributes of the kernels that layers call. A layer builds them once and uses them in every step.
 */
import {
  type Attribute,
  ATTRIBUTE_BOOL,
  ATTRIBUTE_FLOAT,
  ATTRIBUTE_INT,
  ATTRIBUTE_STRING,
} from './binding.ts';
import { attribute } from './tensor-runner.ts';

/**
 * Makes TensorFlow run a oneDNN kernel by its own name, as TensorFlow does when it rewrites other
 * eager operations (tensorflow/core/common_runtime/eager/mkl_eager_op_rewrite.cc).
 */
const ONEDNN = attribute('_kernel', ATTRIBUTE_STRING, 'MklNameChangeOp');
const ONEDNN_POOL = [attribute('workspace_enabled', ATTRIBUTE_BOOL, true), ONEDNN];
const ONEDNN_RELU = [attribute('activation_mode', ATTRIBUTE_STRING, 'Relu'), ONEDNN];

const PADDINGS = { same: 'SAME', valid: 'VALID' } as const;

/** How a window moves over `[batch, height, width, channels]`. */
export interface Window {
  readonly attributes: readonly Attribute[];
  /** For oneDNN's max pooling. Undefined where its bits may differ from TensorFlow's. */
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
  // If windows do not overlap, each value has at most one gradient, and the bits are equal.
  const areDisjoint = stride >= size;
  return { attributes, oneDnn: areDisjoint ? [...attributes, ...ONEDNN_POOL] : undefined };
}

/** Settings of a batch normalisation. */
export interface Normalization {
  readonly training: readonly Attribute[];
  readonly inference: readonly Attribute[];
  /** Inference and ReLU in one oneDNN kernel. */
  readonly oneDnnReluInference: readonly Attribute[];
  readonly gradient: readonly Attribute[];
}

/** `momentum` is the weight of the batch in the running statistics, in (0, 1). */
export function normalization(epsilon: number, momentum: number): Normalization {
  const stability = attribute('epsilon', ATTRIBUTE_FLOAT, epsilon);
  const isTraining = attribute('is_training', ATTRIBUTE_BOOL, true);
  const inference = [stability, attribute('is_training', ATTRIBUTE_BOOL, false)];
  return {
    training: [
      stability,
      isTraining,
      attribute('exponential_avg_factor', ATTRIBUTE_FLOAT, momentum),
    ],
    inference,
    oneDnnReluInference: [...inference, ...ONEDNN_RELU],
    gradient: [stability, isTraining],
  };
}
