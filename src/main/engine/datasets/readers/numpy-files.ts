import type { Dataset, DatasetSummary } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { allocateExamples, allocateFloatExamples } from '../memory.ts';
import { type NumpyChoice, withArrays } from './numpy-arrays.ts';
import { readFeatures } from './numpy-features.ts';
import { placesOfAll, readLabels } from './numpy-labels.ts';

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
    return { id, shape, classes, train, test, fingerprint, isTestHeldOut: !arrays.test };
  });
}
