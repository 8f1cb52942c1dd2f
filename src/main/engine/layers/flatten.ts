import { type FlattenLayer, productOf } from '../network.ts';
import type { LayerFactory } from './layer.ts';

export const flatten: LayerFactory<FlattenLayer> = (_layer, context) => {
  const { kernels, inputShape } = context;
  const flat = context.constant(Int32Array.of(-1, productOf(inputShape)), [2]);
  const original = context.constant(Int32Array.of(-1, ...inputShape), [inputShape.length + 1]);
  return (input) => ({
    output: kernels.reshape(input, flat),
    keeps: [],
    backward: (gradient) => kernels.reshape(gradient, original),
  });
};
