import type { Tensor } from '../kernels/binding.ts';
import { normalization } from '../kernels/kernels.ts';
import type { BatchNormLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

/**
 * Ioffe & Szegedy 2015, algorithms 1 and 2: by the batch's statistics in training, by the running
 * ones in evaluation. TensorFlow's kernel wants images, so `[batch, features]` are images of a pixel.
 */
export const batchNorm: LayerFactory<BatchNormLayer> = (layer, context) => {
  const { kernels, inputShape } = context;
  const settings = normalization(layer.epsilon, layer.momentum);
  const gamma = context.parameter('gamma');
  const beta = context.parameter('beta');
  const mean = context.parameter('running-mean');
  const variance = context.parameter('running-variance');
  const isFlat = inputShape.length === 1;
  const asImage = context.constant(Int32Array.of(-1, 1, 1, layer.channels), [4]);
  const asFlat = context.constant(Int32Array.of(-1, layer.channels), [2]);

  return (given, pass) => {
    const input = isFlat ? kernels.reshape(given, asImage) : given;
    const restore = (image: Tensor) => (isFlat ? kernels.reshape(image, asFlat) : image);
    const parameters = {
      gamma: pass.value(gamma),
      beta: pass.value(beta),
      mean: pass.value(mean),
      variance: pass.value(variance),
    };
    if (!pass.isTraining) {
      return {
        output: restore(kernels.batchNormInference(input, parameters, settings)),
        keeps: [],
        backward: () => undefined,
      };
    }
    const result = kernels.batchNormTraining(input, parameters, settings);
    pass.setStatistic(mean, result.mean);
    pass.setStatistic(variance, result.variance);
    return {
      output: restore(result.output),
      keeps: [input, ...result.saved],
      backward(gradient) {
        const gradients = kernels.batchNormGrad(
          isFlat ? kernels.reshape(gradient, asImage) : gradient,
          input,
          parameters.gamma,
          result.saved,
          settings,
        );
        pass.setGradient(gamma, gradients.gamma);
        pass.setGradient(beta, gradients.beta);
        return restore(gradients.input);
      },
    };
  };
};
