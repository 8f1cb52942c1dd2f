import { z } from 'zod';
import { followLinks } from '../../analyses/paths.ts';
import type { Dual } from '../../pruning/sensitivity/dual.ts';
import type { SensitivityContext, SensitivityForward } from '../../pruning/sensitivity/layer.ts';
import { globalAveragePool as sparseGlobalAveragePool } from '../../sparse/layers/global-average-pool.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import type { LayerDefinition } from '../definition.ts';
import { defineForm } from '../form.ts';
import type { DenseEngineLayer, LayerContext } from '../layer.ts';
import { imageShape } from '../shapes.ts';
import { productOf } from '../spec.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly 'global-average-pool': GlobalAveragePoolLayer;
  }
}

/**
 * The mean over height and width: `[batch, height, width, channels]` to `[batch, channels]`. Lin et
 * al. 2014, section 3.2.
 */
export interface GlobalAveragePoolLayer {
  readonly kind: 'global-average-pool';
  readonly name: string;
}

export const globalAveragePool: LayerDefinition<GlobalAveragePoolLayer> = {
  form: defineForm({
    title: 'Global average pooling',
    settings: z.object({}),
    layers: (_settings, { name }) => [{ kind: 'global-average-pool', name }],
  }),
  parameters: () => [],
  outputShape: (layer, input) => [imageShape(layer, input)[2]],
  inner: () => [],
  isConvolution: false,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: { ...PLAIN_SPARSE_LAYER, build: sparseGlobalAveragePool },
  sensitivity,
  followPaths: followLinks((_layer, { inputShape }, visit) => {
    const channels = inputShape.at(-1)!;
    const values = productOf(inputShape);
    for (let index = 0; index < values; index += 1) visit(index, index % channels);
  }),
  narrow: (_layer, { live }) => live,
  operations: ({ name }, { add }) => add({ op: 'global-average-pool', name }),
};

function build(_layer: GlobalAveragePoolLayer, context: LayerContext): DenseEngineLayer {
  const { kernels, batchSize } = context;
  const [height = 1, width = 1, channels = 1] = context.inputShape;
  const pixels = height * width;
  const overPixels = context.constant(Int32Array.of(1, 2), [2]);
  const perImage = context.constant(Int32Array.of(batchSize, 1, 1, channels), [4]);
  const shares = context.constant(new Float32Array(pixels).fill(1 / pixels), [1, height, width, 1]);
  return (input) => ({
    output: kernels.mean(input, overPixels),
    savedTensors: [],
    backward: (gradient) => kernels.multiply(kernels.reshape(gradient, perImage), shares),
  });
}

function sensitivity(
  _layer: GlobalAveragePoolLayer,
  input: Dual,
  { kernels, duals, batch, inputShape }: SensitivityContext,
): SensitivityForward {
  const [height = 1, width = 1, channels = 1] = inputShape;
  const pixels = height * width;
  const overPixels = kernels.constant(Int32Array.of(1, 2), [2]);
  return {
    output: duals.linear(input, (x) => kernels.mean(x, overPixels)),
    savedTensors: [],
    backward(gradient) {
      const perImage = kernels.constant(Int32Array.of(batch, 1, 1, channels), [4]);
      const shares = kernels.doubles(new Float64Array(pixels).fill(1 / pixels), [
        1,
        height,
        width,
        1,
      ]);
      return duals.linear(gradient, (g) => kernels.multiply(kernels.reshape(g, perImage), shares));
    },
  };
}
