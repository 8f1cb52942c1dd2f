/** What every level of a search keeps, known before its first step. */
import type { Settings } from '../../../shared/domain/settings.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { strategies } from './index.ts';
import { pruningSchedules } from './schedules/index.ts';
import type { SparsityTarget } from './strategy.ts';
import { checkTarget, totalKept } from './targets.ts';

/**
 * The targets of levels 1, 2, … that the schedule and the strategy give.
 *
 * @throws WorkbenchError `invalid-settings` naming level and layer if a level would empty a layer
 *   or prune nothing, or if the strategy's settings name a layer that the network lacks.
 */
export function plannedTargets(
  pruning: Settings['pruning'],
  layout: ParameterLayout,
): SparsityTarget[] {
  const strategy = strategies.get(pruning.strategy.id).create(pruning.strategy);
  return pruningSchedules
    .get(pruning.schedule)
    .plan(pruning, strategy, layout, (from, target, subject) => {
      checkTarget(layout, from, target, subject);
    });
}

/**
 * The density (fraction of prunable weights kept) of levels 1, 2, … in order.
 *
 * @throws WorkbenchError as `plannedTargets`.
 */
export function plannedDensities(pruning: Settings['pruning'], layout: ParameterLayout): number[] {
  return plannedTargets(pruning, layout).map((target) => totalKept(target) / layout.prunableCount);
}
