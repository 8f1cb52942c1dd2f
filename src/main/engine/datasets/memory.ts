/**
 * The memory of a dataset: its examples, and what decoding them takes. A thread's own limits count the
 * heap of JavaScript only. So whatever a file promises is compared here with what the machine has, before
 * memory is taken for it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { totalmem } from 'node:os';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { type ExampleShape, productOf } from '../layers/spec.ts';
import type { ExampleSet } from './examples.ts';

/** The rest is for the training, and for other programs. */
const SHARE_OF_MACHINE = 0.75;

/**
 * The bytes that one dataset may take: three quarters of the memory of the machine, or of the container
 * (cgroup) that this process runs in. What is free at the moment does not count: macOS calls little free
 * that programs can have.
 *
 * @param total bytes of the machine.
 * @param constrained bytes of the container; 0 if there is none.
 */
export function memoryLimit(total = totalmem(), constrained = process.constrainedMemory()): number {
  const machine = constrained > 0 ? Math.min(total, constrained) : total;
  return Math.floor(machine * SHARE_OF_MACHINE);
}

interface Budget {
  readonly limit: number;
  /** Bytes of the examples so far: training, test and validation set are allocated one by one. */
  taken: number;
}

const budgets = new AsyncLocalStorage<Budget>();

/** Runs a reading whose examples take at most `limit` bytes together. */
export function withMemoryLimit<Result>(
  limit: number,
  read: () => Promise<Result>,
): Promise<Result> {
  return budgets.run({ limit, taken: 0 }, read);
}

/** The limit of the reading that is going on here; that of the machine if there is none. */
export function currentMemoryLimit(): number {
  return budgets.getStore()?.limit ?? memoryLimit();
}

/**
 * Asked before decoding takes memory beside the examples, which is freed again.
 *
 * @param what names the file in a message.
 * @param purpose what takes the memory, such as `decoding 8000 × 8000 pixels takes`.
 * @throws WorkbenchError `invalid-data` if there is not as much.
 */
export function requireMemory(what: string, purpose: string, bytes: number): void {
  const taken = budgets.getStore()?.taken ?? 0;
  const limit = currentMemoryLimit();
  if (taken + bytes <= limit) return;
  const others = taken === 0 ? '' : `, beside ${taken} for the examples`;
  throw new WorkbenchError(
    'invalid-data',
    `${what}: ${purpose} ${bytes} bytes of memory${others}; expected at most ${limit}, three quarters of this machine's memory`,
    'Keep a part of the examples or a smaller size of them, or read them on a machine with more memory.',
  );
}

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
  const bytes = pages * PAGE_BYTES;
  const purpose = 'the examples take';
  if (pages > MAX_PAGES) {
    throw new WorkbenchError(
      'invalid-data',
      `${what}: ${purpose} ${bytes} bytes of memory; expected at most ${MAX_PAGES * PAGE_BYTES}`,
      'Keep a part of the examples only.',
    );
  }
  requireMemory(what, purpose, bytes);
  const memory = sharedMemory(what, pages);
  const budget = budgets.getStore();
  if (budget) budget.taken += bytes;
  return memory;
}

function sharedMemory(what: string, pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new WorkbenchError(
      'invalid-data',
      `${what}: the examples take ${pages * PAGE_BYTES} bytes of memory, which this machine could not give`,
      'Close other programs, or keep a part of the examples only.',
      { cause },
    );
  }
}
