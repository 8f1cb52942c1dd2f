import { describe, expect, it } from 'vitest';
import { ensureWasm, readWasm } from '../../../../src/main/engine/sparse/build.ts';

describe('the build of the sparse engine', () => {
  it('can be asked for by several at once, and gives two different modules', async () => {
    await Promise.all([ensureWasm(), ensureWasm(), ensureWasm()]);
    const strict = readWasm('strict');
    const relaxed = readWasm('relaxed');
    for (const bytes of [strict, relaxed])
      expect(() => new WebAssembly.Module(bytes)).not.toThrow();
    expect(Buffer.compare(strict, relaxed)).not.toBe(0);
  }, 120_000);
});
