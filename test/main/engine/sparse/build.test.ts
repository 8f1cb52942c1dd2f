import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ensureWasm, MODULES_OF, readWasm } from '../../../../src/main/engine/sparse/build.ts';

const BUILD_TIMEOUT = 120_000;

describe('the build of the sparse engine', () => {
  it(
    'can be asked for by several at once, and gives two different modules',
    async () => {
      await Promise.all([ensureWasm(), ensureWasm(), ensureWasm()]);
      const strict = readWasm('strict');
      const relaxed = readWasm('relaxed');
      for (const bytes of [strict, relaxed])
        expect(() => new WebAssembly.Module(bytes)).not.toThrow();
      expect(Buffer.compare(strict, relaxed)).not.toBe(0);
    },
    BUILD_TIMEOUT,
  );

  it(
    'builds what an engine needs and no more, once',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'ticket-wasm-'));
      onTestFinished(() => {
        rmSync(folder, { recursive: true });
      });
      const onBuild = vi.fn();

      await ensureWasm(MODULES_OF.dense, onBuild, folder);
      expect(onBuild).not.toHaveBeenCalled();

      await Promise.all([
        ensureWasm(MODULES_OF.auto, onBuild, folder),
        ensureWasm(MODULES_OF.sparse, () => undefined, folder),
      ]);
      await ensureWasm(MODULES_OF.sparse, onBuild, folder);
      expect(onBuild).toHaveBeenCalledTimes(1);
      expect(readdirSync(folder)).toEqual(['sparse-strict.wasm']);
    },
    BUILD_TIMEOUT,
  );
});
