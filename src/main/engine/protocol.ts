/** Messages between the task pool and its worker threads. */
import type { ErrorReport } from '../../shared/contract/errors.ts';
import type { AnalysisResult } from '../../shared/domain/analysis.ts';
import type { EngineId, EngineSpeed, StepTimes } from '../../shared/domain/engine.ts';
import type { Mask } from '../../shared/domain/mask.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { Evaluation } from '../../shared/domain/training.ts';
import type { AnalysisTask } from './analyses/analysis.ts';
import type { Dataset } from './datasets/dataset.ts';
import type { PlugInFile } from './plug-ins/load.ts';
import type { PruningTask, TrainingResult, TrainingTask } from './lottery/training-task.ts';
import type { LaidOutSets } from './sparse/laid-out-examples.ts';

/** What shared memory tells a running task, which reads no messages until it ends. */
export const CONTROL_RUN = 0;
/** The task ends after its current step, as `interrupted`. */
export const CONTROL_STOP = 1;
/** The task waits after its current step until the control word changes. */
export const CONTROL_PAUSE = 2;
export type Control = typeof CONTROL_RUN | typeof CONTROL_STOP | typeof CONTROL_PAUSE;

export interface WorkerSetup {
  /** Whether TensorFlow is installed. Without it, only tasks that do not need it succeed. */
  readonly hasTensorFlow: boolean;
  /** One 32-bit word in shared memory: a `Control`. */
  readonly controlWord: Int32Array<SharedArrayBuffer>;
}

/** What a worker needs to run tasks of a search. Examples are in shared memory, so nothing is copied. */
export interface SearchData {
  readonly settings: Settings;
  readonly dataset: Dataset;
  /** The datasets of transfers, by branch; branches on the search's own dataset have no entry. */
  readonly targetDatasets?: ReadonlyMap<string, Dataset> | undefined;
  /** Memory for copies of the examples that are evaluated, laid out for the sparse engine. */
  readonly laidOut?: LaidOutSets | undefined;
}

/** The kinds of task with their inputs and outputs. */
export interface TaskKinds {
  readonly train: { readonly input: TrainingTask; readonly output: TrainingResult };
  /** Prunes a ticket that is already trained. */
  readonly prune: { readonly input: PruningTask; readonly output: PruningResult };
  readonly analyse: { readonly input: AnalysisTask; readonly output: AnalysisOutcome };
  /** Measures the time per step on each engine. */
  readonly measure: { readonly input: StepTimesQuery; readonly output: StepTimes };
  /** Measures how fast one engine trains and evaluates. */
  readonly 'measure-speed': { readonly input: SpeedQuery; readonly output: EngineSpeed };
}

export interface PruningResult {
  readonly nextMask: Mask;
  /** Sentences about what may spoil the search, such as a layer close to collapse. */
  readonly warnings: readonly string[];
}

export interface AnalysisOutcome {
  readonly result: AnalysisResult;
  /** The time it took, without pauses. */
  readonly milliseconds: number;
}

export interface StepTimesQuery {
  /** How many weights each prunable tensor keeps. */
  readonly keptCounts: readonly number[];
}

export interface SpeedQuery extends StepTimesQuery {
  readonly engine: EngineId;
}

export type TaskKind = keyof TaskKinds;

export type Task = {
  readonly [Kind in TaskKind]: { readonly kind: Kind; readonly input: TaskKinds[Kind]['input'] };
}[TaskKind];

export type TaskResult = {
  readonly [Kind in TaskKind]: { readonly kind: Kind; readonly output: TaskKinds[Kind]['output'] };
}[TaskKind];

/** What a running task reports. */
export type TaskUpdate =
  | { readonly type: 'iteration'; readonly iteration: number }
  | { readonly type: 'evaluation'; readonly evaluation: Evaluation }
  /** A training continues from its checkpoint, which holds these evaluations. */
  | {
      readonly type: 'resumed';
      readonly iteration: number;
      readonly evaluations: readonly Evaluation[];
    }
  /** A sentence, without a full stop, about a training. */
  | { readonly type: 'warning'; readonly message: string }
  /** The finished fraction of an analysis unit, in [0, 1]. */
  | { readonly type: 'fraction'; readonly fraction: number };

/** A worker answers every request once, under its id. It takes one request at a time. */
export interface WorkerRequest {
  readonly requestId: number;
  readonly searchId: string;
  /**
   * Sent if the worker may not have the search open. A search that is already open stays unchanged.
   */
  readonly open?: SearchData;
  /** Searches whose networks are freed first. */
  readonly close: readonly string[];
  /**
   * What the task needs of plug-ins. The worker loads what it has not loaded yet; a file whose content
   * has changed meanwhile is an error of this request alone.
   */
  readonly plugIns: readonly PlugInFile[];
  readonly task: Task;
}

export type WorkerReply =
  | { readonly type: 'update'; readonly requestId: number; readonly update: TaskUpdate }
  | { readonly type: 'result'; readonly requestId: number; readonly result: TaskResult }
  | { readonly type: 'error'; readonly requestId: number; readonly error: ErrorReport };

/** What a worker reports once, before any reply. */
export type WorkerGreeting =
  | { readonly type: 'ready'; readonly tensorflow: string }
  | { readonly type: 'start-failed'; readonly error: ErrorReport };
