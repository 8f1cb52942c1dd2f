/**
 * A thread that reads, checks and summarises large data, so that this holds up neither the window nor the
 * heartbeats of searches, and so that data which need too much memory end that thread only.
 */
import { Worker } from 'node:worker_threads';
import {
  type ErrorReport,
  errorFrom,
  SettingsError,
  type SettingsProblem,
  WorkbenchError,
} from '../../../shared/contract/errors.ts';
import type { DataReading } from '../../../shared/domain/data-summary.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { FeatureFacts } from '../data-summary/feature-facts.ts';
import type { ExampleShape } from '../layers/spec.ts';
import { type PlugInFile, plugInOf } from '../plug-ins/load.ts';
import type { Dataset, OnReading } from './examples.ts';
import { currentMemoryLimit, memoryLimit } from './memory.ts';

/** What the thread does. Examples go there and back in shared memory, without a copy. */
export interface ReadingTasks {
  /** Reads a registered dataset. */
  load: { given: { readonly choice: Choice }; result: Dataset };
  /** Gives the examples another shape, which changes their fingerprint. */
  reshape: { given: { readonly dataset: Dataset; readonly shape: ExampleShape }; result: Dataset };
  /** Converts the fetched files of a registered dataset. */
  install: { given: { readonly source: string; readonly target: string }; result: undefined };
  /** Reads the converted files of a registered dataset and compares their fingerprint. */
  check: { given: { readonly folder: string }; result: undefined };
  /** Reads all features once. */
  facts: { given: { readonly dataset: Dataset }; result: FeatureFacts };
  summary: {
    given: {
      readonly choice: Settings['dataset'];
      readonly seed: number;
      readonly dataset: Dataset;
      readonly facts: FeatureFacts;
    };
    result: DataReading;
  };
}

export type ReadingTask = keyof ReadingTasks;

export interface ReadingRequest<Task extends ReadingTask = ReadingTask> {
  readonly task: Task;
  readonly given: ReadingTasks[Task]['given'];
  /** The dataset's id. */
  readonly id: string;
  /** The plug-in that the dataset comes from. */
  readonly plugIns: readonly PlugInFile[];
  /** The limit of the examples' memory in bytes. */
  readonly memory: number;
}

/** What the thread says: any number of `reading`, then one of the others. */
export type ReadingMessage<Task extends ReadingTask = ReadingTask> =
  | { readonly kind: 'reading'; readonly what: string }
  | { readonly kind: 'done'; readonly result: ReadingTasks[Task]['result'] }
  | { readonly kind: 'failed'; readonly report: ErrorReport }
  | { readonly kind: 'refused'; readonly problems: readonly SettingsProblem[] };

export interface ReadingOptions {
  /** Names the data and their size in a message. */
  readonly what: string;
  readonly onReading?: OnReading;
  /** The limit of the heap, which holds everything but the examples. Such a thread is not used again. */
  readonly heapMegabytes?: number;
}

/** No reader keeps more in its heap than the fields of a table. */
const MOST_HEAP_MEGABYTES = 4096;

/** A thread waits as long for the next task: what has been read is summarised at once. */
const IDLE_MILLISECONDS = 5_000;

/** The thread that waits. Others end when their task is done. */
let waiting: { readonly thread: Worker; readonly timer: NodeJS.Timeout } | undefined;

/**
 * Runs a task for a dataset in a thread: in the one that waits, else in a new one. So tasks of several
 * searches run side by side, and reading and summarising for one search take one thread.
 *
 * @param id of the dataset.
 * @throws WorkbenchError as the task does here; `invalid-data` if it needs too much memory.
 */
export function readInThread<Task extends ReadingTask>(
  task: Task,
  id: string,
  given: ReadingTasks[Task]['given'],
  { what, onReading = () => undefined, heapMegabytes }: ReadingOptions,
): Promise<ReadingTasks[Task]['result']> {
  const most = heapMegabytes ?? Math.min(MOST_HEAP_MEGABYTES, Math.floor(memoryLimit() / 2 ** 20));
  const thread =
    heapMegabytes === undefined ? (takeWaiting() ?? startThread(most)) : startThread(most);
  const plugIn = plugInOf('datasets', id);
  return new Promise((resolve, reject) => {
    const release = (): void => {
      stopListening(thread);
      if (heapMegabytes === undefined) letWait(thread);
      else end(thread);
    };
    thread.on('message', (message: ReadingMessage<Task>) => {
      switch (message.kind) {
        case 'reading':
          onReading(message.what);
          return;
        case 'done':
          release();
          resolve(message.result);
          return;
        case 'failed':
          release();
          reject(errorFrom(message.report));
          return;
        case 'refused':
          release();
          reject(new SettingsError(message.problems));
      }
    });
    thread.once('error', (error) => {
      if (isOutOfMemory(error)) reject(tooLarge(what, most, error));
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
    thread.once('exit', (code) => {
      reject(new Error(`the thread that reads ${id} ended with exit code ${code}`));
    });
    try {
      thread.postMessage({
        task,
        given,
        id,
        plugIns: plugIn ? [{ file: plugIn.file, sha256: plugIn.sha256 }] : [],
        memory: currentMemoryLimit(),
      } satisfies ReadingRequest<Task>);
    } catch (error) {
      // What can't be sent would leave a thread that keeps the process from ending.
      release();
      throw error;
    }
  });
}

function startThread(heapMegabytes: number): Worker {
  return new Worker(new URL('reading-worker.ts', import.meta.url), {
    name: 'ticket-reading',
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
}

function takeWaiting(): Worker | undefined {
  if (!waiting) return undefined;
  const { thread, timer } = waiting;
  waiting = undefined;
  clearTimeout(timer);
  stopListening(thread);
  thread.ref();
  return thread;
}

/** Only these: without Node's own listeners a thread hears nothing. */
function stopListening(thread: Worker): void {
  for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event);
}

/** Neither the thread nor its timer keeps the process from ending. */
function letWait(thread: Worker): void {
  if (waiting) {
    end(thread);
    return;
  }
  const timer = setTimeout(() => {
    waiting = undefined;
    end(thread);
  }, IDLE_MILLISECONDS);
  timer.unref();
  thread.unref();
  waiting = { thread, timer };
  thread.once('exit', () => {
    if (waiting?.thread !== thread) return;
    clearTimeout(timer);
    waiting = undefined;
  });
}

/** The thread ends by itself: it may be within a library that is not to be cut off. */
function end(thread: Worker): void {
  thread.unref();
  thread.postMessage(undefined);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function tooLarge(what: string, heapMegabytes: number, cause: unknown): WorkbenchError {
  return new WorkbenchError(
    'invalid-data',
    `${what}: decoding takes more than ${heapMegabytes} MiB of memory beside the examples; expected at most that`,
    'Keep a part of the examples or columns, or convert the table to NumPy arrays.',
    { cause },
  );
}
