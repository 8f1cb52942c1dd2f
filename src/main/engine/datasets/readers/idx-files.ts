import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import type { Dataset, DatasetSummary } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { allocateExamples } from '../memory.ts';
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
  /** `[rows, columns, 1]`. */
  readonly shape: ExampleShape;
}

/** Labels read at a time. */
const PIECE_LABELS = 65_536;

/**
 * Reads the headers, and the labels for the number of classes.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
 */
export async function summarizeIdxFiles(paths: IdxPaths): Promise<DatasetSummary> {
  return withSets(paths, async (train, test) => ({
    shape: train.shape,
    classes: await readLabels(train, test),
    trainExamples: train.count,
    testExamples: test.count,
  }));
}

/** @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation. */
export async function loadIdxFiles(id: string, paths: IdxPaths): Promise<Dataset> {
  return withSets(paths, async (openTrain, openTest) => {
    const { shape } = openTrain;
    const train = allocateExamples(openTrain.images.place, openTrain.count, shape);
    const test = allocateExamples(openTest.images.place, openTest.count, shape);
    const classes = await readLabels(openTrain, openTest, train.labels, test.labels);
    await readToEnd(openTrain.images, train.features);
    await readToEnd(openTest.images, test.features);
    const fingerprint = await fingerprintOf(shape, train, test);
    return { id, shape, classes, train, test, fingerprint };
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
    return { images, labels, count, shape: [...size, 1] };
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
  if (trainSize === testSize) return;
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
  trainTarget?: Int32Array,
  testTarget?: Int32Array,
): Promise<number> {
  let highest = 0;
  await eachLabel(train.labels, trainTarget, (label) => {
    if (label > highest) highest = label;
  });
  await eachLabel(test.labels, testTarget, (label, offset) => {
    if (label <= highest) return;
    throw new WorkbenchError(
      'invalid-data',
      `${test.labels.place}, byte ${offset}: the label is ${label}; expected at most ${highest}, the highest of ${train.labels.place}`,
      'The training and the test set are not of the same dataset, or one of them is damaged.',
    );
  });
  return highest + 1;
}

async function eachLabel(
  { dimensions, headerBytes, read, finish }: IdxReader,
  target: Int32Array | undefined,
  receive: (label: number, offset: number) => void,
): Promise<void> {
  const [count = 0] = dimensions;
  for (let start = 0; start < count; start += PIECE_LABELS) {
    const piece = new Uint8Array(Math.min(PIECE_LABELS, count - start));
    await read(piece);
    for (const [index, label] of piece.entries()) receive(label, headerBytes + start + index);
    target?.set(piece, start);
  }
  await finish();
}

async function readToEnd(reader: IdxReader, target: Uint8Array): Promise<void> {
  await reader.read(target);
  await reader.finish();
}
