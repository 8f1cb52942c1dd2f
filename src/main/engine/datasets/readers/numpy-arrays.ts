/** The arrays of a NumPy dataset: an archive or a folder, opened and checked to fit together. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import type { LeftOut } from '../dataset.ts';
import { openBytes } from './byte-reader.ts';
import { LeftOutCounts } from './left-out-counts.ts';
import { type NpyArray, openNpy, shapeText } from './npy.ts';
import { openZip } from './zip.ts';

export interface NumpyChoice {
  /** An archive or a folder. */
  readonly file: string;
  readonly trainFeatures: string;
  readonly trainLabels: string;
  readonly testFeatures: string;
  readonly testLabels: string;
  /** Undefined: named like the training arrays. */
  readonly validationFeatures?: string | undefined;
  readonly validationLabels?: string | undefined;
  /** Whether to read the validation arrays. */
  readonly hasOwnValidation: boolean;
  readonly channelsFirst: boolean;
  /** The number of the first class, for labels that are class numbers. */
  readonly firstLabel: number;
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
  /** Undefined unless the settings ask for it. */
  readonly validation: OpenPair | undefined;
  /** Arrays that are not read. */
  readonly leftOut: readonly LeftOut[];
  readonly shape: ExampleShape;
}

/** A message lists at most this many names of other arrays. */
const NAMES_SHOWN = 12;

/** The files that are read, to find out whether they have changed. */
export async function numpyFiles(choice: NumpyChoice): Promise<string[]> {
  const { file: path } = choice;
  if (!(await isFolder(path))) return [path];
  const validation = choice.hasOwnValidation
    ? [...validationNames(choice, 'Features'), ...validationNames(choice, 'Labels')]
    : [];
  const wanted = [...ROLES.map((role) => choice[role]), ...validation].map((name) => `${name}.npy`);
  const names = await readdir(path);
  return wanted.filter((name) => names.includes(name)).map((name) => join(path, name));
}

const VALIDATION = ['val', 'valid', 'validation'];

/** What the validation arrays can be called: as the settings say, or like the training arrays. */
function validationNames(choice: NumpyChoice, content: 'Features' | 'Labels'): string[] {
  const given = choice[`validation${content}`];
  if (given !== undefined) return [given];
  const train = choice[`train${content}`];
  return VALIDATION.map((set) => train.replace(/train(ing)?/i, set)).filter((n) => n !== train);
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
  const used: string[] = [];
  const openArray = async (name: string): Promise<NpyArray> => {
    const array = await source.open(name);
    opened.push(array);
    used.push(name);
    return array;
  };
  const openPair = async (features: string, labels: string): Promise<OpenPair> =>
    pairOf(await openArray(features), await openArray(labels));
  try {
    const hasTest = hasTestArrays(source, choice);
    const train = await openPair(choice.trainFeatures, choice.trainLabels);
    const shape = exampleShape(train.features, choice);
    const test = hasTest ? await openPair(choice.testFeatures, choice.testLabels) : undefined;
    const validation = choice.hasOwnValidation
      ? await openPair(
          validationArray(source, choice, 'Features'),
          validationArray(source, choice, 'Labels'),
        )
      : undefined;
    for (const other of [test, validation]) if (other) checkAlike(train.features, other.features);
    const leftOut = leftOutOf(source, used, choice);
    return await use({ train, test, validation, shape, leftOut });
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
function hasTestArrays(source: ArraySource, choice: NumpyChoice): boolean {
  const { names } = source;
  const has = (role: Role): boolean => names.includes(choice[role]);
  const isWanted = (['testFeatures', 'testLabels'] as const).some(
    (role) => has(role) || choice[role] !== ARRAY_NAMES[role],
  );
  const wanted: Role[] = ['trainFeatures', 'trainLabels'];
  if (isWanted) wanted.push('testFeatures', 'testLabels');
  const missing = wanted.find((role) => !has(role));
  if (missing === undefined) return isWanted;
  return rejectMissing(source, choice[missing], `dataset.${missing} says what it is called.`);
}

function rejectMissing({ path, names }: ArraySource, expected: string, hint: string): never {
  const shown = names.toSorted().slice(0, NAMES_SHOWN).join(', ');
  const more = names.length > NAMES_SHOWN ? `, and ${names.length - NAMES_SHOWN} more` : '';
  throw new WorkbenchError(
    'not-found',
    `${path} holds ${names.length === 0 ? 'no arrays' : `the arrays ${shown}${more}`}; expected one named ${expected}`,
    hint,
  );
}

/** @throws WorkbenchError `not-found` naming the arrays that there are. */
function validationArray(
  source: ArraySource,
  choice: NumpyChoice,
  content: 'Features' | 'Labels',
): string {
  const names = validationNames(choice, content);
  const found = names.find((name) => source.names.includes(name));
  if (found !== undefined) return found;
  return rejectMissing(
    source,
    names.join(' or ') || 'as the settings say',
    `dataset.validation${content} says what it is called; dataset.validationFrom=train does without it.`,
  );
}

function leftOutOf(
  { names }: ArraySource,
  used: readonly string[],
  choice: NumpyChoice,
): LeftOut[] {
  const others = names.filter((name) => !used.includes(name));
  const validation = [...validationNames(choice, 'Features'), ...validationNames(choice, 'Labels')];
  const isValidation = (name: string): boolean => validation.includes(name);
  const counts = new LeftOutCounts();
  counts.add(LEFT_OUT.validation, others.filter(isValidation).length);
  counts.add(LEFT_OUT.others, others.filter((name) => !isValidation(name)).length);
  return counts.entries();
}

const LEFT_OUT = {
  validation: {
    what: 'arrays of a validation set',
    reason: 'validation examples are drawn from the training set',
    setting: 'dataset.validationFrom',
  },
  others: { what: 'arrays', reason: 'the settings do not name them' },
} as const satisfies Record<string, Omit<LeftOut, 'count'>>;

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
