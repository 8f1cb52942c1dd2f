/** Analyses: how a question about a search is cut into units, and how a unit is answered. */
import type { z } from 'zod';
import type { AnalysisResult, AnalysisUnit, StoredArray } from '../../../shared/domain/analysis.ts';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import { inIterations, type InIterations } from '../../../shared/domain/duration.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import type { NetworkSpec, ParameterLayout } from '../network.ts';
import type { SparsityTarget, Mask, PruningContext, PruningStrategy } from '../pruning/strategy.ts';
import type { Score } from '../training/trainer.ts';

/** What is known of a search before its first step; enough to plan its analyses. */
export interface AnalysisSubject {
  readonly settings: Settings;
  readonly layout: ParameterLayout;
  /** What levels 1, 2, … keep. */
  readonly targets: readonly SparsityTarget[];
}

/** A training that an analysis runs for itself. */
export interface Retraining {
  /** The training of the search that it repeats, or differs from in its data order only. */
  readonly key: TrainingKey;
  readonly engine: EngineId;
  /** Whole; weights whose mask is 0 are ignored. */
  readonly weights: Float32Array;
  readonly mask: Mask;
  readonly from: number;
  readonly to: number;
  /** Names another sample of SGD's noise; undefined repeats the search's own, bit for bit. */
  readonly noise?: string | undefined;
  /** Called after every step with the iterations done, counted from initialisation. */
  onIteration?(iteration: number, parameters: () => Float32Array): void;
}

/** A network under a mask, as measured. */
export interface Measurement {
  readonly train: Score;
  readonly test: Score;
}

/** What a unit works with: what it asked for, and the search's own way of training. */
export interface AnalysisContext extends AnalysisSubject {
  readonly network: NetworkSpec;
  readonly strategy: PruningStrategy;
  /** Ascending indices into the dataset's training examples, those of validation left out. */
  readonly trainIndices: Int32Array;
  /** What trains a level. */
  engineOf(level: number): EngineId;
  /** @throws Error if the unit did not ask for it. */
  mask(array: MaskArray, key: TrainingKey): Mask;
  /** @throws Error if the unit did not ask for it. */
  weights(array: WeightArray, key: TrainingKey): Float32Array;
  /**
   * The parameters after the last step.
   *
   * @throws WorkbenchError `interrupted`; `training-diverged` if they are not numbers.
   */
  retrain(training: Retraining): Float32Array;
  /**
   * Measures parameters, on the dense engine. The running statistics of batch normalisations are
   * taken anew first: the mean over batches of `trainIndices`.
   *
   * @throws WorkbenchError `interrupted`.
   */
  measure(parameters: Float32Array, mask: Mask, trainIndices: Int32Array): Measurement;
  /** The mask that the search's strategy prunes to. */
  prune(key: TrainingKey, from: PrunedFrom, target: SparsityTarget): Mask;
  /**
   * Tells that work of so many optimizer steps is done; `retrain` and `measure` do so themselves.
   *
   * @throws WorkbenchError `interrupted` if the unit is to stop.
   */
  advance(steps: number): void;
}

export type MaskArray = Extract<StoredArray, 'mask' | 'next-mask'>;
export type WeightArray = Exclude<StoredArray, MaskArray>;
export type PrunedFrom = Pick<
  PruningContext,
  'mask' | 'trained' | 'initial' | 'rewindPoint' | 'movement'
>;

/** What measuring takes, in optimizer steps: some 60,000 examples forward only. */
export const MEASUREMENT_STEPS = 300;

/** One unit, as it is sent to a worker. What follows from the seed is not sent. */
export interface AnalysisTask {
  readonly choice: Choice;
  readonly unit: AnalysisUnit;
  /** By level. */
  readonly engines: readonly EngineId[];
  /** What the unit needs, in that order; masks are packed. */
  readonly arrays: readonly (Uint8Array | Float32Array)[];
}

export interface AnalysisDefinition extends Definition {
  /**
   * The units, each of which can be worked out by itself, in any order.
   *
   * @throws WorkbenchError `invalid-settings` for a level or rewind point that the search lacks.
   */
  plan(choice: Choice, subject: AnalysisSubject): readonly AnalysisUnit[];
  run(choice: Choice, unit: AnalysisUnit, context: AnalysisContext): AnalysisResult;
}

/** Types an analysis's functions by its own settings and what its units are told apart by. */
export function defineAnalysis<Hparams extends z.ZodObject, Place>(
  definition: Definition<Hparams> & {
    plan(
      hparams: InIterations<z.infer<Hparams>>,
      subject: AnalysisSubject,
    ): readonly AnalysisUnit<Place>[];
    run(
      hparams: InIterations<z.infer<Hparams>>,
      place: Place,
      context: AnalysisContext,
    ): AnalysisResult;
  },
): AnalysisDefinition {
  return {
    ...definition,
    plan: (choice, subject) =>
      definition.plan(inIterations(hparamsOf(definition, choice)), subject),
    // A unit comes back as the plan above has made it.
    run: (choice, unit, context) =>
      definition.run(inIterations(hparamsOf(definition, choice)), unit.place as Place, context),
  };
}
