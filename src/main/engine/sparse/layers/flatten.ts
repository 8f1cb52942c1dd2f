import type { LayerSpecs } from '../../layers/spec.ts';
import { reserveFlat } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** Planes to flat features, row-major with channels last; nothing where the input is flat. */
export const flatten: SparseLayerFactory<LayerSpecs['flatten']> = (_layer, context) => {
  const { kernels, arena, input, needsInputGradient, maximumVectors } = context;
  if (input.kind === 'flat') {
    return { output: input, forward: () => undefined, backward: () => undefined };
  }
  const { channels, height, width, groupPitch, planePitch, rowPitch } = input;
  const features = channels * height * width;
  const output = reserveFlat(arena, features, maximumVectors, needsInputGradient);
  return {
    output,
    forward({ vectors }) {
      kernels.flattenPlanes(
        vectors,
        channels,
        height,
        width,
        input.values,
        groupPitch,
        planePitch,
        rowPitch,
        output.values,
      );
    },
    backward({ vectors }) {
      if (!needsInputGradient) return;
      kernels.planesOfFlat(
        vectors,
        channels,
        height,
        width,
        output.gradients,
        input.gradients,
        groupPitch,
        planePitch,
        rowPitch,
      );
    },
  };
};
