import type { Dataset, Features } from '../datasets/dataset.ts';
import type { ParameterLayout } from '../network.ts';
import type { Normalization } from '../normalizations/normalization.ts';
import type { Moments } from '../normalizations/statistics.ts';
import type { Mask } from '../pruning/strategy.ts';

/** The examples of one training: what is learnt from, and what is measured on. */
export interface TrainingData {
  readonly dataset: Dataset;
  /** Indices into the dataset's training examples; the two never share one. */
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
  /** Indices into the dataset's test examples; without them all of them. */
  readonly testIndices?: Int32Array;
  /** Without it bytes are in [0, 1] and floats as they are. */
  readonly normalization?: Normalization;
}

export function testIndicesOf({ dataset, testIndices }: TrainingData): Int32Array {
  return testIndices ?? Int32Array.from({ length: dataset.test.count }, (_, index) => index);
}

/** What examples of a batch have become, in the order of the batch. */
export interface AugmentedExamples {
  /** `[batchSize, ...shape]`, of the same kind as the dataset's. */
  readonly features: Features;
  /** Of each of them, where examples are normalised each by itself. */
  readonly moments?: Moments;
}

/** How the loss and its gradient are changed before an optimizer sees them. */
export interface LossOptions {
  /** ε in [0, 1): the share of the target spread evenly over all classes; 0 is none. */
  readonly labelSmoothing?: number | undefined;
  /** The largest Euclidean norm of the gradient over all parameters; undefined is no limit. */
  readonly clipNorm?: number | undefined;
}

/** Mean cross-entropy in nats, and the fraction of examples classified correctly. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** What a trainer holds of every weight, as flat vectors in the layout's order. */
export interface TrainerState {
  readonly parameters: Float32Array;
  /** One vector for each slot of the optimizer, over all parameters. */
  readonly slots: readonly Float32Array[];
}

/**
 * One network under training, on one thread. An engine is an implementation of this; every engine
 * computes the same mathematics: only weights whose mask is 1 are ever anything but zero.
 */
export interface Trainer {
  readonly layout: ParameterLayout;
  /**
   * Starts a training: weights as given (those pruned must be 0), optimizer slots zero. What is
   * random in its steps, such as dropout, follows from `seed` (default 0). The mask is read while
   * training goes on: it must not change.
   */
  start(parameters: Float32Array, mask: Mask, seed?: number): void;
  /**
   * One optimizer step on these training examples, `[batchSize]`; `step` counts from 1. The
   * learning rate is the optimizer's own times `rateFactor` (default 1), which a schedule gives.
   * Where `changed` is given, the network is shown that in place of their features.
   */
  step(batch: Int32Array, step: number, rateFactor?: number, changed?: AugmentedExamples): void;
  scoreValidation(): Score;
  scoreTest(): Score;
  /** A copy; slow enough to be kept out of every step. */
  state(): TrainerState;
  dispose(): void;
}
