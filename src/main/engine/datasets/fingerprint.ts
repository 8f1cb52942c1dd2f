import { createHash, type Hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ExampleShape } from '../layers/spec.ts';
import type { ExampleSet, Features } from './examples.ts';

/** Hashed in one go, which takes a few hundredths of a second. Then other work gets its turn. */
const PIECE_BYTES = 2 ** 24;

/**
 * SHA-256, in hex, of everything that a training sees of a dataset. It does not depend on the files that
 * the dataset came from. The hash is over these values of the training set, then of the test set, then
 * of the dataset's own validation set if it is used, without padding, with little-endian integers:
 *
 *     uint32                              the rank of one example, e.g. 3
 *     uint32 [rank]                       its shape, e.g. 28, 28, 1
 *     uint32                              the number of examples
 *     uint8 or float32 [count, ...shape]  features, row-major
 *     int32 [count]                       labels
 */
export async function fingerprintOf(
  shape: ExampleShape,
  train: ExampleSet,
  test: ExampleSet,
  validation?: ExampleSet,
): Promise<string> {
  const hash = createHash('sha256');
  const sets = validation ? [train, test, validation] : [train, test];
  for (const { count, features, labels } of sets) {
    await update(hash, integers([shape.length, ...shape, count]));
    await update(hash, bytesOf(features));
    await update(hash, bytesOf(labels));
  }
  return hash.digest('hex');
}

/** The bytes in memory. Every platform that TensorFlow is built for is little-endian. */
function bytesOf({ buffer, byteOffset, byteLength }: Features | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

async function update(hash: Hash, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    hash.update(bytes.subarray(start, start + PIECE_BYTES));
    await setImmediate();
  }
}

function integers(values: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) bytes.setUint32(index * 4, value, true);
  return new Uint8Array(bytes.buffer);
}
