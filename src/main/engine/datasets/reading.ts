/** Which data are so large that a thread reads, checks and summarises them: see `reading-thread.ts`. */
import { stat } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import { formatCount } from '../../../shared/amount.ts';
import { productOf } from '../layers/spec.ts';
import type { Dataset, DatasetSummary } from './examples.ts';

/** Smaller data are read sooner than a thread starts. */
const LARGE_BYTES = 2 ** 22;

/** Files whose content is larger than they are. */
const PACKED = /\.(gz|npz|png|jpe?g|gif|webp|tiff?)$/i;
/** A usual ratio. Where it is wrong, the main thread reads some megabytes more, or a thread some fewer. */
const BYTES_OF_A_PACKED_BYTE = 8;

/** Whether and why a thread is worth it. A thread starts no other. */
export async function bytesToRead(files: readonly string[]): Promise<number | undefined> {
  if (!isMainThread) return undefined;
  let bytes = 0;
  let unpacked = 0;
  for (const file of files) {
    const size = (await stat(file).catch(() => undefined))?.size ?? 0;
    bytes += size;
    unpacked += PACKED.test(file) ? size * BYTES_OF_A_PACKED_BYTE : size;
  }
  return unpacked >= LARGE_BYTES ? bytes : undefined;
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
    : `${formatCount(examples)} examples of ${shape.join(' × ')}`;
}

/** As `isLarge`, for a dataset in memory. */
export function isLargeInMemory({ shape, classes, train, test }: Dataset): string | undefined {
  return isLarge({ shape, classes, trainExamples: train.count, testExamples: test.count });
}
