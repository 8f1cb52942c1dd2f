import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import type { Dataset, DatasetSummary, Features } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { allocateExamples, allocateFloatExamples } from '../memory.ts';
import { BEYOND_TRAINING, classOfLabel, namedByLabel } from './class-numbers.ts';
import { IMAGES, type IdxReader, LABELS, openIdx } from './idx.ts';

/** The four files of MNIST and of the datasets that share its format. */
export interface IdxPaths {
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
}

/** The two open files of one set. */
interface OpenSet {
  readonly images: IdxReader;
  readonly labels: IdxReader;
  readonly count: number;
  /** `[rows, columns, channels]`. */
  readonly shape: ExampleShape;
}

/** Values read at a time. */
const PIECE_VALUES = 65_536;

/**
 * Reads the headers, and the labels for the number of classes.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
 */
export async function summarizeIdxFiles(paths: IdxPaths, firstLabel = 0): Promise<DatasetSummary> {
  return withSets(paths, async (train, test) => ({
    shape: train.shape,
    classes: await readLabels(train, test, firstLabel),
    trainExamples: train.count,
    testExamples: test.count,
  }));
}

/**
 * @param firstLabel the label of class 0.
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
 */
export async function loadIdxFiles(id: string, paths: IdxPaths, firstLabel = 0): Promise<Dataset> {
  return withSets(paths, async (openTrain, openTest) => {
    const { shape } = openTrain;
    const allocate = openTrain.images.hasBytes ? allocateExamples : allocateFloatExamples;
    const train = allocate(openTrain.images.place, openTrain.count, shape);
    const test = allocate(openTest.images.place, openTest.count, shape);
    const classes = await readLabels(openTrain, openTest, firstLabel, train.labels, test.labels);
    await readToEnd(openTrain.images, train.features);
    await readToEnd(openTest.images, test.features);
    const fingerprint = await fingerprintOf(shape, train, test);
    return {
      id,
      shape,
      classes,
      train,
      test,
      ...namedByLabel(firstLabel, classes),
      fingerprint,
    };
  });
}

/** Opens the four files, checks that they belong together, and closes them in any case. */
async function withSets<Result>(
  paths: IdxPaths,
  use: (train: OpenSet, test: OpenSet) => Promise<Result>,
): Promise<Result> {
  const opened: IdxReader[] = [];
  const openSet = async (imagesPath: string, labelsPath: string): Promise<OpenSet> => {
    const images = await openIdx(imagesPath, IMAGES);
    opened.push(images);
    const labels = await openIdx(labelsPath, LABELS);
    opened.push(labels);
    const [count = 0, ...size] = images.dimensions;
    checkCounts(images, labels);
    return { images, labels, count, shape: size.length === 2 ? [...size, 1] : size };
  };
  try {
    const train = await openSet(paths.trainImages, paths.trainLabels);
    const test = await openSet(paths.testImages, paths.testLabels);
    checkSizes(train.images, test.images);
    return await use(train, test);
  } finally {
    await Promise.all(opened.map((reader) => reader.close()));
  }
}

function checkCounts(images: IdxReader, labels: IdxReader): void {
  const [imageCount] = images.dimensions;
  const [labelCount] = labels.dimensions;
  if (imageCount === labelCount) return;
  throw new WorkbenchError(
    'invalid-data',
    `${labels.place}, byte 4: the file holds ${labelCount} labels; expected ${imageCount}, one for each image of ${images.place}`,
    'The two files are not of the same set, or one of them is damaged.',
  );
}

function checkSizes(train: IdxReader, test: IdxReader): void {
  const [trainSize, testSize] = [train, test].map(({ dimensions }) =>
    dimensions.slice(1).join(' × '),
  );
  if (trainSize === testSize) {
    if (train.hasBytes === test.hasBytes) return;
    throw new WorkbenchError(
      'invalid-data',
      `${test.place}, byte 2: only one of this file and ${train.place} holds bytes; expected both or none`,
      'Bytes are pixels from 0 to 255, other types are measurements: convert one of the two.',
    );
  }
  throw new WorkbenchError(
    'invalid-data',
    `${test.place}, byte 8: the images are ${testSize}; expected ${trainSize}, as in ${train.place}`,
    'The training and the test set are not of the same dataset, or one of them is damaged.',
  );
}

/**
 * Returns the number of classes, which is the highest label + 1. A test label above all training labels
 * could never be learned, so it means that a file is damaged or of another dataset.
 */
async function readLabels(
  train: OpenSet,
  test: OpenSet,
  firstLabel: number,
  trainTarget?: Int32Array,
  testTarget?: Int32Array,
): Promise<number> {
  let highest = 0;
  await eachLabel(train.labels, firstLabel, trainTarget, (label) => {
    if (label > highest) highest = label;
  });
  await eachLabel(test.labels, firstLabel, testTarget, (label, offset) => {
    if (label <= highest) return;
    throw new WorkbenchError(
      'invalid-data',
      `${test.labels.place}, byte ${offset}: the label is ${label + firstLabel}; expected at most ${highest + firstLabel}, the highest of ${train.labels.place}`,
      BEYOND_TRAINING,
    );
  });
  return highest + 1;
}

/** The class of each example, from 0: the first column, if there are several. */
async function eachLabel(
  labels: IdxReader,
  firstLabel: number,
  target: Int32Array | undefined,
  receive: (label: number, offset: number) => void,
): Promise<void> {
  const { place, dimensions, headerBytes, valueBytes } = labels;
  const [count = 0, columns = 1] = dimensions;
  const pieceRows = Math.max(1, Math.floor(PIECE_VALUES / columns));
  for (let start = 0; start < count; start += pieceRows) {
    const rows = Math.min(pieceRows, count - start);
    const values = await labels.values(rows * columns);
    for (let row = 0; row < rows; row += 1) {
      const offset = headerBytes + (start + row) * columns * valueBytes;
      const label = classOfLabel(
        values[row * columns]!,
        firstLabel,
        () => `${place}, byte ${offset}`,
      );
      receive(label, offset);
      if (target) target[start + row] = label;
    }
  }
  await labels.finish();
}

async function readToEnd(reader: IdxReader, target: Features): Promise<void> {
  if (target instanceof Uint8Array) {
    await reader.read(target);
    await reader.finish();
    return;
  }
  for (let start = 0; start < target.length; start += PIECE_VALUES) {
    const values = await reader.values(Math.min(PIECE_VALUES, target.length - start));
    target.set(values, start);
    const bad = values.findIndex((value) => !Number.isFinite(Math.fround(value)));
    if (bad < 0) continue;
    throw new WorkbenchError(
      'invalid-data',
      `${reader.place}, byte ${reader.headerBytes + (start + bad) * reader.valueBytes}: the value is ${values[bad]}; expected a number that fits 32 bits`,
      'Replace it, or leave the example out.',
    );
  }
  await reader.finish();
}
