import type { LayerSpecs } from '../../layers/spec.ts';
import {
  type Activation,
  extentsOf,
  gradientsOf,
  groupOf,
  type MakeGroup,
  reserveLike,
  unkeptPlanes,
  valuesOf,
} from '../activation.ts';
import type { Place } from '../kernels.ts';
import type { SparseLayerContext, SparseLayerFactory } from './layer.ts';

/** Bytes of what is saved of a channel; see assembly/batch-norm.ts. */
const SAVED = 32;

/**
 * By the batch's statistics in training, by the running ones in evaluation. A ReLU behind it, which
 * `isRectified` says, is part of it. The way back needs the input only: where the output is read
 * group by group, it is made again each time instead of kept, and so is the gradient by the input.
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
    const extents = extentsOf(input);
    const saved = arena.reserve(extents[0] * SAVED);
    const rectified = isRectified ? 1 : 0;

    const normalize = (isTraining: boolean, vectors: number, x: Place, y: Place): void => {
      if (isTraining) {
        const { weights: scale } = gamma;
        const { weights: shift } = beta;
        kernels.batchNormApply(vectors, ...extents, rectified, scale, shift, saved, ...x, ...y);
        return;
      }
      kernels.batchNormInference(
        vectors,
        ...extents,
        rectified,
        epsilon,
        gamma.weights,
        beta.weights,
        mean.weights,
        variance.weights,
        ...x,
        ...y,
      );
    };
    const x = valuesOf(input);
    const output = outputOf(context, ({ isTraining }, group, target) => {
      normalize(isTraining, 1, groupOf(x, group), target);
    });
    const y = valuesOf(output);
    const g = gradientsOf(output);
    const isKept = output.kind === 'flat' || output.recompute === undefined;

    const inputGradient = (examples: number, ofX: Place, ofG: Place, dx: Place): void => {
      kernels.batchNormInputGradient(
        examples,
        ...extents,
        rectified,
        gamma.weights,
        beta.weights,
        saved,
        ...ofX,
        ...ofG,
        ...dx,
      );
    };
    const onDemand = input.kind === 'planes' ? input.gradientsOnDemand : undefined;
    if (onDemand) {
      onDemand.make = ({ examples }, group, target) => {
        const ofGroup = Math.min(4, examples - group * 4);
        inputGradient(ofGroup, groupOf(x, group), groupOf(g, group), target);
      };
    }
    return {
      output,
      forward({ isTraining, examples, vectors }) {
        if (isTraining) kernels.batchNormStatistics(examples, ...extents, epsilon, saved, ...x);
        if (isKept) normalize(isTraining, vectors, x, y);
      },
      backward({ examples }) {
        kernels.batchNormGradients(
          examples,
          ...extents,
          rectified,
          gamma.weights,
          beta.weights,
          gamma.gradients,
          beta.gradients,
          saved,
          ...x,
          ...g,
        );
        if (needsInputGradient && !onDemand) inputGradient(examples, x, g, gradientsOf(input));
      },
      track() {
        kernels.trackStatistics(extents[0], momentum, saved, mean.weights, variance.weights);
      },
    };
  };

function outputOf(
  { arena, input, margin, maximumVectors, isOutputRecomputed }: SparseLayerContext,
  recompute: MakeGroup,
): Activation {
  if (input.kind === 'flat' || !isOutputRecomputed) {
    return reserveLike(arena, input, margin, maximumVectors);
  }
  return unkeptPlanes(arena, input, maximumVectors, true, recompute);
}
