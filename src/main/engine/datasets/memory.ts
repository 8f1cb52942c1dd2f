import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { type ExampleShape, productOf } from '../layers/spec.ts';
import type { ExampleSet } from './dataset.ts';

/** TensorFlow uses a buffer at a multiple of this address in place, and copies any other. */
const ALIGNMENT = 64;

const PAGE_BYTES = 65_536;
/** The most that a 32-bit WebAssembly memory can address. */
const MAX_PAGES = 65_536;

/**
 * Allocates arrays of these lengths in one memory, which every worker thread reads without a copy. The
 * arrays are zero, and their addresses are multiples of 64. The memory is a shared WebAssembly memory:
 * its pages are aligned, those of a SharedArrayBuffer need not be.
 *
 * @param what names the examples in a message.
 * @throws WorkbenchError `invalid-data` if they don't fit into memory.
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
 * Allocates `count` examples of this shape with one byte a feature.
 *
 * @param what names the examples in a message.
 * @throws WorkbenchError `invalid-data` if they don't fit into memory.
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

/** As `allocateExamples`, with one float32 a feature. */
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
