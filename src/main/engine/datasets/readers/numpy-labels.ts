import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { largest } from '../../../../shared/extremes.ts';
import { everyIndex } from '../../../../shared/indices.ts';
import { holdOut } from '../held-out.ts';
import { requireMemory } from '../memory.ts';
import { BEYOND_TRAINING, classOfLabel, MAX_CLASSES } from './class-numbers.ts';
import { type NpyArray, shapeText } from './npy.ts';
import type { NumpyChoice, OpenArrays, OpenPair } from './numpy-arrays.ts';

export interface LabelsOfSets {
  readonly trainLabels: Int32Array;
  readonly testLabels: Int32Array;
  readonly validationLabels: Int32Array | undefined;
  readonly classes: number;
  /** For each row of the training arrays, its place in the training set, or ~place in the test set. */
  readonly places: Int32Array;
}

/** @throws WorkbenchError `invalid-data` naming array, row and expectation. */
export async function readLabels(
  { train, test, validation }: OpenArrays,
  choice: NumpyChoice,
): Promise<LabelsOfSets> {
  const { firstLabel } = choice;
  const labels = await labelsOf(train.labels, firstLabel);
  const highest = Math.max(0, largest(labels));
  const otherLabels = async (pair: OpenPair): Promise<Int32Array> => {
    const other = await labelsOf(pair.labels, firstLabel);
    checkLabels(pair.labels, other, train.labels, highest, firstLabel);
    return other;
  };
  const classes = Math.max(1 + highest, widthOf(train.labels));
  const testLabels = test && (await otherLabels(test));
  const validationLabels = validation && (await otherLabels(validation));
  if (testLabels) {
    const places = everyIndex(train.count);
    return { trainLabels: labels, testLabels, validationLabels, classes, places };
  }
  const held = holdOut(choice.file, labels, choice.testFraction, choice.splitSeed);
  const places = new Int32Array(train.count);
  for (const [place, row] of held.train.entries()) places[row] = place;
  for (const [place, row] of held.test.entries()) places[row] = ~place;
  return {
    trainLabels: held.train.map((row) => labels[row]!),
    testLabels: held.test.map((row) => labels[row]!),
    validationLabels,
    classes,
    places,
  };
}

/** @throws WorkbenchError `invalid-data` if another set has labels that the training set does not have. */
function checkLabels(
  array: NpyArray,
  labels: Int32Array,
  train: NpyArray,
  highest: number,
  firstLabel: number,
): void {
  const beyond = labels.findIndex((label) => label > highest);
  if (beyond < 0 && widthOf(train) === widthOf(array)) return;
  throw new WorkbenchError(
    'invalid-data',
    beyond < 0
      ? `${array.place}: the shape is ${shapeText(array.shape)}; expected as many columns as ${train.place}, of shape ${shapeText(train.shape)}`
      : `${array.place}[${beyond}]: the label is ${labels[beyond]! + firstLabel}; expected at most ${highest + firstLabel}, the highest of ${train.place}`,
    beyond < 0
      ? 'The two sets are not of the same dataset, or one of them is damaged.'
      : BEYOND_TRAINING,
  );
}

/** The number of columns: that of the classes for one-hot labels, 1 for class numbers. */
function widthOf({ shape }: NpyArray): number {
  return shape[1] ?? 1;
}

async function labelsOf(array: NpyArray, firstLabel: number): Promise<Int32Array> {
  const [count = 0] = array.shape;
  const width = widthOf(array);
  return width === 1 ? numberedLabels(array, count, firstLabel) : oneHotLabels(array, count, width);
}

/** A packed array of few bytes can promise any number of labels. */
function allocateLabels({ place }: NpyArray, count: number): Int32Array {
  requireMemory(place, `${count} labels take`, count * Int32Array.BYTES_PER_ELEMENT);
  return new Int32Array(count);
}

async function numberedLabels(
  array: NpyArray,
  count: number,
  firstLabel: number,
): Promise<Int32Array> {
  const labels = allocateLabels(array, count);
  await array.each((values, start) => {
    for (const [index, value] of values.entries()) {
      const at = start + index;
      labels[at] = classOfLabel(value, firstLabel, () => `${array.place}[${at}]`);
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
  const labels = allocateLabels(array, count).fill(-1);
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
