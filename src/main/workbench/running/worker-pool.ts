import { Worker } from 'node:worker_threads';
import { errorFrom, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { StepTimes } from '../../../shared/domain/engine.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { Evaluation } from '../../../shared/domain/training.ts';
import type { AnalysisTask } from '../../engine/analyses/analysis.ts';
import type { Dataset } from '../../engine/datasets/dataset.ts';
import type { TargetDatasets } from '../../engine/lottery/lottery-trainer.ts';
import type {
  PruningTask,
  TrainingResult,
  TrainingTask,
} from '../../engine/lottery/training-task.ts';
import {
  type FromWorker,
  CONTROL_PAUSE,
  CONTROL_RUN,
  CONTROL_STOP,
  type ToWorker,
  type WorkerSetup,
} from '../../engine/protocol.ts';

export interface TaskObserver {
  onProgress(iteration: number): void;
  onEvaluation(evaluation: Evaluation): void;
}

export interface UnitObserver {
  /** How far the unit is, 0..1. */
  onAdvance(fraction: number): void;
}

type Answer = Extract<FromWorker, { type: 'trained' | 'analysed' | 'pruned' | 'measured' }>;

interface Job {
  /** Whose it is: an order to one search's trainings leaves those of others alone. */
  readonly pool: WorkerPool;
  readonly message: ToWorker;
  readonly observer: Partial<TaskObserver & UnitObserver> | undefined;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: WorkbenchError) => void;
}

interface PoolWorker {
  readonly thread: Worker;
  /** An order to what it runs now. */
  readonly order: Int32Array<SharedArrayBuffer>;
  /** The searches it has open, the most recently used last. */
  open: string[];
  job: Job | undefined;
  isAlive: boolean;
}

/** What the workers train; its examples are shared, not copied. */
export interface PooledSearch {
  readonly id: string;
  readonly settings: Settings;
  readonly dataset: Dataset;
  /** Of its transfers; none by default. */
  readonly targetDatasets?: TargetDatasets | undefined;
}

/** A `LotteryTrainer` keeps networks and optimizer slots, so only the most recently used searches stay open. */
const OPEN_SEARCHES_PER_WORKER = 4;

/** Settled when no pool's first worker is on its way; the addon is one for the whole process. */
let firstWorkers: Promise<unknown> = Promise.resolve();

/** Worker threads that train, one training each at a time, for one search or for several. */
export class Workers {
  readonly tensorflow: string;
  readonly #workers: readonly PoolWorker[];
  readonly #waiting: Job[] = [];
  /** Told when a worker has nothing to do and nothing waits for it. */
  onIdle: () => void = () => undefined;

  private constructor(started: readonly StartedWorker[]) {
    this.tensorflow = started[0]!.tensorflow;
    this.#workers = started.map(({ thread, order }) => this.#attach(thread, order));
  }

  /**
   * Starts one worker and, once it has warmed TensorFlow up, the others (see Kernels.warmUp). Where
   * pools start at once, the first worker of each waits for that of the one before.
   *
   * @throws WorkbenchError `provisioning-failed` if TensorFlow does not load.
   */
  static async start(size: number): Promise<Workers> {
    const starting = firstWorkers.then(startWorker);
    firstWorkers = starting.catch(() => undefined);
    const first = await starting;
    const others = await Promise.all(Array.from({ length: size - 1 }, () => startWorker()));
    return new Workers([first, ...others]);
  }

  get size(): number {
    return this.#workers.length;
  }

  get hasIdleWorker(): boolean {
    return this.#waiting.length === 0 && this.#workers.some(isIdle);
  }

  /** Whether anything of this pool runs or waits for a worker. */
  isBusyWith(pool: WorkerPool): boolean {
    return [...this.#workers.map(({ job }) => job), ...this.#waiting].some(
      (job) => job?.pool === pool,
    );
  }

  /** Runs on the first worker that is idle. */
  ask(pool: WorkerPool, message: ToWorker, observer?: Job['observer']): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const job: Job = { pool, message, observer, resolve, reject };
      if (!this.#workers.some(({ isAlive }) => isAlive)) {
        reject(new WorkbenchError('internal', 'every training worker has died'));
        return;
      }
      const worker = this.#workers.find(isIdle);
      if (worker) this.#begin(worker, job);
      else this.#waiting.push(job);
    });
  }

  /** Passes an order on to what runs of this pool. */
  order(pool: WorkerPool, order: number): void {
    for (const worker of this.#workers) {
      if (worker.job?.pool === pool) give(worker, order);
    }
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) give(worker, CONTROL_STOP);
    await Promise.all(this.#workers.map(({ thread }) => thread.terminate()));
  }

  #begin(worker: PoolWorker, job: Job): void {
    const { id, settings, dataset, targetDatasets = new Map() } = job.pool.search;
    worker.job = job;
    give(worker, job.pool.order);
    if (!worker.open.includes(id)) {
      post(worker, { type: 'open', searchId: id, settings, dataset, targetDatasets });
    }
    worker.open = [...worker.open.filter((other) => other !== id), id];
    if (worker.open.length > OPEN_SEARCHES_PER_WORKER) {
      post(worker, { type: 'close', searchId: worker.open.shift()! });
    }
    post(worker, job.message);
  }

  #finish(worker: PoolWorker, settle: (job: Job) => void): void {
    const { job } = worker;
    worker.job = undefined;
    if (job) settle(job);
    if (!worker.isAlive) {
      if (this.#workers.some(({ isAlive }) => isAlive)) return;
      for (const waiting of this.#waiting.splice(0)) settle(waiting);
      return;
    }
    const next = this.#waiting.shift();
    if (next) {
      this.#begin(worker, next);
      return;
    }
    // Whoever waited for the answer comes first: it may have something more urgent to do.
    setImmediate(() => {
      if (this.hasIdleWorker) this.onIdle();
    });
  }

  #attach(thread: Worker, order: Int32Array<SharedArrayBuffer>): PoolWorker {
    const worker: PoolWorker = { thread, order, open: [], job: undefined, isAlive: true };
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
        case 'pruned':
        case 'measured':
          this.#finish(worker, (job) => {
            job.resolve(message);
          });
          return;
        case 'failed':
          this.#finish(worker, (job) => {
            job.reject(errorFrom(message.error));
          });
          return;
        case 'ready':
          return;
      }
    });
    const died = (reason: string) => {
      worker.isAlive = false;
      this.#finish(worker, (job) => {
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
}

/** The workers as one search has them: for itself, or together with others. */
export class WorkerPool {
  readonly search: PooledSearch;
  readonly #workers: Workers;
  #order = CONTROL_RUN;

  constructor(search: PooledSearch, workers: Workers) {
    this.search = search;
    this.#workers = workers;
  }

  /** @throws WorkbenchError as `Workers.start`. */
  static async start(search: PooledSearch, size: number): Promise<WorkerPool> {
    return new WorkerPool(search, await Workers.start(size));
  }

  get tensorflow(): string {
    return this.#workers.tensorflow;
  }

  get size(): number {
    return this.#workers.size;
  }

  /** What is asked of running trainings, and of those that start from now on. */
  get order(): number {
    return this.#order;
  }

  /**
   * Whether to ask for more: a worker is idle, or others have all of them and nothing of this search
   * stands in line.
   */
  get hasIdleWorker(): boolean {
    return this.#workers.hasIdleWorker || !this.#workers.isBusyWith(this);
  }

  /**
   * Trains on the first worker that is idle.
   *
   * @throws WorkbenchError as the training did, or `internal` if the worker died.
   */
  async run(task: TrainingTask, observer: TaskObserver): Promise<TrainingResult> {
    const answer = await this.#ask({ type: 'train', searchId: this.search.id, task }, observer);
    if (answer.type !== 'trained') throw new Error(`a training was answered by ${answer.type}`);
    return answer.result;
  }

  /**
   * The mask that a finished training leaves, without training it again.
   *
   * @throws WorkbenchError as pruning did, or `internal` if the worker died.
   */
  async prune(task: PruningTask): Promise<Extract<FromWorker, { type: 'pruned' }>> {
    const answer = await this.#ask({ type: 'prune', searchId: this.search.id, task });
    if (answer.type !== 'pruned') throw new Error(`a pruning was answered by ${answer.type}`);
    return answer;
  }

  /**
   * Works out a unit of an analysis on the first worker that is idle.
   *
   * @throws WorkbenchError as the unit did, or `internal` if the worker died.
   */
  async analyse(
    task: AnalysisTask,
    observer: UnitObserver,
  ): Promise<Extract<FromWorker, { type: 'analysed' }>> {
    const answer = await this.#ask({ type: 'analyse', searchId: this.search.id, task }, observer);
    if (answer.type !== 'analysed') throw new Error(`an analysis was answered by ${answer.type}`);
    return answer;
  }

  /** How long a step takes each engine when every tensor keeps so many weights. */
  async measureStepTimes(keptCounts: readonly number[]): Promise<StepTimes> {
    const answer = await this.#ask({ type: 'measure', searchId: this.search.id, keptCounts });
    if (answer.type !== 'measured') throw new Error(`a measurement was answered by ${answer.type}`);
    return answer.times;
  }

  /** Stops running trainings after their current step; they end as `interrupted`. */
  stop(): void {
    this.#give(CONTROL_STOP);
  }

  /** Makes running trainings wait after their current step, or go on; a stop is final. */
  setPaused(isPaused: boolean): void {
    if (this.#order === CONTROL_STOP) return;
    this.#give(isPaused ? CONTROL_PAUSE : CONTROL_RUN);
  }

  /** Ends the threads, also those of other searches. */
  async close(): Promise<void> {
    this.stop();
    await this.#workers.close();
  }

  #ask(message: ToWorker, observer?: Job['observer']): Promise<Answer> {
    return this.#workers.ask(this, message, observer);
  }

  #give(order: number): void {
    this.#order = order;
    this.#workers.order(this, order);
  }
}

function isIdle({ isAlive, job }: PoolWorker): boolean {
  return isAlive && job === undefined;
}

function give({ order }: PoolWorker, value: number): void {
  Atomics.store(order, 0, value);
  Atomics.notify(order, 0);
}

interface StartedWorker {
  readonly thread: Worker;
  readonly order: Int32Array<SharedArrayBuffer>;
  readonly tensorflow: string;
}

function post(worker: PoolWorker, message: ToWorker): void {
  worker.thread.postMessage(message);
}

function startWorker(): Promise<StartedWorker> {
  const order = new Int32Array(new SharedArrayBuffer(4));
  const setup: WorkerSetup = { controlWord: order };
  const thread = new Worker(new URL('../../engine/worker.ts', import.meta.url), {
    workerData: setup,
    name: 'ticket-training',
  });
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => {
      reject(
        new WorkbenchError(
          'internal',
          `a training worker ended before it began: exit code ${code}`,
        ),
      );
    };
    thread.once('error', reject);
    thread.once('exit', onExit);
    thread.once('message', (message: FromWorker) => {
      if (message.type === 'ready') {
        thread.off('error', reject);
        thread.off('exit', onExit);
        resolve({ thread, order, tensorflow: message.tensorflow });
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
