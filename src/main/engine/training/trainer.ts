import { everyIndex } from '../../../shared/indices.ts';
import type { Dataset, ExampleSet, Features } from '../datasets/dataset.ts';
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import type { Normalization } from '../normalizations/normalization.ts';
import type { Moments } from '../normalizations/statistics.ts';
import type { LaidOutSets } from '../sparse/laid-out-examples.ts';
import type { Mask } from '../../../shared/domain/mask.ts';

/** The examples of a training: those to learn from, and those to measure on. */
export interface TrainingData {
  readonly dataset: Dataset;
  /** Indices into the dataset's training examples. */
  readonly trainIndices: Int32Array;
  /** Indices into the examples of `validationSetOf`. None of these is a training example. */
  readonly validationIndices: Int32Array;
  /** Indices into the dataset's test examples. Default: all of them. */
  readonly testIndices?: Int32Array;
  /** Default: bytes are divided by 255, floats stay as they are. */
  readonly normalization?: Normalization;
  /** Memory for copies of the examples that are evaluated, laid out for the sparse engine. */
  readonly laidOut?: LaidOutSets | undefined;
}

/** The examples that validation draws from: the dataset's own validation set, or its training set. */
export function validationSetOf({ dataset }: TrainingData): ExampleSet {
  return dataset.validation ?? dataset.train;
}

export function testIndicesOf({ dataset, testIndices }: TrainingData): Int32Array {
  return testIndices ?? everyIndex(dataset.test.count);
}

/** The examples of a batch after augmentation, in the batch's order. */
export interface AugmentedExamples {
  /** `[batchSize, ...shape]`, bytes or floats as in the dataset. */
  readonly features: Features;
  /** One mean and deviation per example. Only if examples are normalised by their own. */
  readonly moments?: Moments;
}

/** Changes to the loss and its gradient before the optimizer uses them. */
export interface LossOptions {
  /** ε in [0, 1): the part of the target spread evenly over all classes. 0: none. */
  readonly labelSmoothing?: number | undefined;
  /** The largest Euclidean norm of the gradient over all parameters. Undefined: no limit. */
  readonly clipNorm?: number | undefined;
}

/** Mean cross-entropy in nats, and the fraction of examples classified correctly. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/**
 * All that a trainer carries from one step to the next. Everything else in a step follows from its
 * arguments and from those of `start`.
 */
export interface TrainerState {
  /** All parameters, running statistics included, as a flat vector in the layout's order. */
  readonly parameters: Float32Array;
  /** One such vector for each slot of the optimizer, zero for parameters that are not trained. */
  readonly slots: readonly Float32Array[];
}

/**
 * Receives the values of one tensor: of the parameter itself, or of an optimizer slot, counted from
 * 0. They are in the parameter's order and valid only during the call.
 */
export type StateVisitor = (
  parameter: ParameterSpec,
  slot: number | undefined,
  values: Float32Array,
) => void;

/**
 * One network in training, on one thread. Each engine implements this with the same mathematics. In
 * every engine, weights whose mask is 0 are always 0.
 */
export interface Trainer {
  readonly layout: ParameterLayout;
  /**
   * Starts a training from these weights, with all optimizer slots at 0. Pruned weights must be 0.
   * `seed` (default 0) determines what is random in its steps, such as dropout. Steps read the
   * mask, so it must not change until the next start.
   */
  start(parameters: Float32Array, mask: Mask, seed?: number): void;
  /**
   * One optimizer step on these training examples, `[batchSize]`. `step` counts from 1.
   *
   * @param rateFactor the schedule's factor on the optimizer's learning rate. Default: 1.
   * @param augmented the features to train on, if these are not the dataset's own.
   */
  step(batch: Int32Array, step: number, rateFactor?: number, augmented?: AugmentedExamples): void;
  scoreValidation(): Score;
  /**
   * @param correct receives, for each test example in the order of `testIndicesOf`, 1 if its largest
   *   logit, the first of equals, is its label's, and 0 otherwise.
   */
  scoreTest(correct?: Uint8Array): Score;
  /** A copy of all parameters, as a flat vector in the layout's order. */
  weights(): Float32Array;
  /**
   * Visits all parameters and optimizer slots, one tensor at a time, without a copy of all of them.
   */
  visitState(visit: StateVisitor): void;
  /** A copy of its state. */
  save(): TrainerState;
  /**
   * Takes the place of steps that were made elsewhere: the next ones give the same bits as there.
   * `start` comes first, with what it was given there.
   */
  restore(state: TrainerState): void;
  dispose(): void;
}
