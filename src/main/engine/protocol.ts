/** Messages between the worker pool and its worker threads. */
import type { ErrorReport } from '../../shared/contract/errors.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { StepTimes } from '../../shared/domain/engine.ts';
import type { Evaluation, TrainingKey } from '../../shared/domain/training.ts';
import type { AnalysisResult } from '../../shared/domain/analysis.ts';
import type { AnalysisTask } from './analyses/analysis.ts';
import type { Mask } from '../../shared/domain/mask.ts';
import type { Dataset } from './datasets/dataset.ts';
import type { TargetDatasets } from './lottery/lottery-trainer.ts';
import type { PruningTask, TrainingResult, TrainingTask } from './lottery/training-task.ts';

/** What a worker is told in the middle of a training, where it reads no messages. */
export const CONTROL_RUN = 0;
/** The running training ends after its step. */
export const CONTROL_STOP = 1;
/** The running training waits after its step until the order changes. */
export const CONTROL_PAUSE = 2;

export interface WorkerSetup {
  /** One 32-bit word in shared memory: an order. */
  readonly controlWord: Int32Array<SharedArrayBuffer>;
}

export type ToWorker =
  | {
      readonly type: 'open';
      readonly searchId: string;
      readonly settings: Settings;
      /** Its examples are in shared memory: they are not copied. */
      readonly dataset: Dataset;
      readonly targetDatasets: TargetDatasets;
    }
  | { readonly type: 'train'; readonly searchId: string; readonly task: TrainingTask }
  /** The mask that a training left which is not trained again. */
  | { readonly type: 'prune'; readonly searchId: string; readonly task: PruningTask }
  | { readonly type: 'analyse'; readonly searchId: string; readonly task: AnalysisTask }
  /** How long a step takes each engine when every tensor keeps so many weights. */
  | {
      readonly type: 'measure';
      readonly searchId: string;
      readonly keptCounts: readonly number[];
    }
  | { readonly type: 'close'; readonly searchId: string };

export type FromWorker =
  | { readonly type: 'ready'; readonly tensorflow: string }
  | { readonly type: 'progress'; readonly key: TrainingKey; readonly iteration: number }
  | { readonly type: 'evaluation'; readonly key: TrainingKey; readonly evaluation: Evaluation }
  | { readonly type: 'trained'; readonly result: TrainingResult }
  | { readonly type: 'pruned'; readonly nextMask: Mask; readonly warnings: readonly string[] }
  /** How far a unit of an analysis is, 0..1. */
  | { readonly type: 'advanced'; readonly fraction: number }
  | {
      readonly type: 'analysed';
      readonly result: AnalysisResult;
      readonly milliseconds: number;
    }
  | { readonly type: 'measured'; readonly times: StepTimes }
  | { readonly type: 'failed'; readonly error: ErrorReport };
