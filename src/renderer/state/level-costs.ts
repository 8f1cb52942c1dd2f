import type { TrainingRow } from '../../shared/contract/records/search-results.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { type LevelCost, levelCosts } from '../../shared/domain/training-cost.ts';

/** What each level of a search cost, from its finished trainings. */
export function costsOf(settings: Settings, trainings: readonly TrainingRow[] = []): LevelCost[] {
  return levelCosts(
    settings,
    trainings.flatMap(({ key, outcome }) => (outcome ? [{ key, ...outcome }] : [])),
  );
}
