import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { writeExport } from '../../../src/main/exporters/write-file.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { temporaryFolder } from '../store/samples.ts';

/** What happens, in a test, once the bytes are written and before they take their name. */
let meanwhile = (): void => undefined;
let hasHardLinks = true;

vi.mock(import('node:fs'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    linkSync: (from, to) => {
      meanwhile();
      if (!hasHardLinks) throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
      original.linkSync(from, to);
    },
  };
});

afterEach(() => {
  meanwhile = () => undefined;
  hasHardLinks = true;
});

const BYTES = new TextEncoder().encode('new');
const CHILD = fileURLToPath(new URL('./children/write-file.ts', import.meta.url));

function failure(work: () => unknown): WorkbenchError {
  try {
    work();
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

test('a file is written', () => {
  const folder = temporaryFolder();
  writeExport(path.join(folder, 'masks.npz'), BYTES);
  expect(readFileSync(path.join(folder, 'masks.npz'), 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['masks.npz']);
});

test('a file is written where the file system has no hard links', () => {
  hasHardLinks = false;
  const folder = temporaryFolder();
  writeExport(path.join(folder, 'masks.npz'), BYTES);
  expect(readFileSync(path.join(folder, 'masks.npz'), 'utf8')).toBe('new');
  expect(readdirSync(folder)).toEqual(['masks.npz']);
});

test('an empty file and one with a long name are written', () => {
  const folder = temporaryFolder();
  const name = `${'ö'.repeat(124)}.npz`; // 252 of 255 bytes.
  writeExport(path.join(folder, name), new Uint8Array());
  expect(readFileSync(path.join(folder, name))).toHaveLength(0);
});

test.each([true, false])('a folder is no place for a file (overwrite: %s)', (overwrite) => {
  const folder = temporaryFolder();
  const error = failure(() => writeExport(folder, BYTES, { overwrite }));
  expect(error.code).toBe('invalid-argument');
  expect(error.message).toContain('is a folder; expected the name of a file');
});

describe('a file that is there', () => {
  function folderWithFile() {
    const folder = temporaryFolder();
    const file = path.join(folder, 'masks.npz');
    writeFileSync(file, 'old');
    return { folder, file };
  }

  test('is left alone', () => {
    const { folder, file } = folderWithFile();
    const error = failure(() => writeExport(file, BYTES));
    expect(error.code).toBe('conflict');
    expect(error.message).toBe(`${file} already exists and was not overwritten`);
    expect(error.hint).toContain('--force');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['masks.npz']);
  });

  test.each([true, false])('by the time the name is taken is left alone (links: %s)', (links) => {
    hasHardLinks = links;
    const folder = temporaryFolder();
    const file = path.join(folder, 'masks.npz');
    meanwhile = () => {
      writeFileSync(file, 'old');
    };
    expect(failure(() => writeExport(file, BYTES)).code).toBe('conflict');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['masks.npz']);
  });

  test('is replaced where that is asked for', () => {
    const { folder, file } = folderWithFile();
    writeExport(file, BYTES, { overwrite: true });
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['masks.npz']);
  });

  test('is replaced where a link leads, and the link stays', () => {
    const { folder, file } = folderWithFile();
    const link = path.join(temporaryFolder(), 'link.npz');
    symlinkSync(file, link);
    expect(failure(() => writeExport(link, BYTES)).code).toBe('conflict');
    writeExport(link, BYTES, { overwrite: true });
    expect(readlinkSync(link)).toBe(file);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['masks.npz']);
  });
});

describe('what is no place for a file', () => {
  test('a folder that is not there', () => {
    const folder = path.join(temporaryFolder(), 'gone');
    const file = path.join(folder, 'masks.npz');
    const error = failure(() => writeExport(file, BYTES));
    expect(error.code).toBe('invalid-argument');
    expect(error.message).toBe(`${file} can't be written: there is no folder ${folder}`);
  });

  test('a file in the place of the folder', () => {
    const folder = path.join(temporaryFolder(), 'file');
    writeFileSync(folder, 'old');
    const error = failure(() => writeExport(path.join(folder, 'masks.npz'), BYTES));
    expect(error.message).toContain(`there is no folder ${folder}`);
    expect(readFileSync(folder, 'utf8')).toBe('old');
  });

  test.each([false, true])('a folder of that name (overwrite: %s)', (overwrite) => {
    const folder = path.join(temporaryFolder(), 'masks.npz');
    mkdirSync(folder);
    failure(() => writeExport(folder, BYTES, { overwrite }));
    expect(lstatSync(folder).isDirectory()).toBe(true);
    expect(readdirSync(path.dirname(folder))).toEqual(['masks.npz']);
  });

  // As /dev/null is none either, which a rename would replace.
  test('a pipe', ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no named pipes in folders');
    const pipe = path.join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const error = failure(() => writeExport(pipe, BYTES, { overwrite: true }));
    expect(error.code).toBe('invalid-argument');
    expect(error.message).toContain('not a regular file');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  test('a name that is too long', () => {
    const file = path.join(temporaryFolder(), 'n'.repeat(300));
    const error = failure(() => writeExport(file, BYTES));
    expect(error.message).toContain('the name is too long');
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  test('a folder that can only be read', async ({ skip }) => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    // Root may write anywhere, so that the child must be somebody else: nobody.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const child = promisify(execFile)(process.execPath, [CHILD, path.join(folder, 'a'), '9'], {
      uid,
    });
    const { stdout } = await child.catch((error: unknown) =>
      skip(`nobody can't run ${process.execPath}: ${String(error)}`),
    );
    expect(stdout).toMatch(/^invalid-argument: .* the folder .* can only be read/);
  });
});

test('a disk that takes no more leaves the old file whole, and nothing else', async ({ skip }) => {
  if (process.platform === 'win32') skip('there are no limits on the size of files on Windows');
  const folder = temporaryFolder();
  const file = path.join(folder, 'weights.npz');
  writeFileSync(file, 'old');
  const limited = `trap '' XFSZ; ulimit -f 10; exec "$@"`;
  const { stdout } = await promisify(execFile)('/bin/sh', [
    '-c',
    limited,
    'limited',
    ...[process.execPath, CHILD, file, '100000', 'overwrite'],
  ]);
  expect(stdout).toMatch(/^store-failed: .* the disk is full, or its limits are reached/);
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['weights.npz']);
});
