import { everyIndex } from '../../../../shared/indices.ts';
import type { Dataset, DatasetSummary, ExampleSet } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { allocateExamples, allocateFloatExamples } from '../memory.ts';
import { namedByLabel } from './class-numbers.ts';
import { type NumpyChoice, type OpenPair, withArrays } from './numpy-arrays.ts';
import { readFeatures } from './numpy-features.ts';
import { readLabels } from './numpy-labels.ts';

/**
 * Reads the headers, and the labels for the number of classes.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, array, shape and expectation.
 */
export async function summarizeNumpy(choice: NumpyChoice): Promise<DatasetSummary> {
  return withArrays(choice, async (arrays) => {
    const { trainLabels, testLabels, validationLabels, classes } = await readLabels(arrays, choice);
    return {
      shape: arrays.shape,
      classes,
      trainExamples: trainLabels.length,
      testExamples: testLabels.length,
      ...(validationLabels && { validationExamples: validationLabels.length }),
    };
  });
}

/** @throws WorkbenchError `invalid-data` or `not-found` naming file, array, shape and expectation. */
export async function loadNumpy(id: string, choice: NumpyChoice): Promise<Dataset> {
  return withArrays(choice, async (arrays) => {
    const { shape, leftOut } = arrays;
    const labels = await readLabels(arrays, choice);
    const isOneHot = (arrays.train.labels.shape[1] ?? 1) > 1;
    const isBytes = arrays.train.features.type === 'uint8';
    const allocate = isBytes ? allocateExamples : allocateFloatExamples;
    const setOf = (pair: OpenPair, own: Int32Array): ExampleSet => {
      const set = allocate(pair.features.place, own.length, shape);
      set.labels.set(own);
      return set;
    };
    const train = setOf(arrays.train, labels.trainLabels);
    const test = setOf(arrays.test ?? arrays.train, labels.testLabels);
    const { channelsFirst } = choice;
    await readFeatures(
      arrays.train.features,
      { train, test, places: labels.places },
      channelsFirst,
    );
    const readAll = async ({ features, count }: OpenPair, set: ExampleSet): Promise<void> => {
      const places = everyIndex(count);
      await readFeatures(features, { train: set, test: set, places }, channelsFirst);
    };
    if (arrays.test) await readAll(arrays.test, test);
    const validation =
      arrays.validation && labels.validationLabels
        ? setOf(arrays.validation, labels.validationLabels)
        : undefined;
    if (arrays.validation && validation) await readAll(arrays.validation, validation);
    return {
      id,
      shape,
      classes: labels.classes,
      train,
      test,
      ...(validation && { validation }),
      ...(isOneHot ? {} : namedByLabel(choice.firstLabel, labels.classes)),
      leftOut,
      fingerprint: await fingerprintOf(shape, train, test, validation),
      isTestHeldOut: !arrays.test,
    };
  });
}
