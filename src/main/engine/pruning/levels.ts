/** What every level of a search keeps, known before its first step. */
import type { Settings } from '../../../shared/domain/settings.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { strategies } from './index.ts';
import { layoutOf } from '../network.ts';
import { pruningSchedules } from './schedules/index.ts';
import type { AcceptTarget } from './schedules/schedule.ts';
import type { SparsityTarget } from './strategy.ts';
import { checkTarget } from './targets.ts';

/** The targets of levels 1, 2, … that the schedule and the strategy give. */
export function plannedTargets(
  pruning: Settings['pruning'],
  layout: ParameterLayout,
): SparsityTarget[] {
  return plan(pruning, layout, () => undefined);
}

/**
 * As `plannedTargets`, for a search that has not been checked yet.
 *
 * @throws WorkbenchError `invalid-settings` naming level and layer if a level would cut the network
 *   off or prune nothing, or if the strategy's settings name a layer that the network lacks.
 */
export function checkedTargets(
  pruning: Settings['pruning'],
  network: NetworkSpec,
): SparsityTarget[] {
  const layout = layoutOf(network);
  return plan(pruning, layout, (from, target, subject) => {
    checkTarget(network, layout, from, target, subject);
  });
}

function plan(
  pruning: Settings['pruning'],
  layout: ParameterLayout,
  accept: AcceptTarget,
): SparsityTarget[] {
  const strategy = strategies.get(pruning.strategy.id).create(pruning.strategy);
  return pruningSchedules.get(pruning.schedule).plan(pruning, strategy, layout, accept);
}
