import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { type ExampleShape, productOf } from '../layers/spec.ts';
import type { ExampleSet } from './dataset.ts';

/** TensorFlow takes a buffer as a tensor in place at multiples of this, and copies it otherwise. */
const ALIGNMENT = 64;

const PAGE_BYTES = 65_536;
/** All that a 32-bit WebAssembly memory can address. */
const MAX_PAGES = 65_536;

/**
 * One memory that every worker thread reads without a copy, cut into arrays of these many bytes, all
 * zero, each at an address that is a multiple of 64. It is a shared WebAssembly memory because its
 * pages are aligned, which those of a SharedArrayBuffer need not be.
 *
 * @throws WorkbenchError `invalid-data` where they don't fit, saying that `what` does not.
 */
export function allocateShared(what: string, byteLengths: readonly number[]): Uint8Array[] {
  const offsets: number[] = [];
  let total = 0;
  for (const byteLength of byteLengths) {
    offsets.push(total);
    total += Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
  }
  const { buffer } = allocatePages(what, Math.max(1, Math.ceil(total / PAGE_BYTES)));
  return byteLengths.map((length, index) => new Uint8Array(buffer, offsets[index], length));
}

/**
 * Room for `count` examples of this shape, a byte a feature, to be filled by a reader.
 *
 * @throws WorkbenchError `invalid-data` where they don't fit, saying that `what` does not.
 */
export function allocateExamples(
  what: string,
  count: number,
  shape: ExampleShape,
): ExampleSet<Uint8Array> {
  const [features, labels] = allocateShared(what, [
    count * productOf(shape),
    count * Int32Array.BYTES_PER_ELEMENT,
  ]);
  return { count, features: features!, labels: integersIn(labels!) };
}

/** The same with a float32 a feature. */
export function allocateFloatExamples(
  what: string,
  count: number,
  shape: ExampleShape,
): ExampleSet<Float32Array> {
  const length = count * productOf(shape);
  const [features, labels] = allocateShared(what, [
    length * Float32Array.BYTES_PER_ELEMENT,
    count * Int32Array.BYTES_PER_ELEMENT,
  ]);
  return {
    count,
    features: new Float32Array(features!.buffer, features!.byteOffset, length),
    labels: integersIn(labels!),
  };
}

function integersIn({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength / Int32Array.BYTES_PER_ELEMENT);
}

function allocatePages(what: string, pages: number): WebAssembly.Memory {
  const size = `${what}: the examples take ${pages * PAGE_BYTES} bytes of memory`;
  if (pages > MAX_PAGES) {
    throw new WorkbenchError(
      'invalid-data',
      `${size}; expected at most ${MAX_PAGES * PAGE_BYTES}`,
      'Keep a part of the examples only.',
    );
  }
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new WorkbenchError(
      'invalid-data',
      `${size}, which this machine could not give`,
      'Close other programs, or keep a part of the examples only.',
      { cause },
    );
  }
}
