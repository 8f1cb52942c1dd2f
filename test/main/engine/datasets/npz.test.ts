import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Features } from '../../../../src/main/engine/datasets/dataset.ts';
import { npz } from '../../../../src/main/engine/datasets/npz.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { temporaryFolders } from './idx-writer.ts';
import { FIXTURES } from './tiny-dataset-files.ts';

const folderOf = temporaryFolders();
const fixture = (name: string): string => join(FIXTURES, 'numpy', name);
const reference = JSON.parse(readFileSync(join(FIXTURES, 'reference.json'), 'utf8')) as {
  readonly images: { readonly train: string; readonly test: string };
  readonly arrays: Readonly<Record<string, string>>;
};

const load = (path: string, choice: Record<string, unknown> = {}) =>
  npz.load({ id: 'npz', file: path, ...choice });
const hexOf = ({ buffer, byteOffset, byteLength }: Features): string =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('hex');

describe('arrays of images', () => {
  it.each([
    ['images.npz', {}],
    ['images-compressed.npz', {}],
    ['images-zip64.npz', {}],
    ['images-channels-first.npz', { channelsFirst: true }],
    ['images', {}],
  ])('are what NumPy wrote into %s', async (name, choice) => {
    const { shape, classes, train, test } = await load(fixture(name), choice);
    expect([shape, classes, train.count, test.count]).toEqual([[2, 4, 3], 3, 6, 3]);
    expect(train.features).toBeInstanceOf(Uint8Array);
    expect(hexOf(train.features)).toBe(reference.images.train);
    expect(hexOf(test.features)).toBe(reference.images.test);
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...test.labels]).toEqual([2, 1, 0]);
    expect(await npz.summarize({ id: 'npz', file: fixture(name), ...choice })).toEqual({
      shape,
      classes,
      trainExamples: 6,
      testExamples: 3,
    });
  });

  it('without channels are grey', async () => {
    const path = join(folderOf(someFiles()), 'grey.npz');
    expect((await load(path)).shape).toEqual([2, 3, 1]);
  });
});

describe('class numbers that do not begin at 0', () => {
  const arrays = unzipSync(readFileSync(fixture('images.npz')));
  /** An array of bytes as NumPy writes it. */
  const npy = (values: readonly number[]): Uint8Array => {
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${values.length},), }`;
    const header = Buffer.from(text.padEnd(117));
    return Buffer.concat([
      Buffer.of(0x93),
      Buffer.from('NUMPY'),
      Buffer.of(1, 0, header.length + 1, 0),
      header,
      Buffer.from('\n'),
      Uint8Array.from(values),
    ]);
  };
  const archive = (train: readonly number[], test: readonly number[]) => {
    const named = { ...arrays, 'y_train.npy': npy(train), 'y_test.npy': npy(test) };
    return join(folderOf({ 'n.npz': zipSync(named) }), 'n.npz');
  };
  const svhn = archive([5, 6, 7, 5, 6, 7], [7, 6, 5]);

  it('are shifted by dataset.firstLabel, and name the classes', async () => {
    expect(await load(svhn)).toMatchObject({ classes: 8 });
    const { classes, classNames, train, test } = await load(svhn, { firstLabel: 5 });
    expect([classes, classNames]).toEqual([3, ['5', '6', '7']]);
    const plain = await load(fixture('images.npz'));
    expect([train.labels, test.labels]).toEqual([plain.train.labels, plain.test.labels]);
    const summary = await npz.summarize({ id: 'npz', file: svhn, firstLabel: 5 });
    expect(summary).toMatchObject({ classes: 3 });
  });

  it('are refused where they are below it, or not in the training set', async () => {
    await expect(load(svhn, { firstLabel: 6 })).rejects.toThrow(
      'array y_train[0]: the label is 5; expected the number of a class, a whole one from 6',
    );
    const beyond = archive([5, 6, 7, 5, 6, 7], [8, 6, 5]);
    await expect(load(beyond, { firstLabel: 5 })).rejects.toMatchObject({
      message: expect.stringContaining('the label is 8; expected at most 7') as string,
      hint: expect.stringContaining('Give the training set examples of this class') as string,
    });
  });
});

describe('validation arrays', () => {
  const arrays = unzipSync(readFileSync(fixture('images.npz')));
  /** Named as in MedMNIST. The validation set is the test set again. */
  const MEDICAL = {
    train_images: arrays['x_train.npy']!,
    train_labels: arrays['y_train.npy']!,
    test_images: arrays['x_test.npy']!,
    test_labels: arrays['y_test.npy']!,
    val_images: arrays['x_test.npy']!,
    val_labels: arrays['y_test.npy']!,
  };
  const filesOf = (named: Record<string, Uint8Array>) =>
    Object.fromEntries(Object.entries(named).map(([name, array]) => [`${name}.npy`, array]));
  const names = {
    trainFeatures: 'train_images',
    trainLabels: 'train_labels',
    testFeatures: 'test_images',
    testLabels: 'test_labels',
  };
  const archive = join(folderOf({ 'm.npz': zipSync(filesOf(MEDICAL)) }), 'm.npz');

  it.each([
    ['an archive', archive],
    ['a folder', folderOf(filesOf(MEDICAL))],
  ])('of %s are used if asked for, and otherwise left out', async (_where, path) => {
    const without = await load(path, names);
    expect(without.validation).toBeUndefined();
    expect(without.leftOut).toEqual([
      {
        what: 'arrays of a validation set',
        count: 2,
        reason: 'validation examples are drawn from the training set',
        setting: 'dataset.validationFrom',
      },
    ]);
    const own = { ...names, validationFrom: 'own' };
    const { validation, test, leftOut, fingerprint } = await load(path, own);
    expect(validation).toEqual(test);
    expect(leftOut).toEqual([]);
    expect(fingerprint).not.toBe(without.fingerprint);
    expect(await npz.summarize({ id: 'npz', file: path, ...own })).toMatchObject({
      trainExamples: 6,
      testExamples: 3,
      validationExamples: 3,
    });
  });

  it('can have other names, and must be there', async () => {
    const own = { validationFrom: 'own', validationFeatures: 'x_test', validationLabels: 'y_test' };
    expect((await load(fixture('images.npz'), own)).validation).toMatchObject({ count: 3 });
    await expect(load(fixture('images.npz'), { validationFrom: 'own' })).rejects.toMatchObject({
      message: expect.stringContaining(
        'expected one named x_val or x_valid or x_validation',
      ) as string,
      hint: expect.stringContaining('dataset.validationFeatures says') as string,
    });
  });

  it('are stored only if they differ from what holds anyway', () => {
    const stored = { id: 'npz', file: '/a.npz', validation: 20 };
    const parsed = (dataset: object) => parseSettings(registries, { dataset }).dataset;
    expect(parsed({ ...stored, validationFrom: 'train' })).toStrictEqual(parsed(stored));
    expect(Object.keys(parsed(stored))).not.toContain('validationFrom');
  });
});

describe('arrays of numbers', () => {
  const path = fixture('arrays.npz');

  it.each(Object.entries(reference.arrays))('of %s are read as NumPy does', async (name, hex) => {
    const choice = { trainFeatures: name, trainLabels: 'labels', testFraction: 0.3, splitSeed: 1 };
    const { shape, train, test } = await load(path, choice);
    const width = shape[0]!;
    expect(train.features.constructor).toBe(name.includes('u1') ? Uint8Array : Float32Array);
    // Every row went to one of both sets, and both are in order.
    const expected = new Float32Array(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
    const rowsOf = (values: Features) =>
      Array.from({ length: values.length / width }, (_, row) =>
        [...values.subarray(row * width, (row + 1) * width)].map(Number),
      );
    const rows = [...rowsOf(train.features), ...rowsOf(test.features)];
    expect(rows.toSorted(byText)).toEqual(rowsOf(expected).toSorted(byText));
    expect([train.count, test.count]).toEqual([4, 2]);
  });

  it('are held out with their labels, by a seed of their own', async () => {
    const choice = { trainFeatures: 'little-i4-C', trainLabels: 'labels', testFraction: 0.5 };
    const one = await load(path, choice);
    const other = await load(path, { ...choice, splitSeed: 1 });
    expect(one.fingerprint).not.toBe(other.fingerprint);
    const labelOf: Record<number, number> = { [-128]: 0, 3: 1, 60: 2, 9: 0, 1: 1, 12: 2 };
    for (const { train, test } of [one, other]) {
      for (const set of [train, test]) {
        expect([...set.labels]).toEqual([0, 3, 6].map((at) => labelOf[set.features[at]!]));
      }
    }
  });

  it('are not read again as long as the file stays as it is', async () => {
    const path = join(folderOf({ 'a.npz': readFileSync(fixture('images.npz')) }), 'a.npz');
    const first = await load(path);
    expect(await load(path)).toBe(first);
    expect(await load(path, { splitSeed: 1 })).not.toBe(first);
    utimesSync(path, 1, 1);
    const again = await load(path);
    expect(again).not.toBe(first);
    expect(again.fingerprint).toBe(first.fingerprint);
    writeFileSync(path, readFileSync(fixture('images-zip64.npz')).subarray(0, 500));
    await expect(load(path)).rejects.toThrow('expected a sound zip archive');
  });
});

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

/** An array as NumPy writes it, or nearly so. */
function npyBytes(header: string, values: readonly number[], version = 1): Uint8Array {
  const text = Buffer.from(`${header}\n`, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([
    Buffer.from('\x93NUMPY', 'latin1'),
    Buffer.of(version, 0),
    length,
    text,
    Buffer.from(values),
  ]);
}

const headerOf = (descr: string, shape: string) =>
  `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
const bytesOf = (shape: readonly number[], values: readonly number[]) =>
  npyBytes(headerOf('|u1', `(${shape.join(', ')},)`), values);

const SIX = [0, 1, 2, 0, 1, 2];
const grey = Array.from({ length: 36 }, (_, index) => index);

function archive(changes: Record<string, Uint8Array> = {}): Uint8Array {
  return zipSync({
    'x_train.npy': bytesOf([6, 2, 3], grey),
    'y_train.npy': bytesOf([6], SIX),
    'x_test.npy': bytesOf([3, 2, 3], grey.slice(0, 18)),
    'y_test.npy': bytesOf([3], [0, 1, 2]),
    ...changes,
  });
}

function someFiles(): Record<string, Uint8Array> {
  return { 'grey.npz': archive() };
}

/** With bytes replaced after the place where the pattern is found first. */
function damaged(bytes: Uint8Array, pattern: string, replacement: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(pattern) + pattern.length;
  for (const [index, byte] of replacement.entries()) copy[at + index] = byte;
  return copy;
}

describe('what is refused', () => {
  const refused = fixture('refused.npz');
  const names = (trainFeatures: string, trainLabels = 'labels') => ({ trainFeatures, trainLabels });

  it.each([
    [names('objects'), 'array objects: the type of its values is |O, Python objects in a pickle;'],
    [names('words'), 'array words: the type of its values is <U2, words; expected bool'],
    [names('complex'), 'array complex: the type of its values is <c8, complex numbers'],
    [names('fields'), 'array fields: the type of its values is [('],
    [names('nan'), 'array nan[4, 1]: the value is NaN; expected a number that fits 32 bits'],
    [names('infinite'), 'array infinite[2, 0]: the value is 1e+39; expected a number'],
    [names('five'), 'array labels: the labels have the shape [6]; expected [5], [5, 1] or'],
    [names('line'), 'array line: the shape is [6]; expected [n, features], [n, height, width] or'],
    [names('table', 'half_labels'), 'array half_labels[1]: the label is 0.5; expected the number'],
    [names('table', 'negative_labels'), 'array negative_labels[0]: the label is -1; expected'],
    [names('table', 'two_hot'), 'array two_hot[0]: columns 0 and 1 are 1; expected one 1'],
    [names('table', 'table'), 'array table[0]: column 2 is 2; expected one 1 and otherwise 0'],
    [{ ...names('table'), channelsFirst: true }, 'expected [n, channels, height, width], because'],
    [names('missing'), 'holds the arrays complex, fields, five, half_labels, infinite, labels,'],
    [{ ...names('table'), testLabels: 'labels' }, 'expected one named x_test'],
    [{ ...names('table'), testFeatures: 'typo', testLabels: 'labels' }, 'expected one named typo'],
    [{ ...names('table'), testFeatures: 'nan', testLabels: 'two_hot' }, 'array two_hot[0]'],
    [{ ...names('table'), testFeatures: 'line', testLabels: 'labels' }, '[n, 3], as that of'],
  ])('%o', async (choice, message) => {
    await expect(load(refused, choice)).rejects.toThrow(message);
    await expect(load(refused, choice)).rejects.toThrow(refused);
  });

  it.each([
    [
      { 'x_test.npy': npyBytes(headerOf('<f4', '(1, 2, 3)'), new Array<number>(24).fill(0)) },
      'array x_test: the type of its values is float32; expected uint8, as that of',
      { y: [0] },
    ],
    [
      { 'y_test.npy': bytesOf([3], [0, 1, 3]) },
      'array y_test[2]: the label is 3; expected at most 2',
    ],
    [
      { 'x_test.npy': bytesOf([3, 3, 2], grey.slice(18)) },
      'shape is [3, 3, 2]; expected [n, 2, 3]',
    ],
    [
      { 'y_test.npy': bytesOf([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]) },
      'array y_test: the shape is [3, 3]; expected as many columns as',
    ],
  ])('sets that do not belong together: %#', async (changes, message, more?: { y: number[] }) => {
    const labels = more ? { 'y_test.npy': bytesOf([more.y.length], more.y) } : {};
    const path = join(folderOf({ 'a.npz': archive({ ...changes, ...labels }) }), 'a.npz');
    await expect(load(path)).rejects.toThrow(message);
  });

  const stored = unpacked();
  const train = (bytes: Uint8Array) => archive({ 'x_train.npy': bytes });
  const huge = npyBytes(headerOf('|u1', '(6, 1000000, 1000000)'), grey);

  it.each<[string, Uint8Array, string]>([
    ['a header that promises terabytes', train(huge), 'expected 6000000000'],
    [
      'sizes beyond all numbers',
      train(npyBytes(headerOf('<f8', `(6, ${'9'.repeat(15)}, ${'9'.repeat(15)})`), grey)),
      'there are at most',
    ],
    ['an array that is cut off', train(bytesOf([6, 2, 3], grey.slice(5))), 'there are at most'],
    ['an array that goes on', train(bytesOf([6, 2, 3], [...grey, 0])), 'the array goes on'],
    ['another magic number', train(strToU8('not NumPy at all')), 'it begins with 0x6e6f74204e75'],
    [
      'version 4',
      train(npyBytes(headerOf('|u1', '(6, 2, 3)'), grey, 4)),
      'the version of the format is 4',
    ],
    [
      'a header that is code',
      train(npyBytes("__import__('os')", grey)),
      "the header is __import__('os')",
    ],
    ['a header that is cut off', train(bytesOf([6, 2, 3], []).slice(0, 30)), 'the array ends here'],
    ['no archive', strToU8('what a pity'), 'Either not a zip file, or file is truncated'],
    ['an archive that is cut off', archive().slice(0, 300), 'expected a sound zip archive'],
    ['a wrong checksum', damaged(stored, '(6, 2, 3,), }\n', [7]), 'the checksum of its content is'],
    [
      'damaged deflate data',
      damaged(archive(), 'y_train.npy', new Array<number>(20).fill(0xff)),
      'array y_train: the deflate data is damaged',
    ],
  ])('%s', async (name, bytes, message) => {
    const path = join(folderOf({ 'a.npz': bytes }), 'a.npz');
    const error = await load(path).catch((reason: unknown) => reason);
    expect(error, name).toMatchObject({ code: 'invalid-data' });
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).toContain(path);
  });

  it('a directory that promises more than can be packed in it', async () => {
    const bytes = Buffer.from(stored);
    const at = bytes.indexOf('PK\x01\x02');
    bytes.writeUInt32LE(2 ** 31, at + 24);
    const path = join(folderOf({ 'a.npz': bytes }), 'a.npz');
    await expect(load(path)).rejects.toThrow(
      'its unpacked size is given as 2147483648 bytes; expected at most',
    );
  });

  it('more entries than would fit in memory', async () => {
    const bytes = Buffer.from(stored);
    const end = bytes.length - 22;
    const record = Buffer.alloc(56);
    record.writeUInt32LE(0x06064b50, 0);
    record.writeBigUInt64LE(2n ** 40n, 32);
    record.writeBigUInt64LE(BigInt(bytes.readUInt32LE(end + 16)), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(end), 8);
    bytes.writeUInt16LE(0xffff, end + 10);
    const crowded = Buffer.concat([bytes.subarray(0, end), record, locator, bytes.subarray(end)]);
    const path = join(folderOf({ 'a.npz': crowded }), 'a.npz');
    await expect(load(path)).rejects.toThrow('its directory lists 1099511627776 entries');
  });

  it('an unknown way of packing, and a password', async () => {
    for (const [place, value, message] of [
      [10, 99, 'it is packed by method 99; expected 0 (stored) or 8 (deflated)'],
      [8, 1, 'array x_train: it is encrypted; expected an archive without a password'],
    ] as const) {
      const bytes = Buffer.from(stored);
      bytes.writeUInt16LE(value, bytes.indexOf('PK\x01\x02') + place);
      const path = join(folderOf({ 'a.npz': bytes }), 'a.npz');
      await expect(load(path)).rejects.toThrow(message);
    }
  });

  it('a path that is not there', async () => {
    await expect(load('/nowhere/data.npz')).rejects.toThrow('There is no file /nowhere/data.npz');
    await expect(load(folderOf({}))).rejects.toThrow('holds no arrays; expected one named x_train');
  });
});

it('no damage to one byte of an archive crashes or goes unnoticed', async () => {
  const bytes = Buffer.from(unpacked());
  const { fingerprint } = await load(join(folderOf({ 'a.npz': bytes }), 'a.npz'));
  for (let at = 0; at < bytes.length; at += 7) {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 0xff;
    const path = join(folderOf({ 'a.npz': copy }), 'a.npz');
    const outcome = await load(path).then(
      (dataset) => dataset.fingerprint,
      (error: unknown) => (error as { code?: string }).code,
    );
    expect(['invalid-data', 'not-found', fingerprint], `byte ${at}`).toContain(outcome);
  }
});

function unpacked(): Uint8Array {
  return zipSync(unzipSync(archive()), { level: 0 });
}
