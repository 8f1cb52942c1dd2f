import type { LayerSpecs } from '../../layers/spec.ts';
import { asPlanes, gradientsOf, reserveFlat, valuesOf } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** The mean of each plane; every pixel gets an equal share of the gradient. */
export const globalAveragePool: SparseLayerFactory<LayerSpecs['global-average-pool']> = (
  _layer,
  context,
) => {
  const { kernels, arena, needsInputGradient, maximumVectors } = context;
  const input = asPlanes(context.input);
  const output = reserveFlat(arena, input.channels, maximumVectors, needsInputGradient);
  return {
    output,
    forward({ vectors }) {
      kernels.globalAveragePoolForward(vectors, valuesOf(input), valuesOf(output));
    },
    backward({ vectors }) {
      if (!needsInputGradient) return;
      kernels.globalAveragePoolBackward(vectors, gradientsOf(input), gradientsOf(output));
    },
  };
};
