import { rng } from '../../../../shared/rng.ts';
import { type LayerSpecs, productOf } from '../../layers/spec.ts';
import { gradientsOf, reserveLike, shapeOf, valuesOf } from '../activation.ts';
import type { SparseLayerFactory } from './layer.ts';

/** `drawKept` writes 16 bytes at a time. */
const BLOCK = 16;

/** Drops the same values as the dense engine; see assembly/dropout.ts. */
export const dropout: SparseLayerFactory<LayerSpecs['dropout']> = ({ name, rate }, context) => {
  const { kernels, arena, input, needsInputGradient, maximumVectors, margin } = context;
  const output = reserveLike(arena, input, margin, maximumVectors, needsInputGradient);
  const features = productOf(shapeOf(input));
  const kept = arena.reserve(maximumVectors * 4 * features + BLOCK);
  const scale = 1 / (1 - rate);
  const x = valuesOf(input);
  const y = valuesOf(output);
  const dx = gradientsOf(input);
  const g = gradientsOf(output);
  return {
    output,
    forward({ vectors, examples, isTraining, firstExample, seed, step }) {
      if (!isTraining) {
        kernels.copyActivation(vectors, x, y);
        return;
      }
      const random = rng(seed, 'dropout', name, step);
      const [seed0, seed1] = [random.uint32(), random.uint32()];
      const start = firstExample * features;
      kernels.drawKept(start, examples * features, seed0, seed1, rate, kept);
      kernels.applyDropout(vectors, scale, kept, x, y);
    },
    backward({ vectors }) {
      if (!needsInputGradient) return;
      kernels.applyDropout(vectors, scale, kept, g, dx);
    },
  };
};
