import type { Json } from '../../shared/contract/json.ts';
import type { PlannedLayer } from '../../shared/contract/records/planning.ts';
import { formatAmount, formatShape } from '../format.ts';
import { isObject, textOf } from './settings-tree.ts';

/**
 * The output shape and the number of trained parameters of each layer in a list; undefined for a layer
 * that the workbench has not planned yet. Layers are matched by the workbench's names: kind and number.
 */
export function describeLayers(
  layers: readonly Json[],
  planned: readonly PlannedLayer[],
): (string | undefined)[] {
  const counts = new Map<string, number>();
  return layers.map((layer) => {
    const kind = isObject(layer) ? textOf(layer['kind']) : '';
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    const known = planned.find(({ name }) => name === `${kind}${number}`);
    if (!known) return undefined;
    const shape = `→ ${formatShape(known.shape)}`;
    return known.parameters === 0
      ? shape
      : `${shape} · ${formatAmount(known.parameters, 'parameter')}`;
  });
}
