import type { LayerSpecs } from '../../layers/spec.ts';
import { asPlanes, reserveFlat } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** The mean of each plane, of which every pixel gets an equal share of the gradient. */
export const globalAveragePool: SparseLayerFactory<LayerSpecs['global-average-pool']> = (
  _layer,
  context,
) => {
  const { kernels, arena, needsInputGradient, maximumVectors } = context;
  const { channels, height, width, values, gradients, groupPitch, planePitch, rowPitch } = asPlanes(
    context.input,
  );
  const output = reserveFlat(arena, channels, maximumVectors, needsInputGradient);
  return {
    output,
    forward({ vectors }) {
      kernels.globalAveragePoolForward(
        vectors,
        channels,
        height,
        width,
        values,
        groupPitch,
        planePitch,
        rowPitch,
        output.values,
      );
    },
    backward({ vectors }) {
      if (!needsInputGradient) return;
      kernels.globalAveragePoolBackward(
        vectors,
        channels,
        height,
        width,
        gradients,
        groupPitch,
        planePitch,
        rowPitch,
        output.gradients,
      );
    },
  };
};
