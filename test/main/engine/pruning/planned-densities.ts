import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { totalKept } from '../../../../src/main/engine/pruning/targets.ts';
import type { ParameterLayout } from '../../../../src/shared/domain/layout.ts';
import type { Settings } from '../../../../src/shared/domain/settings.ts';

/** The density (fraction of prunable weights kept) of levels 1, 2, … in order. */
export function plannedDensities(pruning: Settings['pruning'], layout: ParameterLayout): number[] {
  return plannedTargets(pruning, layout).map((target) => totalKept(target) / layout.prunableCount);
}
