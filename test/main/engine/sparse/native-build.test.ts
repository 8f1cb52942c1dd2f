import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  ensureNative,
  findNativeBuild,
  nativeFailure,
} from '../../../../src/main/engine/sparse/native-build.ts';
import { nativeKernels, nativeStatus } from '../../../../src/main/engine/sparse/native.ts';

/** Milliseconds; a build takes seconds, and longer on a busy machine. */
const BUILD_TIMEOUT = 600_000;
beforeAll(() => ensureNative(), BUILD_TIMEOUT);
afterEach(() => {
  vi.unstubAllEnvs();
});

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'ticket-native-test-')));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/**
 * Puts a g++ in front of the system's. It compiles nothing: what it links is the build that is there
 * already.
 */
function fakeCompiler(script: string): string {
  const folder = temporaryFolder();
  const file = path.join(folder, 'g++');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
  return folder;
}

/** Counts its runs beside itself, one line each. */
function linking(version: string): string {
  const { file } = findNativeBuild()!;
  return fakeCompiler(`
if [ "$1" = --version ]; then echo "${version}"; exit; fi
echo "$@" >> "$(dirname "$0")/runs"
for last; do :; done
if [ "$1" = -shared ]; then cp "${file}" "$last"; else : > "$last"; fi`);
}

const runsOf = (folder: string): number =>
  readFileSync(path.join(folder, 'runs'), 'utf8').trim().split('\n').length;

describe('the build of the native kernels', () => {
  it('can be asked for by several at once, and is made once', async () => {
    const compiler = linking('a compiler');
    const folder = temporaryFolder();
    const onBuild = vi.fn();
    await Promise.all([1, 2, 3].map(() => ensureNative(onBuild, folder)));
    expect(onBuild).toHaveBeenCalledTimes(1);
    const runs = runsOf(compiler);
    await ensureNative(onBuild, folder);
    expect(onBuild).toHaveBeenCalledTimes(1);
    expect(runsOf(compiler)).toBe(runs);
    expect(findNativeBuild(folder)).toMatchObject({ compiler: 'a compiler', isPackaged: false });
  });

  it('is made again when it is damaged', async () => {
    linking('a compiler');
    const folder = temporaryFolder();
    await ensureNative(() => undefined, folder);
    const { file } = findNativeBuild(folder)!;
    const sound = readFileSync(file);
    const flipped = Buffer.from(sound);
    flipped[flipped.length >> 1]! ^= 1;
    for (const damaged of [flipped, sound.subarray(0, 1000), Buffer.alloc(0)]) {
      writeFileSync(file, damaged);
      expect(findNativeBuild(folder)).toBeUndefined();
      await ensureNative(() => undefined, folder);
      expect(readFileSync(findNativeBuild(folder)!.file).equals(sound)).toBe(true);
    }
    for (const damaged of ['', '{"file":', '{}']) {
      writeFileSync(path.join(folder, 'manifest.json'), damaged);
      expect(findNativeBuild(folder)).toBeUndefined();
      await ensureNative(() => undefined, folder);
      expect(findNativeBuild(folder)).toBeDefined();
    }
  });

  it('is made again by another compiler, and kept without one', async () => {
    const folder = temporaryFolder();
    linking('the old compiler');
    await ensureNative(() => undefined, folder);
    linking('the new compiler');
    await ensureNative(() => undefined, folder);
    expect(findNativeBuild(folder)?.compiler).toBe('the new compiler');
    vi.stubEnv('PATH', temporaryFolder());
    await ensureNative(() => undefined, folder);
    expect(findNativeBuild(folder)?.compiler).toBe('the new compiler');
  });

  it('is not there without a compiler, and nothing complains', async () => {
    vi.stubEnv('PATH', temporaryFolder());
    const folder = temporaryFolder();
    const onBuild = vi.fn();
    await ensureNative(onBuild, folder);
    expect(onBuild).not.toHaveBeenCalled();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['refuses the sources', 'echo "no such option" >&2; exit 1', 'no such option'],
    [
      'makes what does not load',
      'for last; do :; done; echo "not an addon" > "$last"',
      'not an addon|invalid ELF|file too short|not a mach-o',
    ],
  ])('fails once for all with a compiler that %s', async (_what, script, message) => {
    fakeCompiler(`if [ "$1" = --version ]; then echo "a bad compiler"; exit; fi\n${script}`);
    const folder = temporaryFolder();
    const onBuild = vi.fn();
    await ensureNative(onBuild, folder);
    await ensureNative(onBuild, folder);
    expect(onBuild).toHaveBeenCalledTimes(1);
    expect(findNativeBuild(folder)).toBeUndefined();
    expect(nativeFailure(folder)?.compiler).toBe('a bad compiler');
    expect(nativeFailure(folder)?.message).toMatch(new RegExp(message, 'i'));
    expect(readdirSync(folder)).toEqual(['failure.json']);

    linking('a good compiler');
    await ensureNative(onBuild, folder);
    expect(findNativeBuild(folder)).toBeDefined();
    expect(nativeFailure(folder)).toBeUndefined();
  });

  it('is tried again after a full disk', async () => {
    fakeCompiler(
      'if [ "$1" = --version ]; then echo "one"; exit; fi\necho "No space left on device"; exit 1',
    );
    const folder = temporaryFolder();
    const onBuild = vi.fn();
    await ensureNative(onBuild, folder);
    await ensureNative(onBuild, folder);
    expect(onBuild).toHaveBeenCalledTimes(2);
  });

  it('is neither made nor used with TICKET_NATIVE=0', async () => {
    expect(nativeKernels().length).toBeGreaterThan(0);
    expect(nativeStatus().width).toBe(nativeKernels()[0]?.width);
    vi.stubEnv('TICKET_NATIVE', '0');
    const folder = temporaryFolder();
    await ensureNative(() => undefined, folder);
    expect(readdirSync(folder)).toEqual([]);
    expect(nativeKernels()).toEqual([]);
    expect(nativeStatus()).toEqual({
      width: null,
      reason: 'native kernels are turned off by TICKET_NATIVE=0',
    });
  });
});
