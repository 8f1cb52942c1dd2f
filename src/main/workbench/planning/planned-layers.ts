import type { PlannedLayer } from '../../../shared/contract/records/planning.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { flatLayers, outputShape } from '../../engine/network.ts';

/** A network for people: the output shape of every layer, and its number of trained parameters. */
export function plannedLayers(
  { inputShape, layers }: NetworkSpec,
  { parameters }: ParameterLayout,
): PlannedLayer[] {
  let shape = inputShape;
  return layers.map((layer) => {
    shape = outputShape(layer, shape);
    const inside = new Set(flatLayers([layer]).map(({ name }) => name));
    const trained = parameters.filter((one) => inside.has(one.layer) && one.trainable);
    return {
      name: layer.name,
      shape,
      parameters: trained.reduce((sum, { size }) => sum + size, 0),
    };
  });
}
