/** Layers that pruning cuts off: an error when it happens, and a warning before. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { countKept, type Mask } from '../../../shared/domain/mask.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';

/** @throws WorkbenchError `invariant-violated` naming a tensor that is left without a weight. */
export function checkNoCollapse(layout: ParameterLayout, mask: Mask): void {
  for (const { name, maskOffset, size } of layout.prunable) {
    if (mask.subarray(maskOffset, maskOffset + size).includes(1)) continue;
    throw new WorkbenchError(
      'invariant-violated',
      `pruning leaves none of the ${size} weights of ${name}: nothing can pass through that layer`,
      'Prune less: fewer levels, a smaller fraction, a layer floor, or layer by layer.',
    );
  }
}

/**
 * Warns of layers that are close to collapse: with fewer weights than outputs, some outputs have no
 * input left. A layer is named once, at the first level where this holds.
 *
 * @returns one sentence for each such layer.
 */
export function collapseWarnings(layout: ParameterLayout, before: Mask, after: Mask): string[] {
  return layout.prunable.flatMap(({ name, maskOffset, size, shape }) => {
    const outputs = shape.at(-1) ?? 1;
    const kept = (mask: Mask): number => countKept(mask.subarray(maskOffset, maskOffset + size));
    const left = kept(after);
    if (left >= outputs || kept(before) < outputs) return [];
    return [
      `the next level keeps ${left} of the ${size} weights of ${name}, fewer than its ${outputs} outputs: the layer is close to collapse`,
    ];
  });
}
