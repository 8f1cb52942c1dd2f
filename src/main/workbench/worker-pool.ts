import { Worker } from 'node:worker_threads';
import { errorFrom, WorkbenchError } from '../../shared/contract/errors.ts';
import type { StepTimes } from '../../shared/domain/engine.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { Evaluation } from '../../shared/domain/training.ts';
import type { AnalysisTask } from '../engine/analyses/analysis.ts';
import type { Dataset } from '../engine/datasets/dataset.ts';
import type { TrainingResult, TrainingTask } from '../engine/lottery/training-task.ts';
import {
  type FromWorker,
  ORDER_PAUSE,
  ORDER_RUN,
  ORDER_STOP,
  type ToWorker,
  type WorkerSetup,
} from '../engine/protocol.ts';

export interface TaskObserver {
  onProgress(iteration: number): void;
  onEvaluation(evaluation: Evaluation): void;
}

export interface UnitObserver {
  /** How far the unit is, 0..1. */
  onAdvance(fraction: number): void;
}

type Answer = Extract<FromWorker, { type: 'trained' | 'analysed' | 'measured' }>;

interface Job {
  readonly observer: Partial<TaskObserver & UnitObserver> | undefined;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: WorkbenchError) => void;
}

interface PoolWorker {
  readonly thread: Worker;
  job: Job | undefined;
}

/** What the workers train; its examples are shared, not copied. */
export interface PooledSearch {
  readonly id: string;
  readonly settings: Settings;
  readonly dataset: Dataset;
}

/** Worker threads that train, one training each at a time, for one search. */
export class WorkerPool {
  readonly tensorflow: string;
  readonly #search: PooledSearch;
  readonly #workers: readonly PoolWorker[];
  readonly #stopFlag: Int32Array<SharedArrayBuffer>;

  private constructor(
    search: PooledSearch,
    workers: readonly PoolWorker[],
    stopFlag: Int32Array<SharedArrayBuffer>,
    tensorflow: string,
  ) {
    this.#search = search;
    this.#workers = workers;
    this.#stopFlag = stopFlag;
    this.tensorflow = tensorflow;
  }

  /**
   * Starts one worker and, once it has warmed TensorFlow up, the others (see Kernels.warmUp).
   *
   * @throws WorkbenchError `provisioning-failed` if TensorFlow does not load.
   */
  static async start(search: PooledSearch, size: number): Promise<WorkerPool> {
    const stopFlag = new Int32Array(new SharedArrayBuffer(4));
    const first = await startWorker(stopFlag);
    const others = await Promise.all(Array.from({ length: size - 1 }, () => startWorker(stopFlag)));
    const workers = [first, ...others].map(({ thread }) => attach(thread));
    for (const worker of workers) {
      const { id, settings, dataset } = search;
      post(worker, { type: 'open', searchId: id, settings, dataset });
    }
    return new WorkerPool(search, workers, stopFlag, first.tensorflow);
  }

  get size(): number {
    return this.#workers.length;
  }

  get hasIdleWorker(): boolean {
    return this.#workers.some((worker) => worker.job === undefined);
  }

  /**
   * Trains on an idle worker.
   *
   * @throws WorkbenchError as the training did, or `internal` if the worker died.
   */
  async run(task: TrainingTask, observer: TaskObserver): Promise<TrainingResult> {
    const answer = await this.#ask({ type: 'train', searchId: this.#search.id, task }, observer);
    if (answer.type !== 'trained') throw new Error(`a training was answered by ${answer.type}`);
    return answer.result;
  }

  /**
   * Works out a unit of an analysis on an idle worker.
   *
   * @throws WorkbenchError as the unit did, or `internal` if the worker died.
   */
  async analyse(
    task: AnalysisTask,
    observer: UnitObserver,
  ): Promise<Extract<FromWorker, { type: 'analysed' }>> {
    const answer = await this.#ask({ type: 'analyse', searchId: this.#search.id, task }, observer);
    if (answer.type !== 'analysed') throw new Error(`an analysis was answered by ${answer.type}`);
    return answer;
  }

  /** How long a step takes each engine when every tensor keeps so many weights. */
  async measureStepTimes(keptCounts: readonly number[]): Promise<StepTimes> {
    const answer = await this.#ask({ type: 'measure', searchId: this.#search.id, keptCounts });
    if (answer.type !== 'measured') throw new Error(`a measurement was answered by ${answer.type}`);
    return answer.times;
  }

  #ask(message: ToWorker, observer?: Job['observer']): Promise<Answer> {
    const worker = this.#workers.find((candidate) => candidate.job === undefined);
    if (!worker) throw new Error('every worker is busy');
    return new Promise((resolve, reject) => {
      worker.job = { observer, resolve, reject };
      post(worker, message);
    });
  }

  /** Stops running trainings after their current step; they end as `interrupted`. */
  stop(): void {
    this.#order(ORDER_STOP);
  }

  /** Makes running trainings wait after their current step, or go on; a stop is final. */
  setPaused(isPaused: boolean): void {
    if (Atomics.load(this.#stopFlag, 0) === ORDER_STOP) return;
    this.#order(isPaused ? ORDER_PAUSE : ORDER_RUN);
  }

  #order(order: number): void {
    Atomics.store(this.#stopFlag, 0, order);
    Atomics.notify(this.#stopFlag, 0);
  }

  async close(): Promise<void> {
    this.stop();
    await Promise.all(this.#workers.map((worker) => worker.thread.terminate()));
  }
}

function post(worker: PoolWorker, message: ToWorker): void {
  worker.thread.postMessage(message);
}

function startWorker(
  stopFlag: Int32Array<SharedArrayBuffer>,
): Promise<{ thread: Worker; tensorflow: string }> {
  const setup: WorkerSetup = { stopFlag };
  const thread = new Worker(new URL('../engine/worker.ts', import.meta.url), {
    workerData: setup,
    name: 'ticket-training',
  });
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (message: FromWorker) => {
      if (message.type === 'ready') {
        thread.off('error', reject);
        resolve({ thread, tensorflow: message.tensorflow });
        return;
      }
      void thread.terminate();
      reject(
        message.type === 'failed'
          ? errorFrom(message.error)
          : new Error(`a worker began with ${message.type}`),
      );
    });
  });
}

function attach(thread: Worker): PoolWorker {
  const worker: PoolWorker = { thread, job: undefined };
  const finish = (settle: (job: Job) => void): void => {
    const { job } = worker;
    worker.job = undefined;
    if (job) settle(job);
  };
  thread.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'progress':
        worker.job?.observer?.onProgress?.(message.iteration);
        return;
      case 'evaluation':
        worker.job?.observer?.onEvaluation?.(message.evaluation);
        return;
      case 'advanced':
        worker.job?.observer?.onAdvance?.(message.fraction);
        return;
      case 'trained':
      case 'analysed':
      case 'measured':
        finish((job) => {
          job.resolve(message);
        });
        return;
      case 'failed':
        finish((job) => {
          job.reject(errorFrom(message.error));
        });
        return;
      case 'ready':
        return;
    }
  });
  const died = (reason: string) => {
    finish((job) => {
      job.reject(new WorkbenchError('internal', `a training worker died: ${reason}`));
    });
  };
  thread.on('error', (error) => {
    died(error instanceof Error ? error.message : String(error));
  });
  thread.on('exit', (code) => {
    died(`exit code ${code}`);
  });
  return worker;
}
