import type { LayerSpecs } from '../../layers/spec.ts';
import { gradientsOf, reserveFlat, valuesOf } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** Planes to flat features, row by row with channels last; does nothing where the input is flat. */
export const flatten: SparseLayerFactory<LayerSpecs['flatten']> = (_layer, context) => {
  const { kernels, arena, input, needsInputGradient, maximumVectors } = context;
  if (input.kind === 'flat') {
    return { output: input, forward: () => undefined, backward: () => undefined };
  }
  const features = input.channels * input.height * input.width;
  const output = reserveFlat(arena, features, maximumVectors, needsInputGradient);
  return {
    output,
    forward({ vectors }) {
      kernels.flattenPlanes(vectors, valuesOf(input), valuesOf(output));
    },
    backward({ vectors }) {
      if (!needsInputGradient) return;
      kernels.planesOfFlat(vectors, gradientsOf(output), gradientsOf(input));
    },
  };
};
