import type { TestSet } from '../../../shared/domain/comparison.ts';
import type { DataSummary } from '../../../shared/domain/data-summary.ts';
import { summarizeSearch } from '../../../shared/domain/result.ts';
import type { SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import { nameOfTraining, type TrainingOutcome } from '../../../shared/domain/training.ts';
import { largest } from '../../../shared/extremes.ts';
import { keepsDensity, startsUntrained } from '../../engine/lottery/branches/index.ts';
import type { Store } from '../../store/store.ts';

/**
 * The search's result so far.
 *
 * @param outcomes of its finished trainings, in any order.
 * @returns undefined while no dense training has finished.
 */
export function resultOf(
  store: Pick<Store, 'dataReadings' | 'trainings'>,
  search: SearchRecord,
  outcomes: readonly TrainingOutcome[],
): SearchResult | undefined {
  const summaries = store.dataReadings.summaries(search.id);
  const correct = store.trainings.correctAtEarlyStop(search.id);
  const withCorrect = outcomes.map((outcome) => ({
    ...outcome,
    correctAtEarlyStop: correct.get(nameOfTraining(outcome.key)),
  }));
  return summarizeSearch(search, withCorrect, {
    keepsDensity: keepsDensity(search.settings),
    startsUntrained: startsUntrained(search.settings),
    testSet: (branch) => testSetOf(summaries.get(branch)),
  });
}

export function testSetOf(summary: DataSummary | undefined): TestSet | undefined {
  if (!summary || summary.test === 0) return undefined;
  const counts = summary.classes.map(({ test }) => test);
  return { examples: summary.test, commonestClass: largest(counts) / summary.test };
}
