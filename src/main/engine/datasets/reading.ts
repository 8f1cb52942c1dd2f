/**
 * Reads large files in a thread, so that decoding them holds up neither the window nor the heartbeats of
 * searches, and so that a file which needs too much memory ends that thread only.
 */
import { stat } from 'node:fs/promises';
import { isMainThread, Worker } from 'node:worker_threads';
import {
  type ErrorReport,
  errorFrom,
  SettingsError,
  type SettingsProblem,
  WorkbenchError,
} from '../../../shared/contract/errors.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import { productOf } from '../layers/spec.ts';
import { type PlugInFile, plugInOf } from '../plug-ins/load.ts';
import type { Dataset, DatasetSummary, OnReading } from './examples.ts';

/** Smaller files are read sooner than a thread starts. */
const LARGE_BYTES = 2 ** 22;

/** What the thread says, the last of them once. */
export type ReadingMessage =
  | { readonly kind: 'reading'; readonly what: string }
  | { readonly kind: 'read'; readonly dataset: Dataset }
  | { readonly kind: 'failed'; readonly report: ErrorReport }
  | { readonly kind: 'refused'; readonly problems: readonly SettingsProblem[] };

/** Whether and why a thread is worth it. A thread starts no other. */
export async function bytesToRead(files: readonly string[]): Promise<number | undefined> {
  if (!isMainThread) return undefined;
  let bytes = 0;
  for (const file of files) bytes += (await stat(file).catch(() => undefined))?.size ?? 0;
  return bytes >= LARGE_BYTES ? bytes : undefined;
}

/**
 * As `bytesToRead`, for a dataset whose files only it knows.
 *
 * @returns what makes it large, for a message; undefined if it is not.
 */
export function isLarge({
  shape,
  trainExamples,
  testExamples,
}: DatasetSummary): string | undefined {
  if (!isMainThread) return undefined;
  const examples = trainExamples + testExamples;
  return examples * productOf(shape) < LARGE_BYTES
    ? undefined
    : `${examples} examples of ${shape.join(' × ')}`;
}

/** The memory of a thread for everything but the examples, which are outside of its heap. */
const HEAP_MEGABYTES = 4096;

/** What the thread is to read, and the plug-in that the dataset comes from. */
export interface ReadingRequest {
  readonly choice: Choice;
  readonly plugIns: readonly PlugInFile[];
}

/**
 * Loads a registered dataset in a thread. Its examples are in shared memory, so nothing is copied.
 *
 * @param what names the files and their size in a message.
 * @param heapMegabytes the limit of the thread's memory.
 * @throws WorkbenchError as the dataset's own `load`; `invalid-data` if it needs too much memory.
 */
export function readInThread(
  choice: Choice,
  what: string,
  onReading: OnReading,
  heapMegabytes = HEAP_MEGABYTES,
): Promise<Dataset> {
  const plugIn = plugInOf('datasets', choice.id);
  const plugIns = plugIn ? [{ file: plugIn.file, sha256: plugIn.sha256 }] : [];
  const thread = new Worker(new URL('reading-worker.ts', import.meta.url), {
    workerData: { choice, plugIns } satisfies ReadingRequest,
    name: 'ticket-reading',
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  return new Promise((resolve, reject) => {
    thread.on('message', (message: ReadingMessage) => {
      switch (message.kind) {
        case 'reading':
          onReading(message.what);
          return;
        case 'read':
          resolve(message.dataset);
          return;
        case 'failed':
          reject(errorFrom(message.report));
          return;
        case 'refused':
          reject(new SettingsError(message.problems));
      }
    });
    thread.once('error', (error) => {
      if (isOutOfMemory(error)) reject(tooLarge(what, heapMegabytes, error));
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
    thread.once('exit', (code) => {
      reject(new Error(`the thread that reads ${choice.id} ended with exit code ${code}`));
    });
  });
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
