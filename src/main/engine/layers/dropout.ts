import { rng } from '../../../shared/rng.ts';
import { alignedIntegers } from '../kernels/memory.ts';
import type { DropoutLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

/**
 * Srivastava et al. 2014, inverted: survivors grow by 1 / (1 − rate) in training, so evaluation
 * leaves everything as it is. What is dropped follows from the training's seed, the layer and the
 * step, so a resumed or repeated training drops the same units.
 */
export const dropout: LayerFactory<DropoutLayer> = ({ name, rate }, context) => {
  const { kernels } = context;
  const seedMemory = alignedIntegers(2);
  const seed = context.constant(seedMemory, [2]);
  const threshold = context.constant(Float32Array.of(rate), []);
  const growth = context.constant(Float32Array.of(1 / (1 - rate)), []);
  return (input, pass) => {
    if (!pass.isTraining || rate === 0) {
      return { output: input, keeps: [], backward: (gradient) => gradient };
    }
    const random = rng(pass.seed, 'dropout', name, pass.step);
    seedMemory[0] = random.uint32();
    seedMemory[1] = random.uint32();
    const kept = kernels.bernoulli(kernels.shapeOf(input), seed, threshold);
    const factors = kernels.multiply(kept, growth);
    kernels.deleteTemporaries([kept]);
    return {
      output: kernels.multiply(input, factors),
      keeps: [factors],
      backward: (gradient) => kernels.multiply(gradient, factors),
    };
  };
};
