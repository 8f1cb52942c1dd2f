import type { GlobalAveragePoolLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

/** Lin et al. 2014, section 3.2; every pixel gets an equal share of the gradient. */
export const globalAveragePool: LayerFactory<GlobalAveragePoolLayer> = (_layer, context) => {
  const { kernels, batchSize } = context;
  const [height = 1, width = 1, channels = 1] = context.inputShape;
  const pixels = height * width;
  const overPixels = context.constant(Int32Array.of(1, 2), [2]);
  const perImage = context.constant(Int32Array.of(batchSize, 1, 1, channels), [4]);
  const shares = context.constant(new Float32Array(pixels).fill(1 / pixels), [1, height, width, 1]);
  return (input) => ({
    output: kernels.mean(input, overPixels),
    keeps: [],
    backward: (gradient) => kernels.multiply(kernels.reshape(gradient, perImage), shares),
  });
};
