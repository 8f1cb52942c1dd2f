/**
 * A thread for the Ticket tab, so that millions of weights hold up neither the window nor the heartbeats of
 * searches. It starts with the first task and ends when it has nothing to do.
 */
import { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { TicketTask, TicketTasks } from './ticket-work.ts';

export interface TicketRequest<Task extends TicketTask = TicketTask> {
  readonly id: number;
  /** The database. */
  readonly file: string;
  readonly task: Task;
  readonly given: TicketTasks[Task]['given'];
}

export type TicketAnswer =
  | { readonly id: number; readonly result: TicketTasks[TicketTask]['result'] }
  | { readonly id: number; readonly report: ErrorReport };

interface Waiting {
  resolve(result: TicketTasks[TicketTask]['result']): void;
  reject(error: unknown): void;
}

const IDLE_MILLISECONDS = 10_000;

export class TicketThread {
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;

  /** @param file the database. */
  constructor(file: string) {
    this.#file = file;
  }

  /** @throws WorkbenchError as the task does. Tasks run one after another. */
  run<Task extends TicketTask>(
    task: Task,
    given: TicketTasks[Task]['given'],
  ): Promise<TicketTasks[Task]['result']> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    this.#lastId += 1;
    const request: TicketRequest<Task> = { id: this.#lastId, file: this.#file, task, given };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      worker.postMessage(request);
    });
  }

  close(): void {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    this.#rejectAll(new WorkbenchError('unavailable', 'the workbench is closing'));
  }

  #start(): Worker {
    const worker = new Worker(new URL('ticket-worker.ts', import.meta.url), {
      name: 'ticket-weights',
    });
    worker.on('message', (answer: TicketAnswer) => {
      // One that was closed may have answered before it ended.
      if (this.#worker === worker) this.#hear(answer);
    });
    worker.once('error', (error) => {
      this.#lose(worker, error);
    });
    worker.once('exit', (code) => {
      this.#lose(worker, new Error(`the thread of the Ticket tab ended with exit code ${code}`));
    });
    return worker;
  }

  #hear(answer: TicketAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting)
      throw new Error(`nobody waits for answer ${answer.id} of the Ticket tab's thread`);
    this.#waiting.delete(answer.id);
    if ('report' in answer) waiting.reject(errorFrom(answer.report));
    else waiting.resolve(answer.result);
    if (this.#waiting.size === 0) this.#letWait();
  }

  /** Neither the thread nor its timer keeps the process from ending. */
  #letWait(): void {
    this.#worker?.unref();
    this.#idle = setTimeout(() => {
      this.close();
    }, IDLE_MILLISECONDS);
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
