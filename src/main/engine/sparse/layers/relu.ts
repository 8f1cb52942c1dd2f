import type { LayerSpecs } from '../../layers/spec.ts';
import { extentOf, gradientsOf, reserveLike, valuesOf } from '../activation.ts';
import type { SparseLayer, SparseLayerContext, SparseLayerFactory } from './layer.ts';

/**
 * max(0, x), in place where nothing else reads x: the backward pass of a ReLU needs its output only.
 * Margins stay zero.
 */
export const relu: SparseLayerFactory<LayerSpecs['relu']> = (_layer, context) =>
  context.ownsInput ? inPlace(context) : onCopy(context);

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

/** Where another layer reads the input, too. */
function onCopy(context: SparseLayerContext): SparseLayer {
  const { kernels, arena, input, margin, maximumVectors, needsInputGradient } = context;
  const output = reserveLike(arena, input, margin, maximumVectors, needsInputGradient);
  const copy = inPlace({ ...context, input: output });
  return {
    output,
    readsOutput: true,
    forward(pass) {
      kernels.copyActivation(pass.vectors, valuesOf(input), valuesOf(output));
      copy.forward(pass);
    },
    backward(pass) {
      if (!needsInputGradient) return;
      copy.backward(pass);
      kernels.copyActivation(pass.vectors, gradientsOf(output), gradientsOf(input));
    },
  };
}
