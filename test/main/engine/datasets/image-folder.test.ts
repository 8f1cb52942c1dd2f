import { cpSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExampleSet } from '../../../../src/main/engine/datasets/dataset.ts';
import { imageFolder } from '../../../../src/main/engine/datasets/image-folder.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { temporaryFolders } from './idx-writer.ts';
import { FIXTURES } from './tiny-dataset-files.ts';

const folderOf = temporaryFolders();
const IMAGES = join(FIXTURES, 'folders', 'images');
const reference = JSON.parse(readFileSync(join(FIXTURES, 'reference.json'), 'utf8')) as {
  /** What Pillow makes of each file. */
  readonly folders: Readonly<Record<string, string>>;
  readonly grey: string;
  readonly resized: readonly { width: number; height: number; rgb: string }[];
};
const COLOURS = readFileSync(join(IMAGES, 'train', 'png', 'colours.png'));
const SMALL = readFileSync(join(IMAGES, 'train', 'jpeg', 'grey.JPG'));

const load = (folder: string, choice: Record<string, unknown> = {}) =>
  imageFolder.load({ id: 'image-folder', folder, ...choice });

/** Files by their paths in a new folder. */
function tree(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = folderOf({});
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

const hexOf = ({ features, count }: ExampleSet, example: number): string => {
  const size = features.length / count;
  return Buffer.from(features.slice(example * size, (example + 1) * size)).toString('hex');
};

describe('images in the folders of their classes', () => {
  const TRAIN = Object.keys(reference.folders)
    .filter((name) => name.startsWith('images/train/'))
    .toSorted();

  it.each(TRAIN)('are what Pillow makes of %s', async (name) => {
    const { shape, train } = await load(IMAGES);
    expect(shape).toEqual([12, 20, 3]);
    expect(train.count).toBe(TRAIN.length);
    expect(hexOf(train, TRAIN.indexOf(name))).toBe(reference.folders[name]);
  });

  it('have the classes of their folders, in order, for training and for testing', async () => {
    const { classes, train, test } = await load(IMAGES);
    expect(classes).toBe(2);
    expect([...train.labels]).toEqual(TRAIN.map((name) => (name.includes('/png/') ? 1 : 0)));
    expect([...test.labels]).toEqual([0, 1]);
    expect(hexOf(test, 1)).toBe(reference.folders['images/test/png/one.png']);
  });

  it('are summed up without being decoded', async () => {
    const damaged = Buffer.from(COLOURS);
    damaged.fill(0, 60);
    const folder = tree({ 'train/a/1.png': COLOURS, 'test/a/1.png': damaged });
    expect(await imageFolder.summarize({ id: 'image-folder', folder })).toEqual({
      shape: [12, 20, 3],
      classes: 1,
      trainExamples: 1,
      testExamples: 1,
    });
    await expect(load(folder)).rejects.toThrow(join(folder, 'test/a/1.png'));
  });

  it('become shades of grey as Pillow makes them', async () => {
    const { shape, train } = await load(IMAGES, { channels: 'grey' });
    expect(shape).toEqual([12, 20, 1]);
    expect(hexOf(train, TRAIN.indexOf('images/train/png/colours.png'))).toBe(reference.grey);
  });

  it.each(reference.resized)(
    'are brought to $height × $width as Pillow does it',
    async ({ width, height, rgb }) => {
      const folder = tree({ 'train/a/1.png': COLOURS, 'test/a/1.png': COLOURS });
      const { shape, train } = await load(folder, { width, height });
      expect(shape).toEqual([height, width, 3]);
      expect(hexOf(train, 0)).toBe(rgb);
    },
  );

  it('are held out by a seed of their own where there is no folder for testing', async () => {
    const sources = TRAIN.filter((name) => !name.includes('/png/')).slice(0, 10);
    const nameOf = (at: number): string => `${'ab'[at % 2]}/${at}.jpg`;
    const files = sources.map((name, at) => {
      const bytes = readFileSync(join(FIXTURES, 'folders', name));
      return [nameOf(at), bytes] as const;
    });
    const flat = tree(Object.fromEntries(files));
    const nested = tree(Object.fromEntries(files.map(([at, bytes]) => [`train/${at}`, bytes])));
    const one = await load(flat, { testFraction: 0.3 });
    expect([one.train.count, one.test.count]).toEqual([7, 3]);
    expect((await load(nested, { testFraction: 0.3 })).fingerprint).toBe(one.fingerprint);
    const other = await load(flat, { testFraction: 0.3, splitSeed: 1 });
    expect(other.fingerprint).not.toBe(one.fingerprint);
    const expected = sources.map((name, at) => `${at % 2} ${reference.folders[name]}`).toSorted();
    for (const { train, test } of [one, other]) {
      const found = [train, test].flatMap((set) =>
        Array.from(set.labels, (label, example) => `${label} ${hexOf(set, example)}`),
      );
      expect(found.toSorted()).toEqual(expected);
    }
  });

  it('are sorted by code point, whatever the language: Z before a before é', async () => {
    const folder = tree({
      'é/1.png': COLOURS,
      'a/1.png': SMALL,
      'Z/1.png': SMALL,
      'Z/2.png': SMALL,
    });
    const { classes, train, test } = await load(folder, { testFraction: 0.25 });
    expect(classes).toBe(3);
    const labels = [...train.labels, ...test.labels].toSorted((one, other) => one - other);
    expect(labels).toEqual([0, 0, 1, 2]);
    const sets = [train, test];
    const last = sets.flatMap((set) =>
      [...set.labels.keys()].filter((at) => set.labels[at] === 2).map((at) => hexOf(set, at)),
    );
    expect(last).toEqual([reference.folders['images/train/png/colours.png']]);
  });

  it('are found behind links; hidden files are passed over, others are counted', async () => {
    const folder = tree({
      'train/a/1.png': COLOURS,
      'train/a/notes.txt': Buffer.from('no image'),
      'train/a/.DS_Store': Buffer.from('hidden'),
      'train/a/deeper/1.png': COLOURS,
      'train/readme': Buffer.from('no image'),
      'validation/a/1.png': COLOURS,
      '.git/config': Buffer.from('hidden'),
    });
    symlinkSync(join(IMAGES, 'test', 'png'), join(folder, 'train', 'b'));
    symlinkSync(join(IMAGES, 'test'), join(folder, 'other'));
    cpSync(join(folder, 'train', 'a', '1.png'), join(folder, 'train', 'a', '2.png'));
    const told: string[] = [];
    const { train, test } = await imageFolder.load(
      { id: 'image-folder', folder, testFraction: 0.4 },
      (what) => told.push(what),
    );
    expect(train.count + test.count).toBe(3);
    expect(told).toEqual([`the 3 images of ${folder}, without 5 other files there`]);
  });

  it('are not decoded again as long as all files stay as they are', async () => {
    const folder = tree({
      'train/a/1.png': COLOURS,
      'train/a/2.png': SMALL,
      'test/a/1.png': SMALL,
    });
    const first = await load(folder);
    expect(await load(folder)).toBe(first);
    utimesSync(join(folder, 'train/a/2.png'), 1, 1);
    expect(await load(folder)).not.toBe(first);
    cpSync(join(folder, 'train/a/1.png'), join(folder, 'test/a/3.png'));
    expect((await load(folder)).test.count).toBe(2);
  });
});

describe('a folder from the field', () => {
  const image = COLOURS;
  const other = readFileSync(join(FIXTURES, 'formats', 'colours.bmp'));
  const text = Buffer.from('no image');

  it('holds what other systems leave there', async () => {
    const folder = tree({
      'cat/1.png': image,
      'cat/.DS_Store': text,
      'cat/Thumbs.db': text,
      'dog/1.png': image,
      'dog/desktop.ini': text,
      '__MACOSX/cat/._1.png': text,
    });
    const { classes, train, test, leftOut } = await load(folder, { testFraction: 0.5 });
    expect([classes, train.count, test.count]).toEqual([2, 1, 1]);
    expect(leftOut).toEqual([]);
  });

  it('holds the images of each class in a folder named images', async () => {
    const nested = tree({
      'train/n01/images/1.png': image,
      'train/n01/n01_boxes.txt': text,
      'train/n02/images/1.png': image,
    });
    const plain = tree({ 'train/n01/1.png': image, 'train/n02/1.png': image });
    const { fingerprint, leftOut } = await load(nested, { testFraction: 0.5 });
    expect(fingerprint).toBe((await load(plain, { testFraction: 0.5 })).fingerprint);
    expect(leftOut).toMatchObject([{ what: 'files', count: 1 }]);
    const elsewhere = tree({ 'a/photos/1.png': image });
    await expect(load(elsewhere)).rejects.toThrow('among 0 files and 1 folders (photos); expected');
  });

  const sets = (train: string, test: string, classes = ['a', 'b']) =>
    Object.fromEntries(
      [train, test].flatMap((set) => classes.map((name) => [`${set}/${name}/1.png`, image])),
    );

  it.each([
    ['Training', 'Testing'],
    ['training_set', 'test_set'],
    ['Train Images', 'Test Images'],
    ['training', 'testing'],
    ['Train', 'Test'],
    ['TRAIN', 'TEST'],
  ])('calls its sets %s and %s', async (train, test) => {
    const folder = tree(sets(train, test));
    const { fingerprint, test: found } = await load(folder);
    expect(found.count).toBe(2);
    expect(fingerprint).toBe((await load(tree(sets('train', 'test')))).fingerprint);
  });

  it('has classes that are called like sets', async () => {
    const folder = tree({ 'Training/1.png': image, 'Testing/1.png': image });
    expect(await load(folder, { testFraction: 0.5 })).toMatchObject({ classes: 2 });
  });

  it('has two folders of one set', async () => {
    await expect(load(tree(sets('Train', 'training')))).rejects.toThrow(
      'holds both "Train" and "training"; expected one of them',
    );
  });

  it.each(['val', 'valid', 'Validation'])('has a validation set: %s', async (name) => {
    const small = readFileSync(join(IMAGES, 'train', 'jpeg', 'grey.JPG'));
    const folder = tree({
      ...sets('train', 'test'),
      [`${name}/b/1.jpg`]: small,
      [`${name}/a/1.jpg`]: small,
      [`${name}/a/2.jpg`]: small,
    });
    const without = await load(folder);
    expect(without.validation).toBeUndefined();
    expect(without.leftOut).toEqual([
      {
        what: `images of the validation folder "${name}"`,
        count: 3,
        reason: 'validation images are drawn from the training set',
        setting: 'dataset.validationFrom',
      },
    ]);
    const own = { validationFrom: 'own' };
    const { validation, leftOut, fingerprint, train } = await load(folder, own);
    expect(train).toEqual(without.train);
    expect(fingerprint).not.toBe(without.fingerprint);
    expect(leftOut).toEqual([]);
    expect([...validation!.labels]).toEqual([0, 0, 1]);
    expect(hexOf(validation!, 0)).toBe(reference.folders['images/train/jpeg/grey.JPG']);
    expect(await imageFolder.summarize({ id: 'image-folder', folder, ...own })).toMatchObject({
      trainExamples: 2,
      validationExamples: 3,
    });
  });

  it('lacks the validation set that is asked for', async () => {
    const own = { validationFrom: 'own' };
    await expect(load(tree(sets('train', 'test')), own)).rejects.toThrow(
      'holds the folders "test", "train"; expected train and val, because dataset.validationFrom is own',
    );
    await expect(load(tree({ 'a/1.png': image }), own)).rejects.toThrow('holds the folders "a"');
  });

  it('has images of other formats, which are read beside PNG and JPEG on request', async () => {
    const small = readFileSync(join(FIXTURES, 'formats', 'lossless.webp'));
    const only = tree({ 'train/a/1.bmp': other, 'train/a/2.webp': small, 'test/a/1.bmp': other });
    expect((await load(only)).train.count).toBe(2);
    const size = { width: 7, height: 5 };
    const mixed = tree({ 'train/a/1.bmp': other, 'train/a/2.png': image, 'test/a/1.png': image });
    const { train, leftOut } = await load(mixed, size);
    expect(train.count).toBe(1);
    expect(leftOut).toMatchObject([
      { what: 'BMP, GIF, TIFF or WebP images', count: 1, setting: 'dataset.otherFormats' },
    ]);
    const all = await load(mixed, { ...size, otherFormats: true });
    expect([all.train.count, all.leftOut]).toEqual([2, []]);
    expect(hexOf(all.train, 1)).toBe(hexOf(train, 0));
  });

  it('is stored as before if its new settings are left as they are', () => {
    const stored = { id: 'image-folder', folder: '/a', validation: 20 };
    const defaults = { depth: '8-bit', otherFormats: false, validationFrom: 'train' };
    const parsed = (dataset: object) => parseSettings(registries, { dataset }).dataset;
    expect(parsed({ ...stored, ...defaults })).toStrictEqual(parsed(stored));
    expect(Object.keys(parsed(stored))).not.toContain('depth');
  });
});

describe('what is refused', () => {
  const other = readFileSync(join(IMAGES, 'train', 'jpeg', 'turned-5.jpg'));
  // Without its orientation, the image lies on its side.
  const lying = Buffer.from(other);
  lying.write('none', lying.indexOf('Exif'));

  it.each<[string, Record<string, Uint8Array>, Record<string, unknown>, string]>([
    ['no folders', { 'a.png': COLOURS }, {}, 'holds no folders; expected one for each class'],
    ['a class without images', { 'a/1.txt': SMALL }, {}, 'a holds no images among 1 files and 0'],
    [
      'an unknown class',
      { 'train/a/1.png': SMALL, 'test/b/1.png': SMALL },
      {},
      'test/b: the class b does not occur in the training set; expected one of a',
    ],
    [
      'images of several sizes',
      { 'a/1.jpg': SMALL, 'a/2.jpg': lying, 'a/3.png': COLOURS },
      {},
      'a/2.jpg: the image has 20 × 12 pixels; expected 12 × 20, as',
    ],
    ['half of a size', { 'a/1.jpg': SMALL }, { width: 3 }, 'dataset.height is missing; expected'],
    ['text', { 'a/1.png': Buffer.from('no image at all') }, {}, 'a/1.png, byte 0: the file begins'],
    [
      'an image that is cut off',
      { 'a/1.png': COLOURS, 'a/2.png': COLOURS.subarray(0, 200) },
      { testFraction: 0.5 },
      'a/2.png, byte 33: the file ends within a chunk',
    ],
    [
      'a JPEG that is cut off',
      { 'a/1.jpg': SMALL.subarray(0, 370), 'a/2.jpg': SMALL },
      { testFraction: 0.5 },
      'a/1.jpg',
    ],
    ['nothing at all', { 'a/1.png': Buffer.alloc(0) }, {}, 'a/1.png: the file is empty'],
    ['one image', { 'a/1.png': COLOURS }, {}, 'a fraction of 0.2 of 1 examples is 0 for testing'],
  ])('%s', async (_name, files, choice, message) => {
    await expect(load(tree(files), choice)).rejects.toThrow(message);
  });

  it('more pixels than can be meant, before they are decoded', async () => {
    const huge = Buffer.from(COLOURS);
    huge.writeUInt32BE(2 ** 31 - 1, 16);
    huge.writeUInt32BE(2 ** 31 - 1, 20);
    const folder = tree({ 'a/1.png': huge, 'a/2.png': COLOURS });
    await expect(load(folder)).rejects.toThrow('its header says 2147483647 × 2147483647 pixels');
    await expect(load(folder, { width: 4, height: 4, testFraction: 0.5 })).rejects.toThrow(
      'its header says',
    );
  });

  it('a folder that is not there', async () => {
    await expect(load('/nowhere')).rejects.toThrow("The folder /nowhere can't be read");
  });
});
