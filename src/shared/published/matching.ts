/** Which published figures a search can be compared with, and how its training differs from theirs. */
import { augmentationOf, DEFAULT_REWIND, rewindIdOf, type Settings } from '../domain/settings.ts';
import type { PublishedSeries, PublishedSetup } from './schema.ts';

/** Whether architecture, dataset and method are those of the figures. */
export function matches({ belongsTo }: PublishedSeries, settings: Settings): boolean {
  const { architecture, dataset, strategies, schedules, rewind } = belongsTo;
  return (
    architecture === settings.architecture.id &&
    hasUsualWidth(settings) &&
    dataset === settings.dataset.id &&
    strategies.includes(settings.pruning.strategy.id) &&
    schedules.includes(settings.pruning.schedule) &&
    (rewind === 'any' || rewind === rewindOf(settings))
  );
}

/** A wider network is another one. */
function hasUsualWidth({ architecture }: Settings): boolean {
  return architecture['width'] === undefined || architecture['width'] === 1;
}

function rewindOf({ rewind }: Settings): string {
  const id = rewindIdOf(rewind);
  if (id !== DEFAULT_REWIND) return id;
  return rewind.iteration === 0 ? 'initialization' : 'later';
}

/** How far iterations and epochs may differ, relatively: rounding to batches gives no whole epochs. */
const TOLERANCE = 0.01;

/** How a search trains otherwise than the source: `50,000 iterations, here 1,000`. Empty if alike. */
export function differencesOf(setup: PublishedSetup, { training, dataset }: Settings): string[] {
  const { optimizer, batchSize, iterations } = training;
  const differences: string[] = [];
  const compare = (what: string, there: number | undefined, here: unknown): void => {
    if (there === undefined || typeof here !== 'number') return;
    if (Math.abs(here - there) <= TOLERANCE * there) return;
    differences.push(`${what} ${written(there)}, here ${written(here)}`);
  };
  compare('iterations', setup.iterations, iterations);
  if (setup.trainExamples !== undefined) {
    const examples = dataset.subset ?? setup.trainExamples - dataset.validation;
    compare('epochs', setup.epochs, (iterations * batchSize) / examples);
  }
  compare('batch size', setup.batchSize, batchSize);
  if (setup.optimizer !== undefined && setup.optimizer !== optimizer.id) {
    differences.push(`optimizer ${setup.optimizer}, here ${optimizer.id}`);
  } else {
    compare('learning rate', setup.learningRate, optimizer['learningRate']);
  }
  if (dataset.subset !== undefined) {
    differences.push(`all training examples, here ${written(dataset.subset)}`);
  }
  if (dataset.testSubset !== undefined) {
    differences.push(`all test examples, here ${written(dataset.testSubset)}`);
  }
  if (dataset.randomLabels !== undefined) {
    differences.push('true labels, here some random ones');
  }
  const isAugmented = augmentationOf(dataset) !== undefined;
  if (setup.isAugmented !== undefined && setup.isAugmented !== isAugmented) {
    differences.push(isAugmented ? 'no augmentation, here some' : 'augmentation, here none');
  }
  return differences;
}

function written(value: number): string {
  const digits = value < 1 ? Number(value.toPrecision(3)) : Number(value.toFixed(1));
  return digits.toLocaleString('en-US', { maximumSignificantDigits: 9 });
}
