import type { Tensor } from '../kernels/binding.ts';
import { type BatchNormParameters, normalization } from '../kernels/kernels.ts';
import type { BatchNormLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

/**
 * Ioffe & Szegedy 2015, algorithms 1 and 2: by the batch's statistics in training, by the running
 * ones in evaluation. TensorFlow's kernel wants images, so `[batch, features]` are images of a pixel.
 *
 * A ReLU behind it is part of it: by statistics that are known the two are one pass over the memory,
 * cheap enough to be made again on the way back, which keeps the input anyway.
 */
export const batchNorm: LayerFactory<BatchNormLayer> = (layer, context) => {
  const { kernels, inputShape, isReluBehind } = context;
  const settings = normalization(layer.epsilon, layer.momentum);
  const gamma = context.parameter('gamma');
  const beta = context.parameter('beta');
  const mean = context.parameter('running-mean');
  const variance = context.parameter('running-variance');
  const isFlat = inputShape.length === 1;
  const asImage = context.constant(Int32Array.of(-1, 1, 1, layer.channels), [4]);
  const asFlat = context.constant(Int32Array.of(-1, layer.channels), [2]);
  const imageOf = (value: Tensor) => (isFlat ? kernels.reshape(value, asImage) : value);
  const restore = (image: Tensor) => (isFlat ? kernels.reshape(image, asFlat) : image);

  return (input, pass) => {
    const parameters = {
      gamma: pass.value(gamma),
      beta: pass.value(beta),
      mean: pass.value(mean),
      variance: pass.value(variance),
    };
    const inference = (values: Tensor, by: BatchNormParameters): Tensor => {
      const image = imageOf(values);
      return restore(
        isReluBehind
          ? kernels.batchNormReluInference(image, by, settings)
          : kernels.batchNormInference(image, by, settings),
      );
    };
    if (!pass.isTraining) {
      return { output: inference(input, parameters), keeps: [], backward: () => undefined };
    }
    const result = kernels.batchNormTraining(imageOf(input), parameters, settings);
    pass.setStatistic(mean, result.mean);
    pass.setStatistic(variance, result.variance);
    const normalized = result.output;
    const output = restore(isReluBehind ? kernels.relu(normalized) : normalized);
    if (isReluBehind) kernels.deleteTemporaries([normalized]);
    const [batchMean, batchVariance] = result.saved;
    return {
      output,
      keeps: [input, ...result.saved, ...(isReluBehind ? [output] : [])],
      recompute: (read) =>
        inference(read, { ...parameters, mean: batchMean, variance: batchVariance }),
      backward(gradient, read, made) {
        const byNormalized = isReluBehind ? kernels.reluGrad(gradient, made) : gradient;
        const gradients = kernels.batchNormGrad(
          imageOf(byNormalized),
          imageOf(read),
          parameters.gamma,
          result.saved,
          settings,
        );
        if (byNormalized !== gradient) kernels.deleteTemporaries([byNormalized]);
        pass.setGradient(gamma, gradients.gamma);
        pass.setGradient(beta, gradients.beta);
        return restore(gradients.input);
      },
    };
  };
};
