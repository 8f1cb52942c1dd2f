import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import type { Dataset, DatasetSummary, ExampleSet, Features } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { holdOut } from '../held-out.ts';
import { allocateExamples, allocateFloatExamples } from '../memory.ts';
import { openBytes } from './byte-reader.ts';
import { type NpyArray, type NpyValues, openNpy, shapeText } from './npy.ts';
import { openZip } from './zip.ts';

export interface NumpyChoice {
  /** An archive or a folder. */
  readonly file: string;
  readonly trainFeatures: string;
  readonly trainLabels: string;
  readonly testFeatures: string;
  readonly testLabels: string;
  readonly channelsFirst: boolean;
  readonly testFraction: number;
  readonly splitSeed: number;
}

/** Keras's names, as in its mnist.npz. */
export const ARRAY_NAMES = {
  trainFeatures: 'x_train',
  trainLabels: 'y_train',
  testFeatures: 'x_test',
  testLabels: 'y_test',
} as const;

type Role = keyof typeof ARRAY_NAMES;

/** An archive or a folder, and the names of the arrays in it. */
interface ArraySource {
  readonly path: string;
  readonly names: readonly string[];
  open(name: string): Promise<NpyArray>;
  close(): Promise<void>;
}

/** Features and labels of one set. */
interface OpenPair {
  readonly features: NpyArray;
  readonly labels: NpyArray;
  readonly count: number;
}

interface OpenArrays {
  readonly train: OpenPair;
  /** Undefined where a part of the training set is held out for it. */
  readonly test: OpenPair | undefined;
  readonly shape: ExampleShape;
}

/** More classes than any dataset has: larger numbers are something else than classes. */
const MAX_CLASSES = 65_536;

/** Names of other arrays that a message lists at the most. */
const NAMES_SHOWN = 12;

/**
 * Reads the headers, and the labels for the number of classes.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, array, shape and expectation.
 */
export async function summarizeNumpy(choice: NumpyChoice): Promise<DatasetSummary> {
  return withArrays(choice, async (arrays) => {
    const { trainLabels, testLabels, classes } = await readLabels(arrays, choice);
    return {
      shape: arrays.shape,
      classes,
      trainExamples: trainLabels.length,
      testExamples: testLabels.length,
    };
  });
}

/** @throws WorkbenchError `invalid-data` or `not-found` naming file, array, shape and expectation. */
export async function loadNumpy(id: string, choice: NumpyChoice): Promise<Dataset> {
  return withArrays(choice, async (arrays) => {
    const { shape } = arrays;
    const { trainLabels, testLabels, classes, places } = await readLabels(arrays, choice);
    const isBytes = arrays.train.features.type === 'uint8';
    const allocate = isBytes ? allocateExamples : allocateFloatExamples;
    const train = allocate(arrays.train.features.place, trainLabels.length, shape);
    const test = allocate((arrays.test ?? arrays.train).features.place, testLabels.length, shape);
    train.labels.set(trainLabels);
    test.labels.set(testLabels);
    const { channelsFirst } = choice;
    await readFeatures(arrays.train.features, { train, test, places }, channelsFirst);
    if (arrays.test) {
      const all = placesOfAll(arrays.test.count);
      await readFeatures(arrays.test.features, { train: test, test, places: all }, channelsFirst);
    }
    const fingerprint = await fingerprintOf(shape, train, test);
    return { id, shape, classes, train, test, fingerprint };
  });
}

/** The files that are read, for telling whether they have changed. */
export async function numpyFiles(choice: NumpyChoice): Promise<string[]> {
  const { file: path } = choice;
  if (!(await isFolder(path))) return [path];
  const wanted = Object.keys(ARRAY_NAMES).map((role) => `${choice[role as Role]}.npy`);
  const names = await readdir(path);
  return wanted.filter((name) => names.includes(name)).map((name) => join(path, name));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    // What is wrong with it is said where it is read.
    () => false,
  );
}

/** Opens the arrays, checks that they belong together, and closes them whatever happens. */
async function withArrays<Result>(
  choice: NumpyChoice,
  use: (arrays: OpenArrays) => Promise<Result>,
): Promise<Result> {
  const source = await openSource(choice.file);
  const opened: NpyArray[] = [];
  const openArray = async (role: Role): Promise<NpyArray> => {
    const array = await source.open(choice[role]);
    opened.push(array);
    return array;
  };
  const openPair = async (features: Role, labels: Role): Promise<OpenPair> =>
    pairOf(await openArray(features), await openArray(labels));
  try {
    const hasTest = namesOfTest(source, choice);
    const train = await openPair('trainFeatures', 'trainLabels');
    const shape = exampleShape(train.features, choice);
    const test = hasTest ? await openPair('testFeatures', 'testLabels') : undefined;
    if (test) checkAlike(train.features, test.features);
    return await use({ train, test, shape });
  } finally {
    await Promise.all(opened.map((array) => array.close()));
    await source.close();
  }
}

async function openSource(path: string): Promise<ArraySource> {
  const wordOf = (name: string): string => `${path}, array ${name}`;
  const sourceOf = (
    names: readonly string[],
    open: (name: string) => Promise<NpyArray>,
    close: () => Promise<void>,
  ): ArraySource => ({
    path,
    names: names.filter((name) => name.endsWith('.npy')).map((name) => name.slice(0, -4)),
    open,
    close,
  });
  if (await isFolder(path)) {
    return sourceOf(
      await readdir(path),
      async (name) => openNpy(await openBytes(join(path, `${name}.npy`))),
      () => Promise.resolve(),
    );
  }
  const archive = await openZip(path);
  return sourceOf(
    archive.names,
    async (name) => openNpy(await archive.open(`${name}.npy`, wordOf(name))),
    () => archive.close(),
  );
}

/**
 * Whether there is a test set; arrays that are missing are named here. One that was named by the user
 * and isn't there is a mistake and no reason to hold something out.
 */
function namesOfTest({ path, names }: ArraySource, choice: NumpyChoice): boolean {
  const has = (role: Role): boolean => names.includes(choice[role]);
  const isWanted = (['testFeatures', 'testLabels'] as const).some(
    (role) => has(role) || choice[role] !== ARRAY_NAMES[role],
  );
  const wanted: Role[] = ['trainFeatures', 'trainLabels'];
  if (isWanted) wanted.push('testFeatures', 'testLabels');
  const missing = wanted.find((role) => !has(role));
  if (missing === undefined) return isWanted;
  const shown = names.toSorted().slice(0, NAMES_SHOWN).join(', ');
  const more = names.length > NAMES_SHOWN ? `, and ${names.length - NAMES_SHOWN} more` : '';
  throw new WorkbenchError(
    'not-found',
    `${path} holds ${names.length === 0 ? 'no arrays' : `the arrays ${shown}${more}`}; expected one named ${choice[missing]}`,
    `dataset.${missing} says what it is called.`,
  );
}

function pairOf(features: NpyArray, labels: NpyArray): OpenPair {
  const [count = 0] = features.shape;
  const [labelCount] = labels.shape;
  if (labelCount !== count || labels.shape.length > 2) {
    throw new WorkbenchError(
      'invalid-data',
      `${labels.place}: the labels have the shape ${shapeText(labels.shape)}; expected [${count}], [${count}, 1] or [${count}, classes], for ${features.place} of shape ${shapeText(features.shape)}`,
    );
  }
  return { features, labels, count };
}

/** `[features]` or `[height, width, channels]`. */
function exampleShape({ place, shape }: NpyArray, { channelsFirst }: NumpyChoice): ExampleShape {
  const expected = channelsFirst
    ? '[n, channels, height, width], because dataset.channelsFirst says so'
    : '[n, features], [n, height, width] or [n, height, width, channels]';
  const ranks = channelsFirst ? [4] : [2, 3, 4];
  if (!ranks.includes(shape.length) || shape.includes(0)) {
    throw new WorkbenchError(
      'invalid-data',
      `${place}: the shape is ${shapeText(shape)}; expected ${expected}, all at least 1`,
    );
  }
  const [, first, second, third] = shape;
  if (second === undefined) return [first!];
  if (third === undefined) return [first!, second, 1];
  return channelsFirst ? [second, third, first!] : [first!, second, third];
}

function checkAlike(train: NpyArray, test: NpyArray): void {
  const wanted = ['n', ...train.shape.slice(1)].join(', ');
  if (['n', ...test.shape.slice(1)].join(', ') !== wanted || test.shape[0] === 0) {
    throw new WorkbenchError(
      'invalid-data',
      `${test.place}: the shape is ${shapeText(test.shape)}; expected [${wanted}], as that of ${train.place}, n at least 1`,
    );
  }
  if ((train.type === 'uint8') === (test.type === 'uint8')) return;
  throw new WorkbenchError(
    'invalid-data',
    `${test.place}: the type of its values is ${test.type}; expected ${train.type}, as that of ${train.place}`,
    'Bytes are shades from 0 to 255, anything else is what was measured: convert one of the two.',
  );
}

interface LabelsOfSets {
  readonly trainLabels: Int32Array;
  readonly testLabels: Int32Array;
  readonly classes: number;
  /** Where each example of the training arrays goes: its place, or ~place in the test set. */
  readonly places: Int32Array;
}

async function readLabels({ train, test }: OpenArrays, choice: NumpyChoice): Promise<LabelsOfSets> {
  const labels = await labelsOf(train.labels);
  const classes = 1 + labels.reduce((most, label) => Math.max(most, label), 0);
  if (test) {
    const testLabels = await labelsOf(test.labels);
    const beyond = testLabels.findIndex((label) => label >= classes);
    if (beyond < 0 && widthOf(train.labels) === widthOf(test.labels)) {
      const places = placesOfAll(train.count);
      const known = Math.max(classes, widthOf(train.labels));
      return { trainLabels: labels, testLabels, classes: known, places };
    }
    throw new WorkbenchError(
      'invalid-data',
      beyond < 0
        ? `${test.labels.place}: the shape is ${shapeText(test.labels.shape)}; expected as many columns as ${train.labels.place}, of shape ${shapeText(train.labels.shape)}`
        : `${test.labels.place}[${beyond}]: the label is ${testLabels[beyond]}; expected at most ${classes - 1}, the highest of ${train.labels.place}`,
      'The training and the test set are not of the same dataset, or one of them is damaged.',
    );
  }
  const held = holdOut(choice.file, train.count, choice.testFraction, choice.splitSeed);
  const places = new Int32Array(train.count);
  for (const [place, row] of held.train.entries()) places[row] = place;
  for (const [place, row] of held.test.entries()) places[row] = ~place;
  return {
    trainLabels: held.train.map((row) => labels[row]!),
    testLabels: held.test.map((row) => labels[row]!),
    classes: Math.max(classes, widthOf(train.labels)),
    places,
  };
}

function placesOfAll(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}

/** The columns of labels that are one 1 among zeros; 1 for numbers of classes. */
function widthOf({ shape }: NpyArray): number {
  return shape[1] ?? 1;
}

async function labelsOf(array: NpyArray): Promise<Int32Array> {
  const [count = 0] = array.shape;
  const width = widthOf(array);
  return width === 1 ? numberedLabels(array, count) : oneHotLabels(array, count, width);
}

async function numberedLabels(array: NpyArray, count: number): Promise<Int32Array> {
  const labels = new Int32Array(count);
  await array.each((values, start) => {
    for (const [index, value] of values.entries()) {
      if (!Number.isInteger(value) || value < 0 || value >= MAX_CLASSES) {
        throw new WorkbenchError(
          'invalid-data',
          `${array.place}[${start + index}]: the label is ${value}; expected the number of a class, a whole one from 0 to ${MAX_CLASSES - 1}`,
        );
      }
      labels[start + index] = value;
    }
  });
  return labels;
}

async function oneHotLabels(array: NpyArray, count: number, width: number): Promise<Int32Array> {
  const { place, isFortranOrder } = array;
  const rejectRow = (row: number, found: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${place}[${row}]: ${found}; expected one 1 and otherwise 0 in each row of ${width}`,
      'Labels of two dimensions are one-hot; numbers of classes are [n] or [n, 1].',
    );
  };
  if (width > MAX_CLASSES) rejectRow(0, `there are ${width} columns, more than ${MAX_CLASSES}`);
  const labels = new Int32Array(count).fill(-1);
  await array.each((values, start) => {
    for (const [index, value] of values.entries()) {
      if (value === 0) continue;
      const at = start + index;
      const row = isFortranOrder ? at % count : Math.floor(at / width);
      const column = isFortranOrder ? Math.floor(at / count) : at % width;
      if (value !== 1) rejectRow(row, `column ${column} is ${value}`);
      if (labels[row] !== -1) rejectRow(row, `columns ${labels[row]} and ${column} are 1`);
      labels[row] = column;
    }
  });
  const none = labels.indexOf(-1);
  if (none >= 0) rejectRow(none, 'no column is 1');
  return labels;
}

/** Where the examples of an array go. */
interface Destinations {
  readonly train: ExampleSet;
  readonly test: ExampleSet;
  /** Of each example: its place in `train`, or ~place in `test`. */
  readonly places: Int32Array;
}

/** Values are written where they belong as they come, so that there is never a second copy of all. */
async function readFeatures(
  array: NpyArray,
  { train, test, places }: Destinations,
  channelsFirst: boolean,
): Promise<void> {
  const { shape, isFortranOrder } = array;
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  const strides = stridesWithin(shape, channelsFirst);
  /** Dimensions from the one that runs fastest. */
  const order = Array.from(shape.keys(), (_, at) => (isFortranOrder ? at : shape.length - 1 - at));
  const index = new Array<number>(shape.length).fill(0);
  let within = 0;
  await array.each((values) => {
    checkFinite(array, values, index);
    for (const value of values) {
      const place = places[index[0]!]!;
      const features: Features = place >= 0 ? train.features : test.features;
      features[(place >= 0 ? place : ~place) * size + within] = value;
      for (const dimension of order) {
        index[dimension]! += 1;
        within += strides[dimension]!;
        if (index[dimension]! < shape[dimension]!) break;
        index[dimension] = 0;
        within -= strides[dimension]! * shape[dimension]!;
      }
    }
  });
}

/** How far apart neighbours of a dimension are within an example; channels come last in there. */
function stridesWithin(shape: readonly number[], channelsFirst: boolean): number[] {
  if (channelsFirst) {
    const [, channels, , width] = shape;
    return [0, 1, width! * channels!, channels!];
  }
  const strides = shape.map((_, dimension) =>
    shape.slice(dimension + 1).reduce((product, length) => product * length, 1),
  );
  return [0, ...strides.slice(1)];
}

function checkFinite(array: NpyArray, values: NpyValues, first: readonly number[]): void {
  if (values instanceof Uint8Array) return;
  const bad = values.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (bad < 0) return;
  const { place, shape, isFortranOrder } = array;
  let rest = bad;
  const at = first.slice();
  const dimensions = isFortranOrder ? shape.keys() : [...shape.keys()].toReversed();
  for (const dimension of dimensions) {
    const sum = at[dimension]! + rest;
    at[dimension] = sum % shape[dimension]!;
    rest = Math.floor(sum / shape[dimension]!);
  }
  throw new WorkbenchError(
    'invalid-data',
    `${place}[${at.join(', ')}]: the value is ${values[bad]}; expected a number that fits 32 bits`,
    'Replace it, or leave the example out.',
  );
}
