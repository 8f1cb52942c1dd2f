import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  moveFile,
  removeUnfinished,
  replaceFile,
  replaceFileAsync,
  writeFileAtomically,
} from '../../provision/atomic-file.mjs';

/** The calls that decide what a power cut leaves, in their order. */
const calls: string[] = [];

vi.mock(import('node:fs'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    fsyncSync: (handle) => {
      calls.push(original.fstatSync(handle).isDirectory() ? 'flush folder' : 'flush file');
      original.fsyncSync(handle);
    },
    renameSync: (from, to) => {
      calls.push('rename');
      original.renameSync(from, to);
    },
  };
});

const MODULE = fileURLToPath(new URL('../../provision/atomic-file.mjs', import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ticket-atomic-'));
  calls.length = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a file that is replaced', () => {
  test('has the new content, and nothing is beside it', () => {
    const file = path.join(folder, 'state.json');
    writeFileAtomically(file, 'old');
    writeFileAtomically(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  test('is flushed before it gets its name, and its folder afterwards', ({ skip }) => {
    if (process.platform === 'win32') skip('Windows can’t flush a folder');
    writeFileAtomically(path.join(folder, 'state.json'), 'new');
    expect(calls).toEqual(['flush file', 'rename', 'flush folder']);
  });

  test('can be only for its owner', ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no such modes');
    const file = path.join(folder, 'windows.json');
    writeFileAtomically(file, 'keys', { mode: 0o600 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('can have the longest name that there is', () => {
    const file = path.join(folder, 'n'.repeat(255));
    writeFileAtomically(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  test('can be a link, which is replaced itself', () => {
    const target = path.join(folder, 'target');
    writeFileSync(target, 'old');
    const link = path.join(folder, 'link');
    symlinkSync(target, link);
    writeFileAtomically(link, 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(false);
    expect(readFileSync(target, 'utf8')).toBe('old');
  });

  test('keeps its content if it was not to be overwritten', () => {
    const file = path.join(folder, 'masks.npz');
    writeFileAtomically(file, 'old', { overwrite: false });
    const again = () => {
      writeFileAtomically(file, 'new', { overwrite: false });
    };
    expect(again).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['masks.npz']);
  });
});

describe('if it can’t be made, the old one stays, and no draft is left', () => {
  const fault = new Error('the disk is full');

  test('because the work on it fails', async () => {
    const file = path.join(folder, 'state.json');
    writeFileAtomically(file, 'old');
    expect(() => {
      replaceFile(file, (unfinished) => {
        writeFileSync(unfinished, 'ne');
        throw fault;
      });
    }).toThrow(fault);
    const slow = replaceFileAsync(file, (unfinished) => {
      writeFileSync(unfinished, 'ne');
      return Promise.reject(fault);
    });
    await expect(slow).rejects.toThrow(fault);
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  test('because it can’t get its name', () => {
    mkdirSync(path.join(folder, 'taken'));
    writeFileSync(path.join(folder, 'taken', 'inside'), '');
    expect(() => {
      writeFileAtomically(path.join(folder, 'taken'), 'new');
    }).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  test('because the disk takes no more', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no limits on the size of files');
    const file = path.join(folder, 'state.json');
    writeFileSync(file, 'old');
    const script = `
      import { writeFileAtomically } from ${JSON.stringify(MODULE)};
      try { writeFileAtomically(process.argv[1], 'n'.repeat(100_000)); }
      catch (error) { console.log(error.code); }`;
    const { stdout } = await promisify(execFile)('/bin/sh', [
      ...['-c', `trap '' XFSZ; ulimit -f 10; exec "$@"`, 'limited'],
      ...[process.execPath, '--input-type=module', '--eval', script, file],
    ]);
    expect(stdout).toBe('EFBIG\n');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['state.json']);
  });
});

test('a finished file is flushed and moved', () => {
  const part = path.join(folder, 'data.part');
  writeFileSync(part, 'all of it');
  moveFile(part, path.join(folder, 'data'));
  expect(readdirSync(folder)).toEqual(['data']);
  expect(calls.slice(0, 2)).toEqual(['flush file', 'rename']);
});

test('what a killed process leaves is swept later, and nothing else', async () => {
  const script = `
    import { writeFileSync } from 'node:fs';
    import { replaceFileAsync } from ${JSON.stringify(MODULE)};
    await replaceFileAsync(process.argv[1], (unfinished) => {
      writeFileSync(unfinished, 'ne');
      console.log('writing');
      setInterval(() => undefined, 1000);
      return new Promise(() => undefined);
    });`;
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', script, path.join(folder, 'state.json')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  writeFileSync(path.join(folder, 'download.part'), '');
  const [left = ''] = readdirSync(folder).filter((name) => name.startsWith('.ticket-'));
  expect(left).toMatch(/[.]part$/);

  // Files of a process that lives, and of one on another machine.
  const living = left.replace(/-\d+-/, `-${process.pid}-`);
  const elsewhere = left.replace(/-[0-9a-f]{8}-/, '-00000000-');
  for (const name of [living, elsewhere]) writeFileSync(path.join(folder, name), '');
  removeUnfinished(folder);
  expect(readdirSync(folder).sort()).toEqual([elsewhere, living, 'download.part'].sort());
  const before = new Date(Date.now() - 25 * 60 * 60_000);
  for (const name of readdirSync(folder)) utimesSync(path.join(folder, name), before, before);
  removeUnfinished(folder);
  expect(readdirSync(folder)).toEqual(['download.part']);
  removeUnfinished(path.join(folder, 'missing'));
});
