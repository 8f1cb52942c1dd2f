/** The tasks of one search in the task pool. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { EngineSpeed, StepTimes } from '../../../shared/domain/engine.ts';
import {
  describeTraining,
  type Evaluation,
  sameTraining,
} from '../../../shared/domain/training.ts';
import type { AnalysisTask } from '../../engine/analyses/analysis.ts';
import { architectures } from '../../engine/architectures/index.ts';
import type { PlugInFile } from '../../engine/plug-ins/load.ts';
import type {
  PruningTask,
  TrainingResult,
  TrainingTask,
} from '../../engine/lottery/training-task.ts';
import {
  type AnalysisOutcome,
  CONTROL_PAUSE,
  CONTROL_RUN,
  CONTROL_STOP,
  type Control,
  type PruningResult,
  type SearchData,
  type SpeedQuery,
  type Task,
} from '../../engine/protocol.ts';
import { MODULES_OF } from '../../engine/sparse/build.ts';
import { type LaidOutSets, reserveLaidOut } from '../../engine/sparse/laid-out-examples.ts';
import { chooseExamples } from '../../engine/training/training-data.ts';
import { plugInsOfTask } from '../plug-ins/used.ts';
import type { PooledSearch, TaskPool } from './task-pool.ts';

export interface TrainingObserver {
  onIteration?(iteration: number): void;
  onEvaluation?(evaluation: Evaluation): void;
  /** The training continues from its checkpoint, which holds these evaluations. */
  onResumed?(iteration: number, evaluations: readonly Evaluation[]): void;
  onWarning?(message: string): void;
  /** The worker thread ended for this reason, and the training restarts on another one. */
  onRetry?(reason: string): void;
}

export interface AnalysisObserver {
  /** The finished fraction of the unit, in [0, 1]. */
  onFraction?(fraction: number): void;
}

/** The tasks of one search. The pool may be shared; stop and pause affect only this search. */
export class SearchTasks implements PooledSearch {
  readonly id: string;
  readonly data: SearchData;
  readonly #pool: TaskPool;
  #control: Control = CONTROL_RUN;

  constructor(id: string, data: SearchData, pool: TaskPool) {
    this.id = id;
    this.data = { ...data, laidOut: laidOutFor(data) };
    this.#pool = pool;
  }

  get control(): Control {
    return this.#control;
  }

  plugInsFor(task: Task): readonly PlugInFile[] {
    return plugInsOfTask(this.data.settings, task);
  }

  /**
   * Trains on the next free worker.
   *
   * @throws WorkbenchError `invariant-violated`, `training-diverged`, `interrupted`, or `internal` if
   *   its worker threads ended.
   */
  async train(task: TrainingTask, observer: TrainingObserver = {}): Promise<TrainingResult> {
    const result = await this.#pool.run(
      this,
      { kind: 'train', input: task },
      {
        onUpdate: (update) => {
          if (update.type === 'iteration') observer.onIteration?.(update.iteration);
          if (update.type === 'evaluation') observer.onEvaluation?.(update.evaluation);
          if (update.type === 'resumed') observer.onResumed?.(update.iteration, update.evaluations);
          if (update.type === 'warning') observer.onWarning?.(update.message);
        },
        onRetry: (reason) => observer.onRetry?.(reason),
      },
    );
    if (result.kind !== 'train') throw wrongAnswer('train', result.kind);
    const { output } = result;
    if (sameTraining(task.key, output.key)) return output;
    throw wrongAnswer(describeTraining(task.key), describeTraining(output.key));
  }

  /**
   * The next mask of a finished ticket, without training it again.
   *
   * @throws WorkbenchError as pruning did, or `internal` if its worker threads ended.
   */
  async prune(task: PruningTask): Promise<PruningResult> {
    const result = await this.#pool.run(this, { kind: 'prune', input: task });
    if (result.kind !== 'prune') throw wrongAnswer('prune', result.kind);
    return result.output;
  }

  /**
   * Runs one unit of an analysis.
   *
   * @throws WorkbenchError as the unit did, or `internal` if its worker threads ended.
   */
  async analyse(task: AnalysisTask, observer: AnalysisObserver = {}): Promise<AnalysisOutcome> {
    const result = await this.#pool.run(
      this,
      { kind: 'analyse', input: task },
      {
        onUpdate: (update) => {
          if (update.type === 'fraction') observer.onFraction?.(update.fraction);
        },
      },
    );
    if (result.kind !== 'analyse') throw wrongAnswer('analyse', result.kind);
    return result.output;
  }

  /** @param keptCounts how many weights each prunable tensor keeps. */
  async measureStepTimes(keptCounts: readonly number[]): Promise<StepTimes> {
    const result = await this.#pool.run(this, { kind: 'measure', input: { keptCounts } });
    if (result.kind !== 'measure') throw wrongAnswer('measure', result.kind);
    return result.output;
  }

  async measureSpeed(query: SpeedQuery): Promise<EngineSpeed> {
    const result = await this.#pool.run(this, { kind: 'measure-speed', input: query });
    if (result.kind !== 'measure-speed') throw wrongAnswer('measure-speed', result.kind);
    return result.output;
  }

  /** Ends running tasks after their current step; they fail as `interrupted`. This is final. */
  stop(): void {
    this.#setControl(CONTROL_STOP);
  }

  /** Makes running tasks wait after their current step, or lets them continue. */
  setPaused(isPaused: boolean): void {
    if (this.#control === CONTROL_STOP) return;
    this.#setControl(isPaused ? CONTROL_PAUSE : CONTROL_RUN);
  }

  #setControl(control: Control): void {
    this.#control = control;
    this.#pool.control(this);
  }
}

function wrongAnswer(expected: string, received: string): WorkbenchError {
  return new WorkbenchError(
    'internal',
    `a worker was asked to "${expected}" and answered with the result of "${received}"`,
    'Run "ticket doctor" and report this.',
  );
}

/** Undefined if the sparse engine never evaluates. */
function laidOutFor({ settings, dataset }: SearchData): LaidOutSets | undefined {
  const { architecture } = settings;
  const { engine, engines = [] } = settings.training;
  const isSparse = [engine, ...engines].some((each) => MODULES_OF[each].length > 0);
  if (!isSparse) return undefined;
  const { validationIndices, testIndices } = chooseExamples(
    settings.dataset,
    settings.replicates.seed,
    dataset,
  );
  const network = architectures
    .get(architecture.id)
    .build(architecture, dataset.shape, dataset.classes);
  return reserveLaidOut(network, dataset.train, validationIndices, testIndices);
}
