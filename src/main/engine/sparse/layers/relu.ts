import type { ReluLayer } from '../../network.ts';
import { bytesOf } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** max(0, x), in place: what is in front of it is not needed again. */
export const relu: SparseLayerFactory<ReluLayer> = (_layer, context) => {
  const { kernels, input, needsInputGradient } = context;
  return {
    output: input,
    forward(vectors) {
      kernels.reluForward(bytesOf(input, vectors), input.values);
    },
    backward(vectors) {
      if (!needsInputGradient) return;
      kernels.reluBackward(bytesOf(input, vectors), input.values, input.gradients);
    },
  };
};
