/** Every reader refuses what it promises beyond the limit of memory, before it takes that memory. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { csv } from '../../../../src/main/engine/datasets/csv.ts';
import { idx } from '../../../../src/main/engine/datasets/idx.ts';
import { imageFolder } from '../../../../src/main/engine/datasets/image-folder.ts';
import {
  allocateExamples,
  allocateFloatExamples,
  memoryLimit,
  requireMemory,
  withMemoryLimit,
} from '../../../../src/main/engine/datasets/memory.ts';
import { npz } from '../../../../src/main/engine/datasets/npz.ts';
import { loadCifarBinary } from '../../../../src/main/engine/datasets/readers/cifar.ts';
import { twoMoons } from '../../../../src/main/engine/datasets/two-moons.ts';
import { TINY_CIFAR, tinyCifarBinary } from './cifar-writer.ts';
import { idxBytes, temporaryFolders, tinyFiles, usualNames } from './idx-writer.ts';
import { FIXTURES } from './tiny-dataset-files.ts';

const folderOf = temporaryFolders();
/** One page of shared memory, in which the examples of a set lie, takes 65,536. */
const LIMIT = 1000;

const within = (read: () => Promise<unknown>, limit = LIMIT): Promise<unknown> =>
  withMemoryLimit(limit, read).then(
    () => 'it was read',
    (error: unknown) => error,
  );

const refusal = (file: string, purpose: string, bytes: number, limit = LIMIT) => ({
  code: 'invalid-data',
  message: `${file}: ${purpose} ${bytes} bytes of memory; expected at most ${limit}, three quarters of this machine's memory`,
  hint: 'Keep a part of the examples or a smaller size of them, or read them on a machine with more memory.',
});

it('is three quarters of the memory of the machine, or of its container', () => {
  expect(memoryLimit(8000, 0)).toBe(6000);
  expect(memoryLimit(8000, 2000)).toBe(1500);
  // A container without a limit.
  expect(memoryLimit(8000, 2 ** 64)).toBe(6000);
  expect(memoryLimit()).toBeLessThanOrEqual(totalmem() * 0.75);
  expect(memoryLimit()).toBeGreaterThan(2 ** 20);
});

it('counts all sets of a dataset, each with the memory that it still may take', async () => {
  const error = await within(async () => {
    await Promise.resolve();
    allocateExamples('a', 1, [10]);
    allocateFloatExamples('b', 1, [10]);
    requireMemory('c', 'decoding takes', 68_928);
    expect(() => {
      requireMemory('c', 'decoding takes', 68_929);
    }).toThrow('decoding takes 68929 bytes of memory, beside 131072 for the examples');
    return allocateExamples('d', 70_000, [1]);
  }, 200_000);
  expect(error).toMatchObject({
    message:
      "d: the examples take 393216 bytes of memory, beside 131072 for the examples; expected at most 200000, three quarters of this machine's memory",
  });
});

it('holds for a table', async () => {
  const rows = Array.from({ length: 20 }, (_, index) => `${index},${index % 3}`);
  const file = join(folderOf({ 'a.csv': Buffer.from(`x,kind\n${rows.join('\n')}\n`) }), 'a.csv');
  const error = await within(() => csv.load({ id: 'csv', file, label: 'kind' }));
  expect(error).toMatchObject(refusal(file, 'the examples take', 65_536));
});

it('holds for IDX files', async () => {
  const folder = folderOf(usualNames(tinyFiles()));
  const error = await within(() => idx.load({ id: 'idx', folder }));
  const file = join(folder, 'train-images-idx3-ubyte');
  expect(error).toMatchObject(refusal(file, 'the examples take', 65_536));
});

it('holds for large IDX files, which a thread reads', async () => {
  const images = idxBytes([6000, 28, 28], new Uint8Array(6000 * 784));
  const labels = idxBytes([6000], new Uint8Array(6000));
  const files = {
    trainImages: images,
    trainLabels: labels,
    testImages: images,
    testLabels: labels,
  };
  const folder = folderOf(usualNames(files));
  const error = await within(() => idx.load({ id: 'idx', folder }), 5_000_000);
  const file = join(folder, 't10k-images-idx3-ubyte');
  expect(error).toMatchObject({
    message: `${file}: the examples take 4784128 bytes of memory, beside 4784128 for the examples; expected at most 5000000, three quarters of this machine's memory`,
  });
});

it('holds for NumPy arrays, and for their labels alone', async () => {
  const folder = folderOf({ 'images.npz': readFileSync(join(FIXTURES, 'numpy', 'images.npz')) });
  const file = join(folder, 'images.npz');
  const error = await within(() => npz.load({ id: 'npz', file }));
  expect(error).toMatchObject(refusal(`${file}, array x_train`, 'the examples take', 65_536));
  const ofLabels = await within(() => npz.summarize({ id: 'npz', file }), 3);
  expect(ofLabels).toMatchObject({
    message: expect.stringMatching(
      /, array y_train: \d+ labels take \d+ bytes of memory; expected at most 3,/,
    ) as string,
  });
});

it('holds for an image folder, and for decoding each of its images', async () => {
  const folder = folderOf({});
  for (const set of ['train', 'test']) {
    for (const name of ['cat', 'dog']) {
      mkdirSync(join(folder, set, name), { recursive: true });
      cpSync(join(FIXTURES, 'whole', 'baseline.jpg'), join(folder, set, name, 'a.jpg'));
    }
  }
  const own = { id: 'image-folder', folder };
  const image = join(folder, 'train', 'cat', 'a.jpg');
  const decoding = 'decoding 45 × 37 pixels takes';
  expect(await within(() => imageFolder.summarize(own))).toMatchObject(
    refusal(image, decoding, 45 * 37 * 16),
  );
  const small = { ...own, width: 2, height: 2 };
  expect(await within(() => imageFolder.load(small))).toMatchObject(
    refusal(folder, 'the examples take', 65_536),
  );
  const sets = 3 * 65_536;
  expect(await within(() => imageFolder.load(small), sets + 20_000)).toMatchObject({
    message: `${image}: ${decoding} ${45 * 37 * 16} bytes of memory, beside ${sets} for the examples; expected at most ${sets + 20_000}, three quarters of this machine's memory`,
  });
  expect(await within(() => imageFolder.load(small), sets + 30_000)).toBe('it was read');
});

it('holds for CIFAR-10', async () => {
  const folder = folderOf({});
  for (const [name, bytes] of Object.entries(tinyCifarBinary())) {
    writeFileSync(join(folder, name), bytes);
  }
  const error = await within(() => loadCifarBinary('tiny', folder, TINY_CIFAR));
  expect(error).toMatchObject({
    message: expect.stringContaining(`${folder}: the examples take `) as string,
  });
});

it('holds for synthetic data, and so for plug-ins, which allocate as they do', async () => {
  const error = await within(() => twoMoons.load({ id: 'two-moons', train: 60, test: 20 }));
  expect(error).toMatchObject(refusal('two-moons', 'the examples take', 65_536));
});
