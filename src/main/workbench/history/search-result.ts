import { summarizeSearch } from '../../../shared/domain/result.ts';
import type { SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import type { TrainingOutcome } from '../../../shared/domain/training.ts';
import { keepsDensity, startsUntrained } from '../../engine/lottery/branches/index.ts';

/**
 * The result of a search so far.
 *
 * @param outcomes of its finished trainings, in any order.
 * @returns undefined while no dense training has finished.
 */
export function resultOf(
  search: SearchRecord,
  outcomes: readonly TrainingOutcome[],
): SearchResult | undefined {
  return summarizeSearch(search, outcomes, {
    keepsDensity: keepsDensity(search.settings),
    startsUntrained: startsUntrained(search.settings),
  });
}
