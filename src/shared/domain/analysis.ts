/**
 * Analyses: what can be found out about a search beside its verdict. Each is made of units, the
 * smallest pieces that are worked out and kept by themselves; a unit's result is plain data. The
 * definitions, with their sources, are in docs/analyses.md.
 */
import type { Choice } from './definition.ts';
import { sameTraining, TICKET_BRANCH, type TrainingKey } from './training.ts';

/** A ticket's mask: whose, and of which level. */
export interface MaskPlace {
  /** Counted from 0. */
  readonly replicate: number;
  readonly level: number;
}

/** A training that an analysis looks at. */
export interface TrainingPlace extends MaskPlace {
  /** Left out for the ticket. */
  readonly branch?: string;
}

/** What a training that an analysis looks at is stored under. */
export function trainingAt({
  replicate,
  level,
  branch = TICKET_BRANCH,
}: TrainingPlace): TrainingKey {
  return { replicate, level, branch };
}

/** Errors are fractions of examples, 0..1; losses mean cross-entropy in nats. */
export interface PathErrors {
  /** `[points]`: error at each α. */
  readonly error: Float64Array;
  /** `[points]`: loss at each α. */
  readonly loss: Float64Array;
  /** The largest error on the path minus the mean of its two ends (Frankle et al. 2020). */
  readonly barrier: number;
}

/** Two copies of one subnetwork, trained in different data orders, and the line between them. */
export interface InstabilityResult extends TrainingPlace {
  readonly kind: 'instability';
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** The iteration k at which the two copies part. */
  readonly rewind: number;
  /** `[points]`: position on the line, 0 at the first copy and 1 at the second. */
  readonly alphas: Float64Array;
  readonly train: PathErrors;
  readonly test: PathErrors;
  /** How many training examples `train` was measured on. */
  readonly trainExamples: number;
  /** Euclidean distance between the two copies, over all trainable parameters. */
  readonly distance: number;
}

/** How alike two masks are: the weights both keep out of those either keeps (Jaccard), 0..1. */
export interface MaskOverlap {
  readonly overlap: number;
  /** The mean overlap of random masks that keep as many weights in every tensor as these two do. */
  readonly expected: number;
  /** The same of random masks that keep as many weights in the whole network. */
  readonly expectedGlobally: number;
  /** `[tensors]`: of each prunable tensor by itself. */
  readonly tensorOverlaps: Float64Array;
  readonly tensorExpected: Float64Array;
}

export interface MaskPair extends MaskOverlap {
  readonly one: MaskPlace;
  readonly other: MaskPlace;
}

/** The masks of one level in all replicates, or of one replicate at all levels, pair by pair. */
export interface MaskOverlapResult {
  readonly kind: 'mask-overlap';
  readonly between: 'replicates' | 'levels';
  /** The names of the prunable tensors, in order. */
  readonly tensors: readonly string[];
  /** Whether the search prunes each tensor by itself, or all weights together. */
  readonly scope: 'layer' | 'global';
  readonly pairs: readonly MaskPair[];
}

/** One layer with a kernel; its units are output neurons or output channels. */
export interface LayerConnectivity {
  readonly layer: string;
  readonly weights: number;
  readonly kept: number;
  /** Kept weights on a path of kept weights from the input to a logit. */
  readonly effective: number;
  readonly units: number;
  /** Units that no such path goes through. */
  readonly deadUnits: number;
  /** Dead units that nothing of the input reaches: their output is constant. */
  readonly unreachedUnits: number;
  /** Dead units that no logit depends on. */
  readonly unreadUnits: number;
}

export interface ConnectivityResult extends TrainingPlace {
  readonly kind: 'connectivity';
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** Fraction of prunable weights that are kept and on a live path. */
  readonly effectiveDensity: number;
  /** Features of an example, and those of them that no live path starts from. */
  readonly inputs: number;
  readonly deadInputs: number;
  /** In the network's order. */
  readonly layers: readonly LayerConnectivity[];
}

/** Magnitudes of a group of weights: counts in bins of equal width, and their mean and median. */
export interface Magnitudes {
  /** `[bins]` */
  readonly counts: Uint32Array;
  readonly mean: number;
  readonly median: number;
}

/** How far a group of weights moved in training; the fields but `count` are NaN-free: 0 if empty. */
export interface GroupMovement {
  readonly count: number;
  readonly initial: Magnitudes;
  readonly final: Magnitudes;
  /** Mean of |final − initial|. */
  readonly meanMovement: number;
  /** Fraction whose sign changed. */
  readonly signChanges: number;
  /** `[bins]`: mean |final| of the weights whose |initial| is in the bin; 0 for an empty bin. */
  readonly finalByInitial: Float64Array;
}

export interface TensorMovement {
  /** `layer.kernel`; `all` for every prunable weight together. */
  readonly name: string;
  /** Bins go from 0 to this magnitude. */
  readonly largest: number;
  /** Weights that the next level keeps; at the last level, and of branches, all that are kept. */
  readonly survivors: GroupMovement;
  /** Weights that this level trained and the next one prunes. */
  readonly pruned: GroupMovement;
}

export interface WeightMovementResult extends TrainingPlace {
  readonly kind: 'weight-movement';
  /** Fraction of prunable weights kept at this level. */
  readonly density: number;
  /** All weights first, then each prunable tensor. */
  readonly tensors: readonly TensorMovement[];
}

/** The masks that pruning the dense network at different iterations would give, at one density. */
export interface EarlyBirdMasks {
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** `[masks, masks]`, row-major: fraction of prunable weights that two masks disagree on. */
  readonly distances: Float64Array;
  /** The mean distance of random masks that keep as many weights in every tensor. */
  readonly expected: number;
  /** The first iteration whose mask has settled (You et al. 2020); undefined if none has. */
  readonly earlyBird: number | undefined;
}

export interface EarlyBirdResult {
  readonly kind: 'early-bird';
  readonly replicate: number;
  /** `[masks]`: the iterations at which masks were taken. */
  readonly iterations: Uint32Array;
  readonly levels: readonly EarlyBirdMasks[];
}

/** What one unit of an analysis comes to; `kind` is the analysis's id. */
export type AnalysisResult =
  | InstabilityResult
  | MaskOverlapResult
  | ConnectivityResult
  | WeightMovementResult
  | EarlyBirdResult;

export type AnalysisKind = AnalysisResult['kind'];

export type ResultOf<Kind extends AnalysisKind> = Extract<AnalysisResult, { readonly kind: Kind }>;

/** An array that a finished training has left, as the store keeps it. */
export const STORED_ARRAYS = [
  'mask',
  'next-mask',
  'initial-weights',
  'final-weights',
  'rewind-point',
] as const;
export type StoredArray = (typeof STORED_ARRAYS)[number];

/** What a unit needs to be given; what is random follows from the seed. */
export interface ArrayNeed {
  readonly array: StoredArray;
  readonly key: TrainingKey;
}

export function sameNeed(one: ArrayNeed, other: ArrayNeed): boolean {
  return one.array === other.array && sameTraining(one.key, other.key);
}

/** The smallest piece of an analysis: worked out on one worker, and kept when it is done. */
export interface AnalysisUnit<Place = unknown> {
  /** Unlike that of any other unit of the analysis: `replicate 1, level 3`. */
  readonly name: string;
  /** What the analysis itself tells its units apart by; plain data. */
  readonly place: Place;
  readonly needs: readonly ArrayNeed[];
  /** How long it takes, in optimizer steps. */
  readonly steps: number;
}

/** Where an analysis of a search stands. */
export const ANALYSIS_STATES = ['waiting', 'running', 'stopped', 'finished'] as const;
export type AnalysisState = (typeof ANALYSIS_STATES)[number];

/** An analysis that was asked for, and how far it is. */
export interface AnalysisRecord {
  /** Within its search. */
  readonly id: number;
  /** The registry id with its settings: `{ id: 'instability', levels: [0, 3] }`. */
  readonly choice: Choice;
  readonly unitsDone: number;
  readonly unitsTotal: number;
  /** Whether it goes on when the search is run next. */
  readonly isWanted: boolean;
  /** Unix time, milliseconds. */
  readonly requestedAt: number;
  /** When the last unit was finished; undefined while one is missing. */
  readonly finishedAt: number | undefined;
  /** Spent on its units, over all workers. */
  readonly milliseconds: number;
}

/** A finished unit as it is kept. */
export interface AnalysisUnitRecord {
  readonly unit: string;
  readonly result: AnalysisResult;
  readonly milliseconds: number;
}
