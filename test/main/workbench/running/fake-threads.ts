/** Worker threads that train nothing: a test says what each of them does. */
import type { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import type {
  Control,
  SearchData,
  Task,
  TaskResult,
  WorkerReply,
  WorkerRequest,
} from '../../../../src/main/engine/protocol.ts';
import type {
  PooledSearch,
  StartThread,
  TaskThread,
} from '../../../../src/main/workbench/running/task-pool.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

export class FakeThread implements TaskThread {
  readonly tensorflow = 'fake';
  readonly requests: WorkerRequest[] = [];
  control: Control = 0;
  isTerminated = false;
  #tell: (reply: WorkerReply) => void = () => undefined;
  #end: (reason: string) => void = () => undefined;

  /** @throws DataCloneError as a thread does, for what can't be sent. */
  post(request: WorkerRequest): void {
    structuredClone(request);
    this.requests.push(request);
  }

  setControl(control: Control): void {
    this.control = control;
  }

  onReply(listener: (reply: WorkerReply) => void): void {
    this.#tell = listener;
  }

  onEnd(listener: (reason: string) => void): void {
    this.#end = listener;
  }

  terminate(): Promise<void> {
    this.isTerminated = true;
    return Promise.resolve();
  }

  /** The request that came last. */
  get request(): WorkerRequest {
    const request = this.requests.at(-1);
    if (!request) throw new Error('the thread was asked nothing');
    return request;
  }

  reply(reply: WorkerReply): void {
    this.#tell(reply);
  }

  /** Answers the request that came last. */
  answer(result: TaskResult): void {
    this.reply({ type: 'result', requestId: this.request.requestId, result });
  }

  fail(message: string): void {
    const error = { code: 'internal', message } as const;
    this.reply({ type: 'error', requestId: this.request.requestId, error });
  }

  /** Ends as a thread does whose process runs out of memory. */
  die(reason: string): void {
    this.isTerminated = true;
    this.#end(reason);
  }
}

/** Starts fake threads and keeps them for the test to look at. */
export class FakeThreads {
  readonly threads: FakeThread[] = [];
  /** Thrown by every start from now on. */
  failure: WorkbenchError | undefined;
  /** A start waits for this. */
  gate: Promise<void> = Promise.resolve();

  readonly start: StartThread = async () => {
    await this.gate;
    if (this.failure) throw this.failure;
    const thread = new FakeThread();
    this.threads.push(thread);
    return thread;
  };

  get alive(): FakeThread[] {
    return this.threads.filter(({ isTerminated }) => !isTerminated);
  }
}

/** A measurement: the task with the smallest input. */
export function measurement(weights: number): Task {
  return { kind: 'measure', input: { keptCounts: [weights] } };
}

export function measured(milliseconds: number): TaskResult {
  return { kind: 'measure', output: { dense: milliseconds } };
}

export function pooledSearch(
  id: string,
  control: Control = 0,
): PooledSearch & {
  control: Control;
} {
  const data: SearchData = { settings: tinySettings({}), dataset: tinyDataset() };
  return { id, data, control, plugInsFor: () => [] };
}

/** Lets everything happen that has been promised. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
