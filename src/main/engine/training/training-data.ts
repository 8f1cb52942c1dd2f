import { normalizationIdOf, type Settings } from '../../../shared/domain/settings.ts';
import type { Dataset, ExampleSet } from '../datasets/dataset.ts';
import { randomizeLabels } from '../datasets/random-labels.ts';
import { drawSubset, splitTraining } from '../datasets/split.ts';
import { productOf } from '../layers/spec.ts';
import { normalizations } from '../normalizations/index.ts';
import type { TrainingData } from './trainer.ts';

/**
 * The examples of a search: split, reduced to a subset, relabelled and normalised as its settings
 * say. The seed determines all of it, so every replicate is trained and evaluated on the same
 * examples.
 */
export function trainingDataOf(
  { dataset: choice, replicates }: Settings,
  dataset: Dataset,
): TrainingData {
  const { train, test, validation, shape } = dataset;
  const { seed } = replicates;
  const split = validation
    ? { trainIndices: everyIndex(train), validationIndices: everyIndex(validation) }
    : splitTraining(train.count, choice.validation, seed);
  const trainIndices = drawSubset(train.labels, split.trainIndices, choice.subset, [
    seed,
    'training-subset',
  ]);
  const normalization = normalizations.get(normalizationIdOf(choice)).fit({
    features: train.features,
    size: productOf(shape),
    channels: shape.at(-1) ?? 1,
    indices: trainIndices,
  });
  return {
    dataset: withRandomLabels(dataset, trainIndices, choice.randomLabels, seed),
    trainIndices,
    validationIndices: split.validationIndices,
    testIndices: drawSubset(test.labels, everyIndex(test), choice.testSubset, [
      seed,
      'test-subset',
    ]),
    normalization,
  };
}

function everyIndex({ count }: ExampleSet): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}

/** The dataset with some labels replaced. The features are not copied. */
function withRandomLabels(
  dataset: Dataset,
  trainIndices: Int32Array,
  share: number | undefined,
  seed: number,
): Dataset {
  if (share === undefined) return dataset;
  const { train, classes } = dataset;
  const labels = randomizeLabels(train.labels, classes, trainIndices, share, seed);
  return { ...dataset, train: { ...train, labels } };
}
