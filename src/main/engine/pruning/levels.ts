/** What every level of a search keeps, known before its first step. */
import type { Settings } from '../../../shared/domain/settings.ts';
import type { ParameterLayout } from '../network.ts';
import { strategies } from './index.ts';
import type { KeepTarget } from './strategy.ts';
import { checkTarget, totalKept } from './targets.ts';

/**
 * The targets of levels 1, 2, … in order: the strategy's round repeated, or for a one-shot search
 * its single step to the target density.
 *
 * @throws WorkbenchError `invalid-settings` naming level and layer where a level would empty a layer
 *   or prune nothing.
 */
export function plannedTargets(
  pruning: Settings['pruning'],
  layout: ParameterLayout,
): KeepTarget[] {
  const strategy = strategies.get(pruning.strategy.id).create(pruning.strategy);
  if (pruning.schedule === 'one-shot') {
    if (pruning.targetDensity === undefined) {
      throw new Error('a one-shot search has a target density; its settings were not validated');
    }
    const target = strategy.targetAtDensity(layout, pruning.targetDensity);
    checkTarget(layout, undefined, target, `pruning.targetDensity ${pruning.targetDensity}`);
    return [target];
  }
  const targets: KeepTarget[] = [];
  for (let level = 1; level <= pruning.levels; level += 1) {
    const from = targets.at(-1);
    const target = strategy.nextTarget(layout, from);
    checkTarget(layout, from, target, `pruning.levels is ${pruning.levels}: level ${level}`);
    targets.push(target);
  }
  return targets;
}

/**
 * The density (fraction of prunable weights kept) of levels 1, 2, … in order.
 *
 * @throws WorkbenchError as `plannedTargets`.
 */
export function plannedDensities(pruning: Settings['pruning'], layout: ParameterLayout): number[] {
  return plannedTargets(pruning, layout).map((target) => totalKept(target) / layout.prunableCount);
}
