import type { TrainingRow } from '../../shared/contract/records.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { type LevelCost, levelCosts } from '../../shared/domain/training-cost.ts';

/** What the levels of a search took, by those of its trainings that have finished. */
export function costsOf(settings: Settings, trainings: readonly TrainingRow[] = []): LevelCost[] {
  return levelCosts(
    settings,
    trainings.flatMap(({ key, outcome }) => (outcome ? [{ key, ...outcome }] : [])),
  );
}
