import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ensureWasm, MODULES_OF, readWasm } from '../../../../src/main/engine/sparse/build.ts';
import { BUILD_TIMEOUT } from '../../../support/wasm.ts';

/** The command lines of all children of this process that run the compiler. */
function compilers(): string[] {
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    textOf(`/proc/self/task/${task}/children`).trim().split(' '),
  );
  return children
    .filter((child) => child !== '')
    .map((child) => textOf(`/proc/${child}/cmdline`))
    .filter((command) => command.includes('asc.js'));
}

/** A process or thread may have ended meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

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
    'builds damaged modules again, and removes what killed processes left',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'ticket-wasm-'));
      onTestFinished(() => {
        rmSync(folder, { recursive: true });
      });
      const file = path.join(folder, 'sparse-strict.wasm');
      await ensureWasm(['strict'], () => undefined, folder);
      const sound = readFileSync(file);
      const flipped = Buffer.from(sound);
      flipped[flipped.length >> 1]! ^= 1;
      const left = path.join(folder, '.ticket-00000000-1-0b0e4b9e8d2c4f5a.part');
      const recent = path.join(folder, '.ticket-00000000-1-1b0e4b9e8d2c4f5a.part');
      for (const each of [left, recent]) copyFileSync(file, each);
      utimesSync(left, 0, 0);

      for (const damaged of [flipped, sound.subarray(0, 1000), Buffer.alloc(0)]) {
        writeFileSync(file, damaged);
        const onBuild = vi.fn();
        await ensureWasm(['strict'], onBuild, folder);
        expect(onBuild).toHaveBeenCalledTimes(1);
        expect(readFileSync(file).equals(sound)).toBe(true);
      }
      expect(readdirSync(folder)).toEqual([path.basename(recent), path.basename(file)]);
    },
    BUILD_TIMEOUT,
  );

  it.runIf(process.platform === 'linux')(
    'compiles in no process of its own, which would outlive a killed one',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'ticket-wasm-'));
      onTestFinished(() => {
        rmSync(folder, { recursive: true });
      });
      const seen: string[] = [];
      const watch = setInterval(() => seen.push(...compilers()), 20);
      await ensureWasm(['strict'], () => undefined, folder);
      clearInterval(watch);
      expect(seen).toEqual([]);
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
