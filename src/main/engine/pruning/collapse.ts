/** Masks that cut a network off: an error or a warning when it happens, and a warning before. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { countKept, type Mask } from '../../../shared/domain/mask.ts';
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import { hasLivePath } from '../analyses/live-paths.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { isPassable } from '../network.ts';

/**
 * Checks that layers without a weight leave a way around them. The body of a residual block may
 * lose its weights, because the shortcut still lets the input through.
 *
 * @throws WorkbenchError `invariant-violated` naming a tensor that is left without a weight.
 */
export function checkNoCollapse(network: NetworkSpec, layout: ParameterLayout, mask: Mask): void {
  const emptied = layout.prunable.filter((tensor) => keptOf(tensor, mask) === 0);
  const collapsed = layerThatCuts(network, emptied);
  if (!collapsed) return;
  throw new WorkbenchError(
    'invariant-violated',
    `pruning leaves none of the ${collapsed.size} weights of ${collapsed.name}: nothing can pass through that layer`,
    'Prune less: fewer levels, a smaller fraction, a layer floor, or layer by layer.',
  );
}

/**
 * A tensor whose lack of weights cuts the network off.
 *
 * @param emptied the tensors without a weight.
 * @returns undefined if they leave a way from input to output.
 */
export function layerThatCuts(
  { layers }: NetworkSpec,
  emptied: readonly ParameterSpec[],
): ParameterSpec | undefined {
  if (isPassable(layers, new Set(emptied.map(({ layer }) => layer)))) return undefined;
  return emptied.find(({ layer }) => !isPassable(layers, new Set([layer]))) ?? emptied[0];
}

/**
 * Warns of what a mask does to a network, once, at the level where it begins:
 *
 * - a layer is close to collapse: with fewer weights than outputs, some outputs have no input left;
 * - a layer is left without a weight, but there is a way around it;
 * - every layer may have weights, but no path of them leads from the input to a logit.
 *
 * @returns one sentence for each.
 */
export function collapseWarnings(
  network: NetworkSpec,
  layout: ParameterLayout,
  before: Mask,
  after: Mask,
): string[] {
  const warnings = layout.prunable.flatMap((tensor): string[] => {
    const { name, size, shape } = tensor;
    const outputs = shape.at(-1) ?? 1;
    const [was, left] = [keptOf(tensor, before), keptOf(tensor, after)];
    if (left === 0) {
      return was === 0
        ? []
        : [
            `the next level keeps none of the ${size} weights of ${name}: only what passes around that layer is left`,
          ];
    }
    if (left >= outputs || was < outputs) return [];
    return [
      `the next level keeps ${left} of the ${size} weights of ${name}, fewer than its ${outputs} outputs: the layer is close to collapse`,
    ];
  });
  const isCutOff = (mask: Mask): boolean => !hasLivePath(network, layout, mask);
  if (!isCutOff(after) || isCutOff(before)) return warnings;
  return [
    ...warnings,
    'the next level leaves no path of kept weights from the input to the output: whatever the example, its network gives the same answer',
  ];
}

function keptOf({ maskOffset, size }: ParameterSpec, mask: Mask): number {
  return countKept(mask.subarray(maskOffset, maskOffset + size));
}
