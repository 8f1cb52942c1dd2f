import type { BatchNormLayer } from '../../network.ts';
import { extentsOf, gradientsOf, reserveLike, valuesOf } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** Bytes of what the way back needs of a channel; see assembly/batch-norm.ts. */
const SAVED = 16;

/** By the batch's statistics in training, by the running ones in evaluation. */
export const batchNorm: SparseLayerFactory<BatchNormLayer> = (layer, context) => {
  const { kernels, arena, input, needsInputGradient, maximumVectors } = context;
  const { epsilon, momentum } = layer;
  const gamma = context.segment('gamma');
  const beta = context.segment('beta');
  const mean = context.segment('running-mean');
  const variance = context.segment('running-variance');
  const output = reserveLike(arena, input, context.margin, maximumVectors);
  const [channels, height, width] = extentsOf(input);
  const saved = arena.reserve(channels * SAVED);
  const x = valuesOf(input);
  const y = valuesOf(output);
  const g = gradientsOf(output);
  return {
    output,
    forward({ vectors, examples, isTraining }) {
      if (!isTraining) {
        kernels.batchNormInference(
          vectors,
          channels,
          height,
          width,
          epsilon,
          gamma.weights,
          beta.weights,
          mean.weights,
          variance.weights,
          ...x,
          ...y,
        );
        return;
      }
      kernels.batchNormForward(
        examples,
        channels,
        height,
        width,
        epsilon,
        gamma.weights,
        beta.weights,
        saved,
        ...x,
        ...y,
      );
    },
    backward({ examples }) {
      kernels.batchNormBackward(
        examples,
        channels,
        height,
        width,
        gamma.weights,
        gamma.gradients,
        beta.gradients,
        saved,
        needsInputGradient ? input.gradients : 0,
        ...x,
        ...g,
      );
    },
    track() {
      kernels.trackStatistics(channels, momentum, saved, mean.weights, variance.weights);
    },
  };
};
