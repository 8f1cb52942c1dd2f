import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { SparsityTarget } from '../../engine/pruning/strategy.ts';
import { totalKept } from '../../engine/pruning/targets.ts';

/** `[levels + 1]`: the density (fraction of prunable weights kept) of level 0, 1, … */
export function densitiesOf(
  layout: ParameterLayout,
  targets: readonly SparsityTarget[],
): Float64Array {
  const pruned = targets.map((target) => totalKept(target) / layout.prunableCount);
  return Float64Array.from([1, ...pruned]);
}

/**
 * `[levels + 1, tensors]`, row-major: the weights that each prunable tensor keeps at each level.
 * Undefined if a level prunes tensors together.
 */
export function keptByTensor(
  layout: ParameterLayout,
  targets: readonly SparsityTarget[],
): Uint32Array | undefined {
  const rows = [layout.prunable.map(({ size }) => size)];
  for (const target of targets) {
    if (target.scope === 'global') return undefined;
    rows.push([...target.counts]);
  }
  return Uint32Array.from(rows.flat());
}
