import type { EngineId } from '../../../shared/domain/engine.ts';
import type { Evaluation, TrainingKey } from '../../../shared/domain/training.ts';
import type { CapturedWeights } from '../../../shared/domain/training-record.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { SparsityTarget } from '../pruning/strategy.ts';
import type { CheckpointPlace } from './checkpoint-file.ts';

/** One training, as sent to a worker. What the worker can derive from the seed is not sent. */
export interface TrainingTask {
  readonly key: TrainingKey;
  readonly engine: EngineId;
  /** The mask of the key's level. At level 0 it is all ones. */
  readonly mask: Mask;
  /**
   * The weights that survivors are reset to: θk, or what the previous level trained if the search
   * keeps trained weights. Undefined: the initialisation θ0.
   */
  readonly rewindPoint: Float32Array | undefined;
  /** The final weights of the previous level's ticket. Only for branches that need them. */
  readonly trained?: Float32Array | undefined;
  /** What the next level keeps. Undefined for branches and for the last level. */
  readonly nextTarget: SparsityTarget | undefined;
  /** For the dense network: iterations whose weights other searches of a sweep rewind to. */
  readonly capturedIterations?: readonly number[] | undefined;
  /** Where it is saved while it runs. Undefined: an interrupted training begins anew. */
  readonly checkpoint?: CheckpointPlace | undefined;
}

/** The pruning of a finished ticket. */
export interface PruningTask {
  readonly key: TrainingKey;
  /** The mask that the ticket was trained under. */
  readonly mask: Mask;
  readonly trained: Float32Array;
  /** As in its `TrainingTask`. For the dense network: its own weights at iteration k. */
  readonly rewindPoint: Float32Array | undefined;
  readonly nextTarget: SparsityTarget;
}

/** Everything a finished training leaves behind. */
export interface TrainingResult {
  readonly key: TrainingKey;
  /** The mask it was trained under: the level's, or the one that its branch derived from it. */
  readonly mask: Mask;
  readonly keptCounts: readonly number[];
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** The flat parameter vector at the start, before masking. The ticket is this ⊙ mask. */
  readonly initialWeights: Float32Array;
  /** After the last iteration. Pruned weights are 0. */
  readonly finalWeights: Float32Array;
  readonly evaluations: readonly Evaluation[];
  /**
   * One entry per test example: 1 if it was classified correctly at the early stop, 0 otherwise.
   */
  readonly correctAtEarlyStop: Uint8Array;
  readonly trainingMilliseconds: number;
  readonly evaluationMilliseconds: number;
  /** The engine that trained it. */
  readonly engine: EngineId;
  /** The mask of the next level. */
  readonly nextMask: Mask | undefined;
  /** Sentences about what may spoil the search, such as a layer close to collapse. */
  readonly warnings: readonly string[];
  /** θk. Only from the dense network of a search that rewinds to k > 0. */
  readonly rewindPoint: Float32Array | undefined;
  /** The weights of all iterations to be captured, including θk. */
  readonly captured: readonly CapturedWeights[];
}
