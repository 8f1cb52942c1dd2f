import {
  type ClassCounts,
  type DataSummary,
  namesInShort,
} from '../../../shared/domain/data-summary.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { Dataset } from '../datasets/examples.ts';
import type { ChosenExamples } from '../training/training-data.ts';

/** How many examples of each class a search trains, validates and tests on. */
export function countClasses(
  { classes, classNames, train, test, validation = train }: Dataset,
  { labels, trainIndices, validationIndices, testIndices }: ChosenExamples,
): ClassCounts[] {
  const count = (of: Int32Array, indices: Int32Array): Uint32Array => {
    const counts = new Uint32Array(classes);
    for (const index of indices) counts[of[index]!]! += 1;
    return counts;
  };
  const trained = count(labels, trainIndices);
  const validated = count(validation.labels, validationIndices);
  const tested = count(test.labels, testIndices);
  return Array.from({ length: classes }, (_, label) => ({
    name: classNames?.[label] ?? String(label),
    train: trained[label]!,
    validation: validated[label]!,
    test: tested[label]!,
  }));
}

/**
 * Why no network can learn these classes: there is only one, or the test set has a class that the
 * training examples do not have. Undefined if they can be learned.
 */
export function coverageProblem(
  counts: readonly ClassCounts[],
  choice: Settings['dataset'],
  dataset: OriginOfSets,
): DataSummary['refusal'] {
  const trained = counts.filter(({ train }) => train > 0);
  const missing = counts.filter(({ train, test }) => train === 0 && test > 0);
  const hint = coverageHint(counts, choice, dataset);
  if (missing.length > 0) {
    const names = namesInShort(missing.map(({ name }) => name));
    const message = `${missing.length} of ${counts.length} classes are in the test set but have no training example: ${names}; expected at least one of each class`;
    return { message, hint };
  }
  if (trained.length > 1) return undefined;
  const names = namesInShort(trained.map(({ name }) => name));
  const message = `the training examples have one class only, ${names}; expected at least two classes`;
  return { message, hint };
}

/** Whether test and validation examples are drawn from the training set. */
type OriginOfSets = Pick<Dataset, 'isTestHeldOut' | 'validation'>;

/** What to do so that each class has training examples. */
function coverageHint(
  counts: readonly ClassCounts[],
  { subset, randomLabels = 0 }: Settings['dataset'],
  { isTestHeldOut = false, validation }: OriginOfSets,
): string {
  const existing = counts.filter(({ train, validation, test }) => train + validation + test > 0);
  if (subset !== undefined && subset < existing.length) {
    return `dataset.subset is ${subset}: from ${existing.length} on it keeps an example of each class.`;
  }
  const ways = [
    ...(randomLabels > 0 ? ['lower dataset.randomLabels'] : []),
    ...(subset === undefined ? [] : ['raise dataset.subset']),
    ...(validation ? [] : ['lower dataset.validation']),
    ...(isTestHeldOut ? ['lower dataset.testFraction'] : []),
  ];
  const last = 'give the training set examples of each class';
  const sentence = ways.length === 0 ? last : `${ways.join(', ')}, or ${last}`;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}
