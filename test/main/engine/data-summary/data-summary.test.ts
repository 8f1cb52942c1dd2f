import { describe, expect, it } from 'vitest';
import { summarizeData } from '../../../../src/main/engine/data-summary/data-summary.ts';
import { featureFacts } from '../../../../src/main/engine/data-summary/feature-facts.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import {
  allocateExamples,
  allocateFloatExamples,
} from '../../../../src/main/engine/datasets/memory.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';

type Choice = Settings['dataset'];

const CHOICE: Choice = { id: 'tiny', validation: 60 };

async function summaryOf(dataset: Dataset, choice: Choice = CHOICE, seed = 7) {
  return summarizeData(choice, seed, dataset, await featureFacts(dataset));
}

const messagesOf = async (dataset: Dataset, choice?: Choice) =>
  (await summaryOf(dataset, choice)).summary.warnings.map(({ message }) => message);

/** Rows of a table, in classes 0 and 1 in turn. */
function tableOf(rows: readonly (readonly number[])[], more: Partial<Dataset> = {}): Dataset {
  const width = rows[0]?.length ?? 0;
  const set = (used: readonly (readonly number[])[]) => {
    const examples = allocateFloatExamples('table', used.length, [width]);
    examples.features.set(used.flat());
    examples.labels.set(used.map((_, row) => row % 2));
    return examples;
  };
  const { length } = rows;
  return {
    id: 'csv',
    shape: [width],
    classes: 2,
    train: set(rows.slice(0, length - 10)),
    test: set(rows.slice(-10)),
    fingerprint: 'table',
    ...more,
  };
}

/** Images of one value each, in classes 0 and 1 in turn. */
function imagesOf(values: readonly number[], shape: readonly number[]): Dataset {
  const size = shape.reduce((product, length) => product * length, 1);
  const set = allocateExamples('images', values.length, shape);
  for (const [index, value] of values.entries()) {
    set.features.fill(value, index * size, (index + 1) * size);
    set.labels[index] = index % 2;
  }
  return { id: 'npz', shape, classes: 2, train: set, test: set, fingerprint: 'images' };
}

/** Measurements without order: none of them looks like an index. */
const measurement = (row: number, column: number): number => ((row * 37 + column * 11) % 101) / 7;

const someTable = (change: (row: number) => readonly number[] = () => []): Dataset =>
  tableOf(
    Array.from({ length: 40 }, (_, row) => [
      measurement(row, 0),
      measurement(row, 1),
      ...change(row),
    ]),
  );

const TABLE_CHOICE: Choice = { id: 'csv', validation: 5, ignore: [], label: 'y' };

describe('the summary of a dataset', () => {
  it('counts the examples of each set and class, and ranges over all values', async () => {
    const dataset = tinyDataset();
    const { summary } = await summaryOf({ ...dataset, classNames: ['a', 'b', 'c'] });
    expect(summary).toMatchObject({
      dataset: 'tiny',
      shape: [12],
      train: 180,
      validation: 60,
      test: 60,
      isTestHeldOut: false,
      leftOut: [],
      warnings: [],
    });
    const total = (key: 'train' | 'validation' | 'test') =>
      summary.classes.reduce((sum, counts) => sum + counts[key], 0);
    expect(summary.classes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect([total('train'), total('validation'), total('test')]).toEqual([180, 60, 60]);
    const values = [...dataset.train.features, ...dataset.test.features];
    expect(summary.values).toEqual({
      kind: 'bytes',
      smallest: Math.min(...values),
      largest: Math.max(...values),
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    });
    expect(summary.refusal).toBeUndefined();
  });

  it('counts a validation set of the dataset’s own by its own labels', async () => {
    const dataset = tinyDataset();
    const validation = { ...dataset.test, labels: new Int32Array(dataset.test.count).fill(2) };
    const { summary } = await summaryOf({ ...dataset, validation }, { ...CHOICE, subset: 90 });
    expect(summary).toMatchObject({ train: 90, validation: 60 });
    expect(summary.classes.map((counts) => counts.validation)).toEqual([0, 0, 60]);
    // No training example is drawn for validation.
    expect(summary.leftOut).toMatchObject([{ what: 'training examples', count: 150 }]);
  });

  it('says what subsets and the reader leave out', async () => {
    const leftOut = [{ what: 'files', count: 3, reason: 'they are no images' }];
    const choice = { ...CHOICE, subset: 90, testSubset: 20 };
    const { summary } = await summaryOf({ ...tinyDataset(), leftOut }, choice);
    expect(summary).toMatchObject({ train: 90, test: 20 });
    expect(summary.leftOut).toEqual([
      ...leftOut,
      {
        what: 'training examples',
        count: 90,
        reason: 'dataset.subset keeps 90',
        setting: 'dataset.subset',
      },
      {
        what: 'test examples',
        count: 40,
        reason: 'dataset.testSubset keeps 20',
        setting: 'dataset.testSubset',
      },
    ]);
  });

  it('reads a large set in several turns and says how far it is', async () => {
    const fractions: number[] = [];
    const values = Array.from({ length: 50 }, (_, index) => index);
    const dataset = imagesOf(values, [100_000]);
    const facts = await featureFacts(dataset, (fraction) => fractions.push(fraction));
    expect(fractions).toEqual([0.41, 0.5, 0.91]);
    expect(facts).toMatchObject({ smallest: 0, largest: 49, mean: 24.5 });
  });

  it('has the first rows of a table, and thumbnails of images of every class', async () => {
    const columns = [{ name: 'width' }, { name: 'kind', words: ['x'] }];
    const table = { ...someTable(), columns, classNames: ['no', 'yes'] };
    const { samples } = await summaryOf(table, TABLE_CHOICE);
    expect(samples).toMatchObject({
      kind: 'rows',
      columns: ['width', 'kind=x'],
      columnsLeftOut: 0,
    });
    if (samples.kind !== 'rows') throw new Error('a table has no images');
    expect(samples.rows).toHaveLength(5);
    expect(['no', 'yes']).toContain(samples.rows[0]?.name);

    const images = imagesOf([0, 255, 0, 255, 0, 255], [64, 48, 3]);
    const thumbnails = (await summaryOf(images, { id: 'npz', validation: 1 })).samples;
    if (thumbnails.kind !== 'images') throw new Error('images have no rows');
    expect(thumbnails).toMatchObject({ width: 24, height: 32, channels: 3 });
    expect(new Set(thumbnails.images.map(({ name }) => name))).toEqual(new Set(['0', '1']));
    for (const { name, pixels } of thumbnails.images) {
      expect(pixels).toEqual(new Uint8Array(24 * 32 * 3).fill(name === '0' ? 0 : 255));
    }
  });
});

describe('a summary warns', () => {
  it('not of data that look as they should', async () => {
    expect(await messagesOf(tinyDataset())).toEqual([]);
    expect(await messagesOf(someTable(), TABLE_CHOICE)).toEqual([]);
  });

  it('of bytes that use a small part of 0 to 255, where they are divided by 255', async () => {
    const dataset = imagesOf(
      Array.from({ length: 40 }, (_, index) => index % 17),
      [2, 2, 1],
    );
    const choice = { id: 'npz', validation: 4 };
    expect(await messagesOf(dataset, choice)).toEqual([
      'the bytes use 0 to 16 of 0 to 255, and dataset.normalization=unit divides them by 255; dataset.normalization=dataset scales by the values that there are',
    ]);
    expect(await messagesOf(dataset, { ...choice, normalization: 'dataset' })).toEqual([]);
  });

  it('of examples that are all equal', async () => {
    const dataset = imagesOf(
      Array.from({ length: 40 }, () => 0),
      [2, 2, 1],
    );
    const choice = { id: 'image-folder', validation: 4, folder: '/x' };
    expect(await messagesOf(dataset, choice)).toEqual([
      'all 40 examples of the training set are equal; check that dataset.folder names the right data',
    ]);
  });

  it.each([
    [
      'that are constant',
      () => 14.62,
      'the column "2" has the same value in every training example',
    ],
    [
      'that count up with the row',
      (row: number) => row + 1,
      'the column "2" counts up with the row, as an index does',
    ],
    [
      'that tell every row from the others',
      (row: number) => (row * 7919) % 10_007,
      'the column "2" has another value in every training example, as an identifier does',
    ],
  ])('of columns %s', async (_, value, message) => {
    const dataset = someTable((row) => [value(row)]);
    expect(await messagesOf(dataset, TABLE_CHOICE)).toEqual([
      `${message}; dataset.ignore leaves columns out`,
    ]);
  });

  it('of a column of words that is another one in every row', async () => {
    const words = Array.from({ length: 30 }, (_, row) => `row ${row}`);
    const dataset = tableOf(
      Array.from({ length: 40 }, (_, row) => [
        measurement(row, 0),
        ...words.map((_word, at) => (at === row % 30 ? 1 : 0)),
      ]),
      { columns: [{ name: 'size' }, { name: 'note', words }] },
    );
    expect(await messagesOf(dataset, TABLE_CHOICE)).toEqual([
      'the column "note" has another value in every training example, as an identifier does; dataset.ignore leaves columns out',
    ]);
  });

  it.each([
    [['Yes', 'yes'], 'capitals'],
    [['Yes ', 'yes'], 'spaces and capitals'],
    [['1', '1.0'], 'the way they are written'],
  ])('of the classes %j, which mean the same', async (names, difference) => {
    const [one, other] = names.map((name) => JSON.stringify(name));
    expect(await messagesOf({ ...someTable(), classNames: names }, TABLE_CHOICE)).toEqual([
      `the classes ${one}, ${other} differ only in ${difference} but count as 2 classes; write them alike in the data that dataset.label names`,
    ]);
  });

  it('of classes that differ in spaces, which a table can be read without', async () => {
    const dataset = { ...someTable(), classNames: ['setosa', 'setosa '] };
    const found = 'the classes "setosa", "setosa " differ only in spaces but count as 2 classes';
    const { summary } = await summaryOf(dataset, TABLE_CHOICE);
    expect(summary.warnings).toEqual([
      {
        setting: 'dataset.trim',
        message: `${found}; dataset.trim=true removes spaces around fields`,
      },
    ]);
    // They were in quotes.
    expect(await messagesOf(dataset, { ...TABLE_CHOICE, trim: true })).toEqual([
      `${found}; write them alike in the data that dataset.label names`,
    ]);
    expect(await messagesOf(dataset, { id: 'image-folder', folder: '/x', validation: 5 })).toEqual([
      `${found}; write them alike in the data that dataset.folder names`,
    ]);
  });

  it.each([
    [(index: number) => index % 4, 'the bytes use 0 to 3 of 0 to 255'],
    [() => 0, 'all 40 examples of the training set are equal'],
  ])('of the setting that keeps the lower bits of images', async (valueOf, found) => {
    const dataset = {
      ...imagesOf(
        Array.from({ length: 40 }, (_, index) => valueOf(index)),
        [2, 2, 1],
      ),
      leftOut: [{ what: 'bits', count: 40, reason: 'lower', setting: 'dataset.depth' }],
    };
    const choice = { id: 'image-folder', validation: 4, folder: '/x' };
    const { summary } = await summaryOf(dataset, choice);
    expect(summary.warnings).toEqual([
      {
        setting: 'dataset.depth',
        message: `${found}, because only the upper 8 of 16 bits are kept; dataset.depth=16-bit keeps all of them`,
      },
    ]);
  });

  it('of a class with few examples, which dataset.validation does not take', async () => {
    const dataset = tinyDataset();
    const labels = dataset.train.labels.map((label, index) => (index < 3 ? 2 : label % 2));
    const few = { ...dataset, train: { ...dataset.train, labels } };
    const choice = { id: 'npz', validation: 0, file: '/x.npz' };
    const found = '1 of 3 classes has fewer than 5 training examples ("2": 3)';
    expect(await messagesOf({ ...few, validation: dataset.test }, choice)).toContain(
      `${found}; add some to the data that dataset.file names`,
    );
  });

  it('of a class that only a validation set of its own has, as of one with few examples', async () => {
    const dataset = someTable();
    const labels = new Int32Array(dataset.test.count).fill(2);
    const own = { ...dataset, classes: 3, validation: { ...dataset.test, labels } };
    const choice = { id: 'npz', validation: 0, file: '/x.npz', trainLabels: 'y' };
    const messages = await messagesOf(own, choice);
    expect(messages.join()).not.toContain('no example anywhere');
    expect(messages.join()).toContain('fewer than 5 training examples ("2": 0)');
  });

  it('of a class without any example between others', async () => {
    const dataset = someTable();
    for (const { labels } of [dataset.train, dataset.test]) {
      for (const [index, label] of labels.entries()) labels[index] = label * 2;
    }
    const choice = { id: 'npz', validation: 4, file: '/x.npz', trainLabels: 'y' };
    const { summary } = await summaryOf({ ...dataset, classes: 3 }, choice);
    expect(summary.warnings).toEqual([
      {
        setting: 'dataset.trainLabels',
        message:
          '1 of 3 classes has no example anywhere: "1". The network has an output for each class up to the largest label; renumber the labels that dataset.trainLabels names from 0 to avoid that',
      },
    ]);
  });

  it('of a class without any example: labels that begin at 1', async () => {
    const dataset = someTable();
    for (const { labels } of [dataset.train, dataset.test]) {
      for (const [index, label] of labels.entries()) labels[index] = label + 1;
    }
    const choice = { id: 'npz', validation: 4, file: '/x.npz', trainLabels: 'y' };
    const { summary } = await summaryOf({ ...dataset, classes: 3 }, choice);
    expect(summary.warnings).toMatchObject([{ setting: 'dataset.firstLabel' }]);
    expect(summary.warnings[0]?.message).toContain(
      '1 of 3 classes has no example anywhere: "0"; the labels begin at 1',
    );
    expect(summary.warnings[0]?.message).toContain('dataset.firstLabel=1 makes 1 the first class');
    expect(summary.refusal).toBeUndefined();
  });

  it('of classes with few training examples', async () => {
    expect(await messagesOf(tinyDataset(), { ...CHOICE, subset: 20 })).toEqual([]);
    const [message] = await messagesOf(tinyDataset(), { ...CHOICE, subset: 9 });
    expect(message).toMatch(
      /^3 of 3 classes have fewer than 5 training examples \("0": \d, "1": \d, "2": \d\); a larger dataset.subset leaves more$/,
    );
  });

  it.each([
    [[3, 16, 16], false, 'dataset.channelsFirst=true'],
    [[1, 8, 8], false, 'dataset.channelsFirst=true'],
    [[16, 3, 16], true, 'dataset.channelsFirst=false'],
    // The other value of the setting would not put the channels last.
    [[16, 3, 16], false, '16 channels; check the data that dataset.file names'],
  ])('of the shape %j, whose last dimension cannot be channels', async (shape, first, advice) => {
    const values = Array.from({ length: 40 }, (_, index) => index * 6);
    const choice = { id: 'npz', file: '/x.npz', validation: 4, channelsFirst: first };
    const [message] = await messagesOf(imagesOf(values, shape), choice);
    expect(message).toContain(`[height, width, channels] = [${shape.join(', ')}]`);
    expect(message).toContain(advice);
  });

  it('of a test set that is drawn although a folder looks like one', async () => {
    const reason = 'only the folders train and test are read';
    const leftOut = ['val', 'notes'].map((name) => ({
      what: `the folder "${name}"`,
      count: 1,
      reason,
      setting: 'dataset.folder',
    }));
    const dataset = { ...tinyDataset(), leftOut };
    expect(await messagesOf({ ...dataset, isTestHeldOut: true })).toEqual([
      'not read: the folder "val". The test set is drawn from the training examples instead; check dataset.folder, or name the folder "test" to test on it',
    ]);
    expect(await messagesOf(dataset)).toEqual([]);
  });
});

describe('no search can train', () => {
  it('without training examples of a class that is tested', async () => {
    const { summary } = await summaryOf(tinyDataset({ classes: 10 }), { ...CHOICE, subset: 6 });
    expect(summary.refusal).toEqual({
      message: expect.stringMatching(
        /^4 of 10 classes are in the test set but have no training example: ("\d"(, )?){4}; expected at least one of each class$/,
      ) as string,
      hint: 'dataset.subset is 6: from 10 on it keeps an example of each class.',
    });
  });

  it('on one class', async () => {
    const dataset = tinyDataset({ classes: 1 });
    const { summary } = await summaryOf({ ...dataset, classes: 2, isTestHeldOut: true });
    expect(summary.refusal).toEqual({
      message: 'the training examples have one class only, "0"; expected at least two classes',
      hint: 'Lower dataset.validation, lower dataset.testFraction, or give the training set examples of each class.',
    });
    // Validation takes no training examples where the dataset has a set for it.
    const own = await summaryOf({ ...dataset, classes: 2, validation: dataset.test });
    expect(own.summary.refusal?.hint).toBe('Give the training set examples of each class.');
  });

  it('on what random labels have left of two classes', async () => {
    // Seed 7 relabels both of the two training examples with the same class.
    const dataset = tableOf(Array.from({ length: 14 }, (_, row) => [measurement(row, 0)]));
    const choice = { id: 'csv', validation: 2, randomLabels: 1 };
    const refused = [];
    for (let seed = 0; seed < 20; seed += 1) {
      refused.push((await summaryOf(dataset, choice, seed)).summary.refusal !== undefined);
    }
    expect(new Set(refused)).toEqual(new Set([true, false]));
  });
});
