import { normalizationIdOf, type Settings } from '../../../shared/domain/settings.ts';
import { everyIndex } from '../../../shared/indices.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { randomizeLabels } from '../datasets/random-labels.ts';
import { drawSubset, splitTraining } from '../datasets/split.ts';
import { productOf } from '../layers/spec.ts';
import { normalizations } from '../normalizations/index.ts';
import type { TrainingData } from './trainer.ts';

/** Which examples a search uses, and the labels that it trains on. */
export interface ChosenExamples {
  /** Indices into the training set, ascending. */
  readonly trainIndices: Int32Array;
  /** Indices into the dataset's own validation set, or else into the training set; ascending. */
  readonly validationIndices: Int32Array;
  /** Indices into the test set, ascending. */
  readonly testIndices: Int32Array;
  /** The labels of the training set, some of them replaced by random ones. */
  readonly labels: Int32Array;
}

/**
 * Splits a dataset, reduces it to subsets and replaces labels, as the settings say. The seed
 * determines all of it, so every replicate is trained and evaluated on the same examples.
 */
export function chooseExamples(
  { validation, subset, testSubset, randomLabels }: Settings['dataset'],
  seed: number,
  { train, test, validation: ownValidation, classes }: Labelled,
): ChosenExamples {
  const split = ownValidation
    ? { trainIndices: everyIndex(train.count), validationIndices: everyIndex(ownValidation.count) }
    : splitTraining(train.labels, validation, seed);
  const key = [seed, 'training-subset'];
  const options = { everyClass: true };
  const trainIndices = drawSubset(train.labels, split.trainIndices, subset, key, options);
  return {
    trainIndices,
    validationIndices: split.validationIndices,
    testIndices: drawSubset(test.labels, everyIndex(test.count), testSubset, [seed, 'test-subset']),
    labels:
      randomLabels === undefined
        ? train.labels
        : randomizeLabels(
            train.labels,
            classesWithExamples({ train, test, classes }),
            trainIndices,
            randomLabels,
            seed,
          ),
  };
}

type Labelled = Pick<Dataset, 'train' | 'test' | 'validation' | 'classes'>;

/** The classes that have an example in the training or the test set, ascending. */
export function classesWithExamples({
  train,
  test,
  classes,
}: Pick<Dataset, 'train' | 'test' | 'classes'>): Int32Array {
  const isThere = new Uint8Array(classes);
  for (const label of train.labels) isThere[label] = 1;
  for (const label of test.labels) isThere[label] = 1;
  return Int32Array.from(isThere.keys()).filter((label) => isThere[label] === 1);
}

/** The examples of a search, chosen and normalised as its settings say. */
export function trainingDataOf(
  { dataset: choice, replicates }: Settings,
  dataset: Dataset,
): TrainingData {
  const { train, shape } = dataset;
  const { labels, ...indices } = chooseExamples(choice, replicates.seed, dataset);
  const normalization = normalizations.get(normalizationIdOf(choice)).fit({
    features: train.features,
    size: productOf(shape),
    channels: shape.at(-1) ?? 1,
    indices: indices.trainIndices,
  });
  // The features are not copied.
  const labelled = labels === train.labels ? dataset : { ...dataset, train: { ...train, labels } };
  return { dataset: labelled, ...indices, normalization };
}
