import type { PlannedLayer } from '../../../shared/contract/records.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { flatLayers, outputShape } from '../../engine/network.ts';

/** What a person sees of a network: what every layer puts out, and how much is trained in it. */
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
