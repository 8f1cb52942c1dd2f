import type { ReluLayer } from '../../network.ts';
import { extentOf } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** max(0, x), in place: what is in front of it is not needed again. Margins stay zero. */
export const relu: SparseLayerFactory<ReluLayer> = (_layer, context) => {
  const { kernels, input, needsInputGradient } = context;
  return {
    output: input,
    forward(vectors) {
      const { values, bytes } = extentOf(input, vectors);
      kernels.reluForward(bytes, values);
    },
    backward(vectors) {
      if (!needsInputGradient) return;
      const { values, gradients, bytes } = extentOf(input, vectors);
      kernels.reluBackward(bytes, values, gradients);
    },
  };
};
