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
import type { Dataset, OnReading } from './dataset.ts';

/** Smaller files are read sooner than a thread starts. */
const LARGE_BYTES = 2 ** 22;

/** What the thread says, the last of them once. */
export type ReadingMessage =
  | { readonly kind: 'reading'; readonly what: string }
  | { readonly kind: 'read'; readonly dataset: Dataset }
  | { readonly kind: 'failed'; readonly report: ErrorReport }
  | { readonly kind: 'refused'; readonly problems: readonly SettingsProblem[] };

/** Whether these files are worth a thread. A thread starts no other. */
export async function areLarge(files: readonly string[]): Promise<boolean> {
  if (!isMainThread) return false;
  let bytes = 0;
  for (const file of files) {
    bytes += (await stat(file).catch(() => undefined))?.size ?? 0;
    if (bytes >= LARGE_BYTES) return true;
  }
  return false;
}

/**
 * Loads a built-in dataset in a thread. Its examples are in shared memory, so nothing is copied.
 *
 * @throws WorkbenchError as the dataset's own `load`; `invalid-data` if it needs too much memory.
 */
export function readInThread(choice: Choice, onReading: OnReading): Promise<Dataset> {
  const thread = new Worker(new URL('reading-worker.ts', import.meta.url), {
    workerData: choice,
    name: 'ticket-reading',
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
      if (isOutOfMemory(error)) reject(tooLarge(choice, error));
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

function tooLarge({ id }: Choice, cause: unknown): WorkbenchError {
  return new WorkbenchError(
    'invalid-data',
    `the files of the dataset ${id} need more memory to be decoded than one thread may have`,
    'Keep a part of the examples or columns, or convert the table to NumPy arrays.',
    { cause },
  );
}
