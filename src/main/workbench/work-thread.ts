/**
 * A thread for work that would hold up windows and the heartbeats of searches. It starts with a task and ends
 * when it has had nothing to do for a while; the next task starts it again, until it is closed.
 * `work-thread-worker.ts` is its other side.
 */
import { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom, WorkbenchError } from '../../shared/contract/errors.ts';

/** What a thread can do: what each task is given, and what comes of it. Both can be sent. */
export type Tasks<Name extends string> = Readonly<
  Record<Name, { readonly given: unknown; readonly result: unknown }>
>;

export interface TaskRequest {
  readonly id: number;
  readonly task: string;
  readonly given: unknown;
}

export type TaskAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly report: ErrorReport };

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export interface WorkThreadOptions {
  /** The module that the thread runs. */
  readonly module: URL;
  /** For people who look at the threads of the process. */
  readonly name: string;
  /** What the module finds as `workerData`. */
  readonly workerData?: unknown;
  /** How long it waits for the next task. Default: 10 seconds. */
  readonly idleMilliseconds?: number;
}

export class WorkThread<All extends Tasks<keyof All & string>> {
  readonly #options: WorkThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Settles when the thread that was ended last has ended. */
  #ended: Promise<unknown> = Promise.resolve();

  constructor(options: WorkThreadOptions) {
    this.#options = options;
  }

  /**
   * Tasks run one after another.
   *
   * @throws WorkbenchError as the task does, or `unavailable` once this is closed; DataCloneError if what is
   *   given can't be sent.
   */
  run<Task extends keyof All & string>(
    task: Task,
    given: All[Task]['given'],
  ): Promise<All[Task]['result']> {
    if (this.#isClosed) return Promise.reject(closing());
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    this.#lastId += 1;
    const request: TaskRequest = { id: this.#lastId, task, given };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      try {
        worker.postMessage(request);
      } catch (error) {
        this.#forget(request.id);
        throw error;
      }
    });
  }

  /** For good. Ends when the thread has ended: it does not have the database open any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#rejectAll(closing());
    this.#end();
    await this.#ended;
  }

  #end(): void {
    clearTimeout(this.#idle);
    if (this.#worker) this.#ended = this.#worker.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    const { module, name, workerData } = this.#options;
    const worker = new Worker(module, { name, workerData });
    worker.on('message', (answer: TaskAnswer) => {
      // One that was closed may have answered before it ended.
      if (this.#worker === worker) this.#hear(answer);
    });
    worker.once('error', (error) => {
      this.#lose(worker, error);
    });
    worker.once('exit', (code) => {
      this.#lose(worker, new Error(`the thread ${name} ended with exit code ${code}`));
    });
    return worker;
  }

  #hear(answer: TaskAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) {
      throw new Error(`nobody waits for answer ${answer.id} of the thread ${this.#options.name}`);
    }
    this.#forget(answer.id);
    if ('report' in answer) waiting.reject(errorFrom(answer.report));
    else waiting.resolve(answer.result);
  }

  #forget(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#letWait();
  }

  /** Neither the thread nor its timer keeps the process from ending. */
  #letWait(): void {
    this.#worker?.unref();
    this.#idle = setTimeout(() => {
      this.#end();
    }, this.#options.idleMilliseconds ?? 10_000);
    this.#idle.unref();
  }

  #lose(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#rejectAll(error);
  }

  #rejectAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function closing(): WorkbenchError {
  return new WorkbenchError('unavailable', 'the workbench is closing');
}
