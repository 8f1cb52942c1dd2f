/** Worker threads that each run one task at a time, for one search or several. */
import { errorFrom, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { PlugInFile } from '../../engine/plug-ins/load.ts';
import {
  CONTROL_PAUSE,
  CONTROL_STOP,
  type Control,
  type SearchData,
  type Task,
  type TaskResult,
  type TaskUpdate,
  type WorkerReply,
  type WorkerRequest,
} from '../../engine/protocol.ts';

/** A worker thread as the pool sees it; tests use a fake one. */
export interface TaskThread {
  readonly tensorflow: string;
  post(request: WorkerRequest): void;
  /** Signals the running task, which checks after its current step. */
  setControl(control: Control): void;
  onReply(listener: (reply: WorkerReply) => void): void;
  /** Called once if the thread ends without being terminated. */
  onEnd(listener: (reason: string) => void): void;
  terminate(): Promise<void>;
}

/** Starts a thread that is ready for tasks. */
export type StartThread = () => Promise<TaskThread>;

/** A search with tasks in the pool. Its control applies to all of its tasks and to no others. */
export interface PooledSearch {
  readonly id: string;
  readonly data: SearchData;
  readonly control: Control;
  /** The plug-ins that one of its tasks needs. */
  plugInsFor(task: Task): readonly PlugInFile[];
}

export interface TaskObserver {
  onUpdate?(update: TaskUpdate): void;
  /** The thread ended during the task, which restarts on another thread. */
  onRetry?(reason: string): void;
}

interface Job {
  readonly requestId: number;
  readonly search: PooledSearch;
  readonly task: Task;
  /** Whoever asked for the task; nobody once it has failed. */
  observer: TaskObserver;
  /** How many threads have ended while working on this job. */
  threadsLost: number;
  resolve(result: TaskResult): void;
  reject(error: unknown): void;
}

interface Slot {
  readonly thread: TaskThread;
  /** The searches that the thread has open, most recently used last. */
  open: string[];
  job: Job | undefined;
}

/** A `LotteryTrainer` keeps networks and optimizer slots, so a thread keeps only a few searches open. */
const OPEN_SEARCHES_PER_THREAD = 4;

/** A task whose thread ends is retried once. */
const MOST_THREADS_LOST = 1;

/**
 * Every request has an id, and a reply settles only the request with that id. A thread that ends is
 * replaced and its task is retried once. After that, the task fails with the reason.
 *
 * A paused task keeps its thread but not its place. The pool starts another thread for other tasks,
 * and ends it when it is no longer needed.
 */
export class TaskPool {
  readonly #size: number;
  readonly #startThread: StartThread;
  readonly #slots = new Set<Slot>();
  readonly #waiting: Job[] = [];
  /** Threads that are starting, including those about to fail. */
  readonly #starting = new Set<Promise<void>>();
  #tensorflow: string | undefined;
  #lastRequestId = 0;
  #isClosed = false;

  /** @param size how many tasks run at the same time, not counting paused ones. */
  constructor(size: number, startThread: StartThread) {
    this.#size = size;
    this.#startThread = startThread;
  }

  get size(): number {
    return this.#size;
  }

  /** The version of TensorFlow; empty before a thread has started. */
  get tensorflow(): string {
    return this.#tensorflow ?? '';
  }

  /**
   * Starts every thread.
   *
   * @throws WorkbenchError as the first thread that can't start; by then all others have ended.
   */
  async start(): Promise<void> {
    const threads = Array.from({ length: this.#size }, () => this.#addThread());
    const outcomes = await Promise.allSettled(threads);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (!failed) return;
    await this.close();
    throw failed.reason;
  }

  /**
   * Runs a task on the next free thread. Opening the search there is part of the task.
   *
   * @throws WorkbenchError as the task did; `internal` with the reason if its threads ended;
   *   `interrupted` if the pool was closed. Whatever the observer throws fails the task.
   */
  run(search: PooledSearch, task: Task, observer: TaskObserver = {}): Promise<TaskResult> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new WorkbenchError('interrupted', 'the workers were ended'));
        return;
      }
      this.#lastRequestId += 1;
      const requestId = this.#lastRequestId;
      this.#waiting.push({ requestId, search, task, observer, threadsLost: 0, resolve, reject });
      this.#startWaiting();
    });
  }

  /** Signals the search's running tasks. Waiting ones see the signal when they begin. */
  control(search: PooledSearch): void {
    for (const { thread, job } of this.#slots) {
      if (job?.search === search) thread.setControl(search.control);
    }
    if (search.control === CONTROL_STOP) this.#dropWaiting(search);
    this.#retireSurplus();
    // A waiting task may take the place of a paused one.
    this.#startWaiting();
  }

  /** Ends every thread, even one that is starting. Unfinished tasks fail as `interrupted`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const jobs = [...this.#waiting.splice(0), ...[...this.#slots].flatMap(({ job }) => job ?? [])];
    for (const { thread } of this.#slots) thread.setControl(CONTROL_STOP);
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#slots].map(({ thread }) => thread.terminate()));
    this.#slots.clear();
    for (const job of jobs) job.reject(new WorkbenchError('interrupted', 'the workers were ended'));
  }

  get #pausedCount(): number {
    return [...this.#slots].filter(({ job }) => job?.search.control === CONTROL_PAUSE).length;
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0) {
      const idle = [...this.#slots].find(({ job }) => !job);
      if (!idle) break;
      this.#begin(idle, this.#waiting.shift()!);
    }
    const wanted = Math.min(
      this.#waiting.length,
      this.#size + this.#pausedCount - this.#slots.size,
    );
    for (let missing = wanted - this.#starting.size; missing > 0; missing -= 1) {
      // Without any thread, no waiting task would ever begin.
      this.#addThread().catch((error: unknown) => {
        if (this.#slots.size === 0 && this.#starting.size === 0) this.#failWaiting(error);
      });
    }
  }

  #addThread(): Promise<void> {
    const starting = this.#startThread()
      .then(async (thread) => {
        if (this.#isClosed) {
          await thread.terminate();
          return;
        }
        this.#tensorflow ??= thread.tensorflow;
        this.#attach(thread);
      })
      .finally(() => {
        this.#starting.delete(starting);
      });
    this.#starting.add(starting);
    return starting.then(() => {
      if (!this.#isClosed) this.#startWaiting();
    });
  }

  #attach(thread: TaskThread): void {
    const slot: Slot = { thread, open: [], job: undefined };
    this.#slots.add(slot);
    thread.onReply((reply) => {
      this.#receive(slot, reply);
    });
    thread.onEnd((reason) => {
      this.#lose(slot, reason);
    });
  }

  #begin(slot: Slot, job: Job): void {
    const { requestId, search, task } = job;
    const isOpen = slot.open.includes(search.id);
    const open = [...slot.open.filter((id) => id !== search.id), search.id];
    const close = open.splice(0, open.length - OPEN_SEARCHES_PER_THREAD);
    slot.thread.setControl(search.control);
    try {
      slot.thread.post({
        requestId,
        searchId: search.id,
        ...(isOpen ? {} : { open: search.data }),
        close,
        plugIns: search.plugInsFor(task),
        task,
      });
    } catch (error) {
      // It can't be sent, so the thread stays free for the next task.
      job.reject(error);
      return;
    }
    slot.open = open;
    slot.job = job;
  }

  #receive(slot: Slot, reply: WorkerReply): void {
    const { job } = slot;
    if (job?.requestId !== reply.requestId) {
      // The thread is not doing what it was asked to do, so it can't be trusted.
      void slot.thread.terminate();
      this.#lose(slot, `it answered request ${reply.requestId}, which was not sent to it`);
      return;
    }
    if (reply.type === 'update') {
      try {
        job.observer.onUpdate?.(reply.update);
      } catch (error) {
        slot.thread.setControl(CONTROL_STOP);
        fail(job, error);
      }
      return;
    }
    slot.job = undefined;
    if (reply.type === 'result') {
      job.resolve(reply.result);
    } else {
      // The search may not have opened, so the next task opens it again.
      slot.open = slot.open.filter((id) => id !== job.search.id);
      job.reject(errorFrom(reply.error));
    }
    this.#retireSurplus();
    this.#startWaiting();
  }

  #lose(slot: Slot, reason: string): void {
    if (!this.#slots.delete(slot) || this.#isClosed) return;
    const { job } = slot;
    if (job) this.#retry(job, reason);
    this.#startWaiting();
  }

  #retry(job: Job, reason: string): void {
    if (job.search.control === CONTROL_STOP) {
      job.reject(new WorkbenchError('interrupted', 'stopped'));
      return;
    }
    job.threadsLost += 1;
    if (job.threadsLost <= MOST_THREADS_LOST) {
      try {
        job.observer.onRetry?.(reason);
        this.#waiting.unshift(job);
      } catch (error) {
        fail(job, error);
      }
      return;
    }
    job.reject(
      new WorkbenchError(
        'internal',
        `the worker thread ended during the task, and so did its replacement: ${reason}`,
        'Run "ticket doctor". If memory is short, use fewer workers or smaller batches.',
      ),
    );
  }

  #failWaiting(error: unknown): void {
    const failure =
      error instanceof WorkbenchError
        ? error
        : new WorkbenchError('internal', `no worker thread could be started: ${String(error)}`);
    for (const job of this.#waiting.splice(0)) job.reject(failure);
  }

  #dropWaiting(search: PooledSearch): void {
    const dropped = this.#waiting.filter((job) => job.search === search);
    for (const job of dropped) {
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      job.reject(new WorkbenchError('interrupted', 'stopped'));
    }
  }

  /** Threads started in place of paused ones become surplus when those continue. */
  #retireSurplus(): void {
    for (const slot of this.#slots) {
      if (this.#slots.size <= this.#size + this.#pausedCount) return;
      if (slot.job) continue;
      this.#slots.delete(slot);
      void slot.thread.terminate();
    }
  }
}

/** For an observer that threw, such as one that writes to a full disk. It hears nothing more. */
function fail(job: Job, error: unknown): void {
  job.observer = {};
  job.reject(error);
}
