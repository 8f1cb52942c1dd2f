import type { ReluLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

/** max(0, x); its derivative at 0 is 0, as in TensorFlow and PyTorch. */
export const relu: LayerFactory<ReluLayer> =
  (_layer, { kernels }) =>
  (input) => {
    const output = kernels.relu(input);
    return {
      output,
      keeps: [output],
      backward: (gradient, _input, made) => kernels.reluGrad(gradient, made),
    };
  };
