import type { LayerSpecs } from '../../layers/spec.ts';
import { extentOf, extentsOf, gradientsOf, reserveLike, valuesOf } from '../activation.ts';
import type { SparseLayer, SparseLayerContext, SparseLayerFactory } from './layer.ts';

/**
 * max(0, x), in place where nothing else reads x: what is in front of a ReLU is not needed again.
 * Margins stay zero.
 */
export const relu: SparseLayerFactory<LayerSpecs['relu']> = (_layer, context) =>
  context.ownsInput ? inPlace(context) : besides(context);

function inPlace({ kernels, input, needsInputGradient }: SparseLayerContext): SparseLayer {
  return {
    output: input,
    readsOutput: true,
    forward({ vectors }) {
      const { values, bytes } = extentOf(input, vectors);
      kernels.reluForward(bytes, values);
    },
    backward({ vectors }) {
      if (!needsInputGradient) return;
      const { values, gradients, bytes } = extentOf(input, vectors);
      kernels.reluBackward(bytes, values, gradients);
    },
  };
}

/** On a copy. */
function besides(context: SparseLayerContext): SparseLayer {
  const { kernels, arena, input, margin, maximumVectors, needsInputGradient } = context;
  const output = reserveLike(arena, input, margin, maximumVectors, needsInputGradient);
  const copy = inPlace({ ...context, input: output });
  const extents = extentsOf(input);
  return {
    output,
    readsOutput: true,
    forward(pass) {
      kernels.copyActivation(pass.vectors, ...extents, ...valuesOf(input), ...valuesOf(output));
      copy.forward(pass);
    },
    backward(pass) {
      if (!needsInputGradient) return;
      copy.backward(pass);
      const [g, dx] = [gradientsOf(output), gradientsOf(input)];
      kernels.copyActivation(pass.vectors, ...extents, ...g, ...dx);
    },
  };
}
