import type { EngineId } from '../../../shared/domain/engine.ts';
import type { Evaluation, TrainingKey } from '../../../shared/domain/training.ts';
import type { CapturedWeights } from '../../../shared/domain/training-record.ts';
import type { SparsityTarget, Mask } from '../pruning/strategy.ts';

/** One training, as it is sent to a worker. What follows from the seed is not sent. */
export interface TrainingTask {
  readonly key: TrainingKey;
  readonly engine: EngineId;
  /** The mask of the key's level: all ones at level 0. */
  readonly mask: Mask;
  /**
   * What survivors are reset to, needed from level 1 on unless that is the initialisation: θk, or
   * what the level before has trained where the search keeps that.
   */
  readonly rewindPoint: Float32Array | undefined;
  /** What the ticket of the level before ended with, of branches that need it. */
  readonly trained?: Float32Array | undefined;
  /** What the next level keeps; undefined for controls and for the last level. */
  readonly nextTarget: SparsityTarget | undefined;
  /** Of the dense network: the iterations whose weights searches beside this one return to. */
  readonly capturedIterations?: readonly number[] | undefined;
}

/** The mask that a finished ticket leaves, from what it ended with. */
export interface PruningTask {
  readonly key: TrainingKey;
  /** The mask it was trained under. */
  readonly mask: Mask;
  readonly trained: Float32Array;
  /** θk, as in its `TrainingTask`; of the dense network, what it left at iteration k. */
  readonly rewindPoint: Float32Array | undefined;
  readonly nextTarget: SparsityTarget;
}

/** Everything a finished training leaves behind. */
export interface TrainingResult {
  readonly key: TrainingKey;
  /** The mask it was trained under: the level's, unless the branch changes it. */
  readonly mask: Mask;
  readonly keptCounts: readonly number[];
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** The flat parameter vector it started from, before masking: its ticket is this ⊙ mask. */
  readonly initialWeights: Float32Array;
  /** After the last iteration; pruned weights are 0. */
  readonly finalWeights: Float32Array;
  readonly evaluations: readonly Evaluation[];
  readonly trainingMilliseconds: number;
  readonly evaluationMilliseconds: number;
  /** The engine that trained it. */
  readonly engine: EngineId;
  /** The mask of the next level. */
  readonly nextMask: Mask | undefined;
  /** Sentences about what may spoil the search, such as a layer about to collapse. */
  readonly warnings: readonly string[];
  /** θk, taken on the way by the dense network of a search that rewinds to k > 0. */
  readonly rewindPoint: Float32Array | undefined;
  /** The weights of every iteration that was to be captured, θk included. */
  readonly captured: readonly CapturedWeights[];
}
