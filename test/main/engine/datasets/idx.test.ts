import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { idx } from '../../../../src/main/engine/datasets/idx.ts';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { idxBytes, temporaryFolders, tinyFiles, type TinyFiles, usualNames } from './idx-writer.ts';

const folderOf = temporaryFolders();
const choiceOf = (folder: string, prefix?: string) => ({
  id: 'idx',
  folder,
  validation: 2,
  ...(prefix === undefined ? {} : { prefix }),
});
const load = (files: Readonly<Record<string, Uint8Array>>): Promise<Dataset> =>
  idx.load(choiceOf(folderOf(files)));

/** Both ways to read must find the defect, so that a search is not even saved. */
async function defectOf(files: Partial<TinyFiles>): Promise<WorkbenchError> {
  const choice = choiceOf(folderOf(usualNames({ ...tinyFiles(), ...files })));
  const errors = await Promise.all(
    [idx.load(choice), idx.summarize(choice)].map((outcome) =>
      outcome.then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );
  const [error] = errors;
  if (!(error instanceof WorkbenchError)) throw new Error('no defect was found');
  expect(errors[1]).toEqual(error);
  return error;
}

describe('other kinds of IDX files', () => {
  const integers = (values: readonly number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) bytes.writeInt32BE(value, index * 4);
    return bytes;
  };

  it('have labels that begin at 1, as those of the letters of EMNIST', async () => {
    const files = usualNames({
      ...tinyFiles(),
      trainLabels: idxBytes([6], [1, 2, 3, 1, 2, 3]),
      testLabels: idxBytes([3], [3, 2, 1]),
    });
    const asStored = await load(files);
    expect(asStored).toMatchObject({ classes: 4 });
    expect(asStored.classNames).toBeUndefined();
    const choice = { ...choiceOf(folderOf(files)), firstLabel: 1 };
    const { classes, classNames, train, test, fingerprint } = await idx.load(choice);
    expect([classes, classNames]).toEqual([3, ['1', '2', '3']]);
    expect([[...train.labels], [...test.labels]]).toEqual([
      [0, 1, 2, 0, 1, 2],
      [2, 1, 0],
    ]);
    expect(fingerprint).toBe((await load(usualNames(tinyFiles()))).fingerprint);
    expect(await idx.summarize(choice)).toMatchObject({ classes: 3 });
    await expect(idx.load({ ...choice, firstLabel: 2 })).rejects.toMatchObject({
      message: expect.stringContaining(
        'byte 8: the label is 1; expected the number of a class, a whole one from 2',
      ) as string,
      hint: 'dataset.firstLabel is 2, the number of the first class.',
    });
  });

  it('of QMNIST have the class in the first column of their labels', async () => {
    const { trainImages, testImages } = tinyFiles();
    // Class, series, writer, digit of the writer, NIST class, index, and two flags.
    const labels = (classes: readonly number[]) =>
      idxBytes(
        [classes.length, 8],
        integers(classes.flatMap((label) => [label, 1, 2400, 7, 30 + label, 66_000, 0, 0])),
        0x0c,
      );
    const files = {
      'qmnist-train-images-idx3-ubyte': trainImages,
      'qmnist-train-labels-idx2-int': labels([0, 1, 2, 0, 1, 2]),
      'qmnist-test-images-idx3-ubyte': testImages,
      'qmnist-test-labels-idx2-int': labels([2, 1, 0]),
    };
    const { fingerprint, classes } = await load(files);
    expect(classes).toBe(3);
    expect(fingerprint).toBe((await load(usualNames(tinyFiles()))).fingerprint);
    const wrong = { ...files, 'qmnist-train-labels-idx2-int': labels([0, 1, -2, 0, 1, 2]) };
    await expect(load(wrong)).rejects.toThrow(
      'qmnist-train-labels-idx2-int, byte 76: the label is -2; expected the number of a class',
    );
  });

  it('of four dimensions have channels', async () => {
    const pixels = (count: number) => Uint8Array.from({ length: count * 12 }, (_, at) => at * 3);
    const { shape, train, test } = await load({
      ...usualNames(tinyFiles()),
      'train-images-idx3-ubyte': idxBytes([6, 2, 2, 3], pixels(6)),
      't10k-images-idx3-ubyte': idxBytes([3, 2, 2, 3], pixels(3)),
    });
    expect(shape).toEqual([2, 2, 3]);
    expect(train.features).toEqual(pixels(6));
    expect(test.features).toEqual(pixels(3));
  });

  const numbers = [-1.5, 0, 3, 100, -127, 7];
  it.each([
    [0x09, 1, (bytes: Buffer, value: number, at: number) => bytes.writeInt8(value, at)],
    [0x0b, 2, (bytes: Buffer, value: number, at: number) => bytes.writeInt16BE(value, at)],
    [0x0c, 4, (bytes: Buffer, value: number, at: number) => bytes.writeInt32BE(value, at)],
    [0x0d, 4, (bytes: Buffer, value: number, at: number) => bytes.writeFloatBE(value, at)],
    [0x0e, 8, (bytes: Buffer, value: number, at: number) => bytes.writeDoubleBE(value, at)],
  ])('of type %i become floats', async (code, size, write) => {
    const values = code < 0x0d ? numbers.map(Math.trunc) : numbers;
    const bytesOf = (count: number, changed = values) => {
      const bytes = Buffer.alloc(count * 6 * size);
      for (let at = 0; at < count * 6; at += 1) write(bytes, changed[at % 6]!, at * size);
      return idxBytes([count, 2, 3], bytes, code);
    };
    const files = (test: Buffer) => ({
      ...usualNames(tinyFiles()),
      'train-images-idx3-ubyte': bytesOf(6),
      't10k-images-idx3-ubyte': test,
    });
    const { test } = await load(files(bytesOf(3)));
    expect(test.features).toBeInstanceOf(Float32Array);
    expect([...test.features]).toEqual([...values, ...values, ...values].map((v) => v + 0));
    await expect(load(files(tinyFiles().testImages))).rejects.toThrow('expected both or none');
    if (code < 0x0d) return;
    const bad = bytesOf(3, [0, Infinity, 0, 0, 0, 0]);
    await expect(load(files(bad))).rejects.toThrow(
      `byte ${16 + size}: the value is Infinity; expected a number that fits 32 bits`,
    );
  });
});

describe('a folder of IDX files', () => {
  it('is read as images with one channel, and labels', async () => {
    const dataset = await load(usualNames(tinyFiles()));
    expect(dataset).toMatchObject({ id: 'idx', shape: [2, 3, 1], classes: 3 });
    expect(dataset.train.count).toBe(6);
    expect([...dataset.train.labels]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...dataset.train.features]).toEqual([...tinyFiles().trainImages.subarray(16)]);
    expect(dataset.test.count).toBe(3);
    expect([...dataset.test.labels]).toEqual([2, 1, 0]);
    expect([...dataset.test.features]).toEqual([...tinyFiles().testImages.subarray(16)]);
  });

  it('is summed up without its features', async () => {
    expect(await idx.summarize(choiceOf(folderOf(usualNames(tinyFiles()))))).toEqual({
      shape: [2, 3, 1],
      classes: 3,
      trainExamples: 6,
      testExamples: 3,
    });
  });

  it('lies in memory that threads share, every array aligned to 64 bytes', async () => {
    const { train, test } = await load(usualNames(tinyFiles()));
    for (const array of [train.features, train.labels, test.features, test.labels]) {
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(array.byteOffset % 64).toBe(0);
    }
  });

  it.each([
    ['Fashion-MNIST, KMNIST', 'train-images-idx3-ubyte.gz', 't10k-images-idx3-ubyte.gz', '.gz'],
    ['others', 'train-images.idx3-ubyte', 't10k-images.idx3-ubyte', ''],
    [
      'EMNIST',
      'emnist-letters-train-images-idx3-ubyte.gz',
      'emnist-letters-test-images-idx3-ubyte.gz',
      '.gz',
    ],
    ['a careful namer', 'TRAIN_images.idx', 'test_images.idx', ''],
  ])(
    'is found under the names of %s, and gives the same content',
    async (_, train, test, ending) => {
      const files = tinyFiles();
      const pack = (bytes: Buffer) => (ending === '.gz' ? gzipSync(bytes) : bytes);
      const labels = (name: string) => name.replace('images', 'labels').replace('idx3', 'idx1');
      const { fingerprint } = await load({
        [train]: pack(files.trainImages),
        [labels(train)]: pack(files.trainLabels),
        [test]: pack(files.testImages),
        [labels(test)]: pack(files.testLabels),
        'README.md': Buffer.from('train-images-idx3-ubyte'),
        'train-images-idx3-ubyte.sha256': Buffer.from('0'),
      });
      expect(fingerprint).toBe((await load(usualNames(files))).fingerprint);
    },
  );

  it('tells gzip by content, not by name', async () => {
    const files = Object.entries(usualNames(tinyFiles()));
    const { fingerprint } = await load(
      Object.fromEntries(files.map(([name, bytes]) => [name, gzipSync(bytes)])),
    );
    expect(
      await load(Object.fromEntries(files.map(([name, bytes]) => [`${name}.gz`, bytes]))),
    ).toMatchObject({ fingerprint });
  });

  it('may be named relative to the working directory', async () => {
    const folder = relative(process.cwd(), folderOf(usualNames(tinyFiles())));
    expect(await idx.summarize(choiceOf(folder))).toMatchObject({ trainExamples: 6 });
  });

  it('may lie beside folders of the same names', async () => {
    const folder = folderOf(usualNames(tinyFiles()));
    mkdirSync(join(folder, 'train-images.idx3-ubyte'));
    expect(await idx.summarize(choiceOf(folder))).toMatchObject({ trainExamples: 6 });
  });

  it('keeps classes as they are numbered, an empty class 0 too', async () => {
    const { classes, train } = await load(
      usualNames({
        ...tinyFiles(),
        trainLabels: idxBytes([6], [1, 2, 26, 1, 1, 1]),
        testLabels: idxBytes([3], [26, 1, 1]),
      }),
    );
    expect(classes).toBe(27);
    expect([...train.labels]).toEqual([1, 2, 26, 1, 1, 1]);
  });
});

describe('a folder of several datasets', () => {
  const named = (prefix: string) =>
    Object.fromEntries(
      Object.entries(usualNames(tinyFiles())).map(([name, bytes]) => [prefix + name, bytes]),
    );

  it('is rejected, naming them, until one is chosen by its prefix', async () => {
    const folder = folderOf({ ...named('emnist-letters-'), ...named('emnist-digits-') });
    await expect(idx.summarize(choiceOf(folder))).rejects.toMatchObject({
      code: 'invalid-data',
      message: `${folder} holds files of several datasets, whose names begin with emnist-digits, emnist-letters; expected one`,
      hint: expect.stringContaining('dataset.prefix') as string,
    });
    expect(await idx.summarize(choiceOf(folder, 'emnist-letters'))).toMatchObject({ classes: 3 });
    await expect(idx.summarize(choiceOf(folder, 'emnist'))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('expected a file emnist-train-images-idx3-ubyte') as string,
    });
  });

  it('is rejected if files of two make up one', async () => {
    const folder = folderOf({
      'a-train-images-idx3-ubyte': tinyFiles().trainImages,
      'a-train-labels-idx1-ubyte': tinyFiles().trainLabels,
      't10k-images-idx3-ubyte': tinyFiles().testImages,
      't10k-labels-idx1-ubyte': tinyFiles().testLabels,
    });
    await expect(idx.load(choiceOf(folder))).rejects.toThrow('begin with a, (none); expected one');
  });

  it('is rejected for the same file twice, plain and compressed', async () => {
    const folder = folderOf({
      ...named(''),
      'train-images-idx3-ubyte.gz': gzipSync(tinyFiles().trainImages),
    });
    await expect(idx.load(choiceOf(folder))).rejects.toThrow(
      `${folder} holds both train-images-idx3-ubyte and train-images-idx3-ubyte.gz; expected one of them`,
    );
  });
});

describe('a folder without all four files', () => {
  it('is rejected, naming what is there and what is expected', async () => {
    const { 't10k-labels-idx1-ubyte': _, ...files } = usualNames(tinyFiles());
    const folder = folderOf(files);
    await expect(idx.load(choiceOf(folder))).rejects.toMatchObject({
      code: 'not-found',
      message: `${folder} holds t10k-images-idx3-ubyte, train-images-idx3-ubyte, train-labels-idx1-ubyte; expected a file t10k-labels-idx1-ubyte, or t10k-labels-idx1-ubyte.gz`,
    });
  });

  it('is rejected without listing everything in it', async () => {
    const photos = Array.from({ length: 40 }, (_, index) => [`${index}.jpg`, new Uint8Array()]);
    const folder = folderOf(Object.fromEntries(photos) as Record<string, Uint8Array>);
    await expect(idx.load(choiceOf(folder))).rejects.toThrow('and 28 more; expected a file train-');
    await expect(idx.load(choiceOf(folderOf({})))).rejects.toThrow('holds no files; expected');
  });

  it('is rejected if it does not exist or is a file', async () => {
    const folder = folderOf(usualNames(tinyFiles()));
    for (const path of [join(folder, 'missing'), join(folder, 'train-images-idx3-ubyte')]) {
      await expect(idx.load(choiceOf(path))).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining(`The folder ${path} can't be read`) as string,
        hint: expect.stringContaining(process.cwd()) as string,
      });
    }
  });
});

describe('files that do not belong together', () => {
  const { trainImages, trainLabels, testImages } = tinyFiles();

  it('are recognised if images and labels are swapped', async () => {
    const { message, hint } = await defectOf({
      trainImages: trainLabels,
      trainLabels: trainImages,
    });
    expect(message).toMatch(/train-images-idx3-ubyte, byte 0: the magic number is 0x00000801/);
    expect(hint).toContain('may be swapped');
  });

  it('are rejected if there is not one label for each image', async () => {
    const { message } = await defectOf({ testLabels: trainLabels });
    expect(message).toMatch(
      /t10k-labels-idx1-ubyte, byte 4: the file holds 6 labels; expected 3, one for each image of .*t10k-images-idx3-ubyte$/,
    );
  });

  it('are rejected if the test images have another size', async () => {
    const { message } = await defectOf({
      testImages: idxBytes([3, 3, 2], testImages.subarray(16)),
    });
    expect(message).toMatch(
      /t10k-images-idx3-ubyte, byte 8: the images are 3 × 2; expected 2 × 3, as in .*train-images-idx3-ubyte$/,
    );
  });

  it('are rejected if a test label is above all training labels', async () => {
    const { message } = await defectOf({ testLabels: idxBytes([3], [2, 7, 1]) });
    expect(message).toMatch(
      /t10k-labels-idx1-ubyte, byte 9: the label is 7; expected at most 2, the highest of .*train-labels-idx1-ubyte$/,
    );
  });

  it('are rejected if one is cut off, before anything is decoded', async () => {
    const { code, message } = await defectOf({ testImages: testImages.subarray(0, 30) });
    expect(code).toBe('invalid-data');
    expect(message).toContain('byte 30: the file ends here; expected 34 bytes');
  });
});
