import { describe, expect, it } from 'vitest';
import { Arena } from '../../../../src/main/engine/sparse/arena.ts';
import type { SparseMemory } from '../../../../src/main/engine/sparse/kernels.ts';

const newMemory = () => new WebAssembly.Memory({ initial: 1 }) as WebAssembly.Memory & SparseMemory;

describe('an arena', () => {
  it('gives addresses that never overlap and start at cache lines', () => {
    const arena = new Arena(newMemory(), 1000);
    const pointers = [1, 128, 129, 5].map((bytes) => arena.reserve(bytes));
    expect(pointers).toEqual([1024, 1152, 1280, 1536]);
  });

  it('reuses what was released, and grows only if more is needed than ever before', () => {
    const memory = newMemory();
    const arena = new Arena(memory, 0);
    arena.reserve(1000);
    const mark = arena.mark();
    const first = arena.reserve(1_000_000);
    arena.commit();
    const size = memory.buffer.byteLength;
    expect(size).toBeGreaterThanOrEqual(first + 1_000_000);
    arena.release(mark);
    expect(arena.reserve(999_000)).toBe(first);
    arena.commit();
    expect(memory.buffer.byteLength).toBe(size);
    arena.floats(first, 10).fill(1);
  });

  it('says how much memory is needed if there is not enough', () => {
    const arena = new Arena(newMemory(), 0);
    arena.reserve(5 * 2 ** 30);
    expect(() => {
      arena.commit();
    }).toThrow(/cannot get the 5120 MiB/);
  });
});
