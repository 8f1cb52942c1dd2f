import { z } from 'zod';
import { rng } from '../../../../shared/rng.ts';
import { followValues } from '../../analyses/paths.ts';
import { alignedIntegers } from '../../kernels/memory.ts';
import type { Dual } from '../../pruning/sensitivity/dual.ts';
import type { SensitivityForward } from '../../pruning/sensitivity/layer.ts';
import { dropout as sparseDropout } from '../../sparse/layers/dropout.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import type { LayerDefinition } from '../definition.ts';
import { defineForm } from '../form.ts';
import type { DenseEngineLayer, LayerContext } from '../layer.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly dropout: DropoutLayer;
  }
}

/**
 * Srivastava et al. 2014, inverted: in training each value becomes 0 with probability `rate`, and
 * the others are scaled by 1 / (1 − rate). Evaluation therefore changes nothing.
 */
export interface DropoutLayer {
  readonly kind: 'dropout';
  readonly name: string;
  readonly rate: number;
}

export const dropout: LayerDefinition<DropoutLayer> = {
  form: defineForm({
    title: 'Dropout',
    settings: z.object({ rate: z.number().min(0).lt(1).default(0.5).meta({ title: 'Rate' }) }),
    layers: ({ rate }, { name }) => [{ kind: 'dropout', name, rate }],
  }),
  parameters: () => [],
  outputShape: (_layer, input) => input,
  inner: () => [],
  isConvolution: false,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: { ...PLAIN_SPARSE_LAYER, build: sparseDropout },
  sensitivity,
  followPaths: followValues,
  narrow: (_layer, { live }) => live,
  operations: ({ name, rate }, { add }) => add({ op: 'dropout', name, rate }),
};

/**
 * The training's seed, the layer and the step determine what is dropped. So a resumed or repeated
 * training drops the same units.
 */
function build({ name, rate }: DropoutLayer, context: LayerContext): DenseEngineLayer {
  const { kernels } = context;
  const seedMemory = alignedIntegers(2);
  const seed = context.constant(seedMemory, [2]);
  const threshold = context.constant(Float32Array.of(rate), []);
  const growth = context.constant(Float32Array.of(1 / (1 - rate)), []);
  return (input, pass) => {
    if (!pass.isTraining || rate === 0) {
      return { output: input, savedTensors: [], backward: (gradient) => gradient };
    }
    const random = rng(pass.seed, 'dropout', name, pass.step);
    seedMemory[0] = random.uint32();
    seedMemory[1] = random.uint32();
    const kept = kernels.bernoulli(kernels.shapeOf(input), seed, threshold);
    const factors = kernels.multiply(kept, growth);
    kernels.deleteTemporaries([kept]);
    return {
      output: kernels.multiply(input, factors),
      savedTensors: [factors],
      backward: (gradient) => kernels.multiply(gradient, factors),
    };
  };
}

/** Drops nothing: random drops would only blur the scores. */
function sensitivity(_layer: DropoutLayer, input: Dual): SensitivityForward {
  return { output: input, savedTensors: [], backward: (gradient) => gradient };
}
