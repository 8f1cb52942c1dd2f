/** The progress of a search that this process is running. */
import type { TrainingKey } from '../../domain/training.ts';

/** A running training and its progress. */
export interface RunningTraining {
  readonly key: TrainingKey;
  /** Which of the search's workers runs it, counted from 0. */
  readonly worker: number;
  /** Iterations done, counted from initialisation. */
  readonly iteration: number;
  /** The iteration it starts from, and the one it ends at. */
  readonly firstIteration: number;
  readonly lastIteration: number;
  /** Until this training ends; undefined until its speed is known. */
  readonly etaSeconds: number | undefined;
}

/** A running unit of an analysis. */
export interface RunningUnit {
  /** The id of an `AnalysisRecord`. */
  readonly analysis: number;
  /** The analysis's registry id: `instability`. */
  readonly kind: string;
  /** `replicate 1, level 3` */
  readonly unit: string;
  /** Which of the search's workers runs it, counted from 0. */
  readonly worker: number;
  /** 0..1 */
  readonly fraction: number;
}

/** The progress of a search that this process is running. */
export interface LiveSearch {
  /** Fraction of all iterations done, 0..1. */
  readonly fraction: number;
  readonly etaSeconds: number | undefined;
  readonly workers: number;
  readonly running: readonly RunningTraining[];
  readonly isPaused: boolean;
  /** Set once a stop has been requested. */
  readonly stopping: StopMoment | undefined;
  /**
   * Set while analyses run, after all trainings. Then `fraction` and `etaSeconds` above are those of
   * the analyses. A search that had already finished stays `finished` in its row meanwhile.
   */
  readonly analysing?:
    | {
        readonly unitsDone: number;
        readonly unitsTotal: number;
        readonly running: readonly RunningUnit[];
      }
    | undefined;
}

export const STOP_MOMENTS = ['now', 'level-end'] as const;
export type StopMoment = (typeof STOP_MOMENTS)[number];
