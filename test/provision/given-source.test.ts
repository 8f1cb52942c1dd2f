import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTensorFlow, siteOf, verifyInstallation } from '../../provision/installation.mjs';
import { setupStatus } from '../../provision/setup-status.mjs';
import { compileAddon, ensureTensorFlow, removeTensorFlow } from '../../provision/tensorflow.mjs';
import { type FakeWorld, fakeWorld, textLike, WHEEL_NAME, writeFiles } from './support.ts';

/** A world that has an installation in a folder of its own, and none in its cache. */
async function worldWithCopy(): Promise<{ world: FakeWorld; copy: string }> {
  const world = await fakeWorld();
  const { directory } = await ensureTensorFlow(world.options);
  const copy = path.join(world.folder, 'stick', 'tensorflow', path.basename(directory));
  mkdirSync(path.dirname(copy), { recursive: true });
  renameSync(directory, copy);
  world.index.requests.length = 0;
  world.options.environment['PIP_INDEX_URL'] = 'http://127.0.0.1:62/simple';
  return { world, copy };
}

async function failureOf(world: FakeWorld, from: string): Promise<Error & { hint: string }> {
  const failure: unknown = await ensureTensorFlow({ ...world.options, from }).then(
    () => 'it worked',
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ name: 'ProvisioningError' });
  expect(findTensorFlow(siteOf(world.options))).toBeUndefined();
  return failure as Error & { hint: string };
}

function wheelIn(world: FakeWorld, folder: string): string {
  const file = path.join(world.folder, folder, WHEEL_NAME);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, world.wheelBytes);
  return file;
}

describe('ensureTensorFlow, from what a user has', () => {
  it.each([
    ['a finished installation', ''],
    ['the folder that holds it', '..'],
    ['the folder above that', '../..'],
    ['its list of files', 'manifest.json'],
  ])('takes %s', async (_, below) => {
    const { world, copy } = await worldWithCopy();
    const installation = await ensureTensorFlow({
      ...world.options,
      from: path.join(copy, below),
    });
    expect(installation).toMatchObject({ route: 'wheel', tensorflow: '2.21.0' });
    expect(installation.directory.startsWith(world.options.cacheDir)).toBe(true);
    expect(await verifyInstallation(installation)).toEqual([]);
    expect(existsSync(copy)).toBe(true);
    expect(world.index.requests).toEqual([]);
  });

  it.each([
    ['the pinned wheel', WHEEL_NAME],
    ['a folder that holds it', '.'],
  ])('takes %s, and leaves it where it is', async (_, name) => {
    const world = await fakeWorld();
    const file = wheelIn(world, 'stick');
    const from = path.join(path.dirname(file), name);
    const installation = await ensureTensorFlow({ ...world.options, from });
    expect(installation).toMatchObject({ route: 'wheel', tensorflow: '2.21.0' });
    expect(readFileSync(file)).toEqual(Buffer.from(world.wheelBytes));
    expect(world.index.requests).toEqual([]);
  });

  it('prefers what suits where a folder holds several', async () => {
    const { world, copy } = await worldWithCopy();
    const other = path.join(path.dirname(copy), 'a-first');
    cpSync(copy, other, { recursive: true });
    const manifest = readFileSync(path.join(other, 'manifest.json'), 'utf8');
    writeFileSync(path.join(other, 'manifest.json'), manifest.replace('linux-x64', 'darwin-arm64'));
    const from = path.dirname(copy);
    expect(await ensureTensorFlow({ ...world.options, from })).toMatchObject({ route: 'wheel' });
  });

  it('refuses an installation with a damaged file, and keeps nothing of it', async () => {
    const { world, copy } = await worldWithCopy();
    const library = path.join(copy, 'libtensorflow_cc.so.2');
    const bytes = readFileSync(library);
    bytes[100] = 0;
    writeFileSync(library, bytes);
    const { message, hint } = await failureOf(world, copy);
    expect(message).toMatch(/TensorFlow 2\.21\.0 in .* is damaged: .*libtensorflow_cc\.so\.2/);
    expect(hint).toContain('ticket doctor');
    expect(readdirSync(path.join(world.options.cacheDir, 'tensorflow'))).toEqual([]);
  });

  it.each([
    [
      'another system',
      '"linux-x64"',
      '"darwin-arm64"',
      'TensorFlow for darwin-arm64, not for linux-x64, is in',
    ],
    ['another version', '"2.21.0"', '"2.20.0"', 'TensorFlow 2.20.0, not 2.21.0, is in'],
    ['a folder outside', '"path": "lib', '"path": "../lib', 'manifest.json is damaged'],
    [
      'another form',
      '"schema": 1',
      '"schema": 2',
      'manifest.json is damaged, or of another version',
    ],
  ])('names an installation for %s', async (_, from, to, expected) => {
    const { world, copy } = await worldWithCopy();
    const file = path.join(copy, 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(from, to));
    const { message, hint } = await failureOf(world, copy);
    expect(message).toContain(expected);
    expect(message).toMatch(/Expected: .*or the wheel of tensorflow-cpu 2\.21\.0/);
    expect(hint).toContain('pip download');
  });

  it.each([
    ['nothing', 'missing', 'there is no file or folder'],
    ['a wheel with another content', 'other.whl', 'a wheel with another content'],
    [
      'an archive of libtensorflow',
      'libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz',
      'has no addon for Node',
    ],
    ['another file', 'notes.txt', 'neither a wheel nor an installation'],
    ['a folder with nothing in it', 'empty', 'no installation of TensorFlow and no wheel is in'],
  ])('names %s', async (_, name, expected) => {
    const world = await fakeWorld();
    writeFiles(path.join(world.folder, 'given'), {
      'other.whl': 'x',
      'libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz': 'x',
      'notes.txt': 'x',
      'empty/notes.txt': 'x',
    });
    const place = path.join(world.folder, 'given', name);
    const { message, hint } = await failureOf(world, place);
    expect(message).toContain(expected);
    expect(message).toContain(place);
    expect(message).toContain(world.options.wheel.sha256);
    expect(hint).toContain('pip download');
  });
});

describe('the addon of the package', () => {
  it('is used instead of a compiler', async () => {
    const world = await fakeWorld();
    await compileAddon(world.options.prebuilt, world.options);
    await removeTensorFlow(world.options);
    writeFileSync(world.options.prebuilt, 'from the package');
    rmSync(path.join(world.programs, 'g++'));
    const { directory } = await ensureTensorFlow(world.options);
    expect(readFileSync(path.join(directory, 'tfjs_binding.node'), 'utf8')).toBe(
      'from the package',
    );
    expect(readdirSync(directory).sort()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'manifest.json',
      'tfjs_binding.node',
    ]);
  });

  it('is not used with libraries that it was not compiled for', async () => {
    const world = await fakeWorld();
    await compileAddon(world.options.prebuilt, world.options);
    await removeTensorFlow(world.options);
    const facts = world.options.prebuilt.replace('.node', '.json');
    expect(JSON.parse(readFileSync(facts, 'utf8'))).toEqual({
      tensorflow: '2.21.0',
      tfjsNode: '4.22.0',
    });
    writeFileSync(facts, '{"tensorflow":"2.20.0","tfjsNode":"4.22.0"}');
    rmSync(path.join(world.programs, 'g++'));
    await expect(ensureTensorFlow(world.options)).rejects.toThrow(
      'a C++ compiler (g++) is missing',
    );
  });
});

describe('setupStatus', () => {
  it('tells what is missing and what it would take', async () => {
    const world = await fakeWorld();
    const { wheel } = world.options;
    expect(await setupStatus(world.options)).toMatchObject({
      state: 'missing',
      directory: textLike('tfjs-node-4.22.0-linux-x64-wheel-2.21.0'),
      isBusy: false,
      needs: {
        source: new URL(world.index.address).host,
        downloadBytes: wheel.bytes,
        downloadedBytes: 0,
        diskBytes: wheel.libraryBytes,
        needsCompiler: true,
      },
    });
  });

  it('tells what is installed, damaged, and removed', async () => {
    const world = await fakeWorld();
    const { directory } = await ensureTensorFlow(world.options);
    expect(await setupStatus(world.options)).toMatchObject({
      state: 'installed',
      version: '2.21.0',
      route: 'wheel',
      directory,
    });
    rmSync(path.join(directory, 'libtensorflow_cc.so.2'));
    expect(await setupStatus(world.options)).toMatchObject({
      state: 'damaged',
      problem: 'libtensorflow_cc.so.2 is missing or has another size',
    });
    expect(await removeTensorFlow(world.options)).toEqual([directory]);
    expect(await setupStatus(world.options)).toMatchObject({ state: 'missing' });
    expect(await removeTensorFlow(world.options)).toEqual([]);
  });
});
