import type { LayerSpecs } from '../../layers/spec.ts';
import {
  type Activation,
  type ComputeGroup,
  gradientsOf,
  groupOf,
  recomputedPlanes,
  reserveLike,
  valuesOf,
} from '../activation.ts';
import { type BatchNorm, CHANNEL_STATISTICS, type View } from '../kernel-bindings.ts';
import type { SparseLayerContext, SparseLayerFactory } from './layer.ts';

/**
 * Normalises by the batch's statistics in training and by the running ones in evaluation. With
 * `isRectified` the ReLU behind it is part of it. The backward pass needs the input only. Where the
 * output is read group by group, it is recomputed each time instead of stored, and so is the gradient
 * by the input.
 */
export const batchNorm =
  (isRectified: boolean): SparseLayerFactory<LayerSpecs['batch-norm']> =>
  (layer, context) => {
    const { kernels, arena, input, needsInputGradient } = context;
    const { epsilon, momentum } = layer;
    const gamma = context.segment('gamma');
    const beta = context.segment('beta');
    const mean = context.segment('running-mean');
    const variance = context.segment('running-variance');
    const x = valuesOf(input);
    const statistics = arena.reserve(x.channels * CHANNEL_STATISTICS);
    const parameters = (): BatchNorm => ({
      gamma: gamma.weights,
      beta: beta.weights,
      gammaGradient: gamma.gradients,
      betaGradient: beta.gradients,
      runningMean: mean.weights,
      runningVariance: variance.weights,
      statistics,
    });

    const normalize = (isTraining: boolean, vectors: number, x: View, y: View): void => {
      if (isTraining) kernels.batchNormApply(vectors, isRectified, parameters(), x, y);
      else kernels.batchNormInference(vectors, isRectified, epsilon, parameters(), x, y);
    };
    const output = outputOf(context, ({ isTraining }, group, target) => {
      normalize(isTraining, 1, groupOf(x, group), target);
    });
    const y = valuesOf(output);
    const g = gradientsOf(output);
    const isStored = output.kind === 'flat' || output.recompute === undefined;

    const inputGradient = (examples: number, x: View, g: View, dx: View): void => {
      kernels.batchNormInputGradient(examples, isRectified, parameters(), x, g, dx);
    };
    const onDemand = input.kind === 'planes' ? input.gradientsOnDemand : undefined;
    if (onDemand) {
      onDemand.compute = ({ examples }, group, target) => {
        const inGroup = Math.min(4, examples - group * 4);
        inputGradient(inGroup, groupOf(x, group), groupOf(g, group), target);
      };
    }
    return {
      output,
      forward({ isTraining, examples, vectors }) {
        if (isTraining) kernels.batchNormStatistics(examples, epsilon, parameters(), x);
        if (isStored) normalize(isTraining, vectors, x, y);
      },
      backward({ examples }) {
        kernels.batchNormGradients(examples, isRectified, parameters(), x, g);
        if (needsInputGradient && !onDemand) inputGradient(examples, x, g, gradientsOf(input));
      },
      track() {
        kernels.trackStatistics(x.channels, momentum, parameters());
      },
    };
  };

function outputOf(
  { arena, input, margin, maximumVectors, isOutputRecomputed }: SparseLayerContext,
  recompute: ComputeGroup,
): Activation {
  if (input.kind === 'flat' || !isOutputRecomputed) {
    return reserveLike(arena, input, margin, maximumVectors);
  }
  return recomputedPlanes(arena, input, maximumVectors, true, recompute);
}
