/** The arrays of a NumPy dataset: an archive or a folder, opened and checked to fit together. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import { openBytes } from './byte-reader.ts';
import { type NpyArray, openNpy, shapeText } from './npy.ts';
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

const ROLES = ['trainFeatures', 'trainLabels', 'testFeatures', 'testLabels'] as const;
type Role = (typeof ROLES)[number];

/** The names that Keras uses, as in its mnist.npz. */
export const ARRAY_NAMES: Readonly<Record<Role, string>> = {
  trainFeatures: 'x_train',
  trainLabels: 'y_train',
  testFeatures: 'x_test',
  testLabels: 'y_test',
};

/** An archive or a folder, and the names of the arrays in it. */
interface ArraySource {
  readonly path: string;
  readonly names: readonly string[];
  open(name: string): Promise<NpyArray>;
  close(): Promise<void>;
}

/** The features and labels of one set. */
export interface OpenPair {
  readonly features: NpyArray;
  readonly labels: NpyArray;
  readonly count: number;
}

export interface OpenArrays {
  readonly train: OpenPair;
  /** Undefined where a part of the training set is held out as the test set. */
  readonly test: OpenPair | undefined;
  readonly shape: ExampleShape;
}

/** A message lists at most this many names of other arrays. */
const NAMES_SHOWN = 12;

/** The files that are read, to find out whether they have changed. */
export async function numpyFiles(choice: NumpyChoice): Promise<string[]> {
  const { file: path } = choice;
  if (!(await isFolder(path))) return [path];
  const wanted = ROLES.map((role) => `${choice[role]}.npy`);
  const names = await readdir(path);
  return wanted.filter((name) => names.includes(name)).map((name) => join(path, name));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    // A missing path is reported where it is read.
    () => false,
  );
}

/** Opens the arrays, checks that they belong together, and closes them in any case. */
export async function withArrays<Result>(
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
    const hasTest = hasTestArrays(source, choice);
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
    async (name) => openNpy(await archive.open(`${name}.npy`, `${path}, array ${name}`)),
    () => archive.close(),
  );
}

/**
 * Whether there is a test set. An array of the test set that the user named must be there: its absence
 * is a mistake, and no reason to hold out a part of the training set.
 *
 * @throws WorkbenchError `not-found` naming a missing array and those that are there.
 */
function hasTestArrays({ path, names }: ArraySource, choice: NumpyChoice): boolean {
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
  const example = shape.slice(1);
  if (channelsFirst) return [...example.slice(1), ...example.slice(0, 1)];
  return example.length === 2 ? [...example, 1] : example;
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
    'Bytes are pixels from 0 to 255, other types are measurements: convert one of the two.',
  );
}
