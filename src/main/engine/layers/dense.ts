import type { DenseLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

/** y = x W + b, with x `[batch, inputs]`, W `[inputs, outputs]`. */
export const dense: LayerFactory<DenseLayer> = (_layer, context) => {
  const { kernels, needsInputGradient } = context;
  const kernel = context.parameter('kernel');
  const bias = context.parameter('bias');
  return (input, pass) => ({
    output: kernels.biasAdd(kernels.matMul(input, pass.value(kernel)), pass.value(bias)),
    keeps: [input],
    backward(gradient, read) {
      const byInput = needsInputGradient
        ? kernels.matMulTransposeB(gradient, pass.value(kernel))
        : undefined;
      pass.setGradient(kernel, kernels.matMulTransposeA(read, gradient));
      pass.setGradient(bias, kernels.biasAddGrad(gradient));
      return byInput;
    },
  });
};
