/** A finished training, as stored. */
import type { Environment } from './search.ts';
import type { TrainingOutcome } from './training.ts';

/** What is known about a finished training without its arrays. */
export interface TrainingRecord extends TrainingOutcome {
  /** Weights kept in each prunable tensor, in the layout's order. */
  readonly keptCounts: readonly number[];
  /** The engine that trained it. */
  readonly engine: string;
  /** Time spent on optimizer steps. */
  readonly trainingMilliseconds: number;
  /** Time spent on evaluations. */
  readonly evaluationMilliseconds: number;
  /** Unix time, milliseconds. */
  readonly finishedAt: number;
  /** The environment of the session that trained it; a resumed search may have continued elsewhere. */
  readonly environment: Environment;
  /** The search that trained it, if this one reused its result. */
  readonly adoptedFrom?: string | undefined;
}

/** What a training passes on to the next level. */
export interface StoredHandover {
  /** The next level's mask, packed (`packMask`); undefined for branches and the last level. */
  readonly nextMask: Uint8Array | undefined;
  /** θk as a flat parameter vector, of the dense network of a search that rewinds to k > 0. */
  readonly rewindPoint: Float32Array | undefined;
}

/** The whole network at an iteration of its training. */
export interface CapturedWeights {
  readonly iteration: number;
  readonly weights: Float32Array;
}

/** Hashes by which equal trainings are found. */
export interface TrainingIdentity {
  /** Identifies the measurements and weights of the training. */
  readonly training: string;
  /** Identifies the mask for the next level; undefined if there is none. */
  readonly pruning: string | undefined;
}

export interface StoredWeights {
  /** The mask it was trained under, packed (`packMask`). */
  readonly mask: Uint8Array;
  /**
   * The flat parameter vector it started from, *before* masking: θ0 or θk whole, so that all levels
   * of a replicate share one copy. Its ticket is this ⊙ mask.
   */
  readonly initialWeights: Float32Array;
  /** The flat parameter vector after the last iteration. */
  readonly finalWeights: Float32Array;
}

/** Everything a finished training leaves behind. */
export interface StoredTraining
  extends
    Omit<TrainingRecord, 'finishedAt' | 'environment' | 'adoptedFrom'>,
    StoredWeights,
    StoredHandover {
  /** Weights that the dense network had at some iterations, for searches that rewind to them. */
  readonly captured?: readonly CapturedWeights[] | undefined;
  /** Undefined if unknown; such a training is never reused. */
  readonly identity?: TrainingIdentity | undefined;
}
