/** What was read of a dataset: the one summary that every part of the program shows. */
import type { DataReading, LeftOut } from '../../../shared/domain/data-summary.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { Dataset } from '../datasets/examples.ts';
import {
  chooseExamples,
  type ChosenExamples,
  classesWithExamples,
} from '../training/training-data.ts';
import { countClasses, coverageProblem } from './class-coverage.ts';
import type { FeatureFacts } from './feature-facts.ts';
import { samplesOf } from './samples.ts';
import { warningsOf } from './warnings.ts';

/**
 * Summarises the examples that a search uses.
 *
 * @param choice the dataset's settings; the dataset has room for its validation split and subsets.
 * @param seed of the search, which draws the validation split and the subsets.
 * @param facts of the dataset's features.
 */
export function summarizeData(
  choice: Settings['dataset'],
  seed: number,
  dataset: Dataset,
  facts: FeatureFacts,
): DataReading {
  const examples = chooseExamples(choice, seed, dataset);
  const counts = countClasses(dataset, examples);
  const isTestHeldOut = dataset.isTestHeldOut ?? false;
  const leftOut = [...(dataset.leftOut ?? []), ...outsideSubsets(choice, dataset, examples)];
  const refusal = coverageProblem(counts, choice, dataset);
  const { smallest, largest, mean } = facts;
  return {
    summary: {
      dataset: dataset.id,
      shape: dataset.shape,
      train: examples.trainIndices.length,
      validation: examples.validationIndices.length,
      test: examples.testIndices.length,
      isTestHeldOut,
      classes: counts,
      values: {
        kind: dataset.train.features instanceof Uint8Array ? 'bytes' : 'floats',
        smallest,
        largest,
        mean,
      },
      leftOut,
      warnings: warningsOf({
        dataset,
        choice,
        facts,
        counts,
        existing: classesWithExamples(dataset),
        leftOut,
      }),
      ...(refusal ? { refusal } : {}),
    },
    samples: samplesOf(dataset, examples, facts),
  };
}

/** The examples that `subset` and `testSubset` leave out. */
function outsideSubsets(
  { subset, testSubset }: Settings['dataset'],
  { train, test, validation }: Dataset,
  { trainIndices, validationIndices, testIndices }: ChosenExamples,
): LeftOut[] {
  const left = (
    what: string,
    setting: string,
    keeps: number | undefined,
    count: number,
  ): LeftOut[] =>
    keeps === undefined || count === 0
      ? []
      : [{ what, count, reason: `${setting} keeps ${keeps}`, setting }];
  const drawn = validation ? 0 : validationIndices.length;
  const trainLeft = train.count - trainIndices.length - drawn;
  return [
    ...left('training examples', 'dataset.subset', subset, trainLeft),
    ...left('test examples', 'dataset.testSubset', testSubset, test.count - testIndices.length),
  ];
}
