import { z } from 'zod';
import { followValues } from '../../analyses/paths.ts';
import type { Dual } from '../../pruning/sensitivity/dual.ts';
import {
  inputBatchShape,
  type SensitivityForward,
  type SensitivityContext,
} from '../../pruning/sensitivity/layer.ts';
import { flatten as sparseFlatten } from '../../sparse/layers/flatten.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import type { LayerDefinition } from '../definition.ts';
import { defineForm } from '../form.ts';
import type { DenseEngineLayer, LayerContext } from '../layer.ts';
import { productOf } from '../spec.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly flatten: FlattenLayer;
  }
}

/** `[batch, height, width, channels]` to `[batch, height · width · channels]`, row-major. */
export interface FlattenLayer {
  readonly kind: 'flatten';
  readonly name: string;
}

export const flatten: LayerDefinition<FlattenLayer> = {
  form: defineForm({
    title: 'Flatten',
    settings: z.object({}),
    layers: (_settings, { name }) => [{ kind: 'flatten', name }],
  }),
  parameters: () => [],
  outputShape: (_layer, input) => [productOf(input)],
  inner: () => [],
  isConvolution: false,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: { ...PLAIN_SPARSE_LAYER, build: sparseFlatten },
  sensitivity,
  followPaths: followValues,
  /** A kept channel is kept at every pixel. */
  narrow(_layer, { live, inputShape }) {
    const channels = inputShape.at(-1) ?? 1;
    const pixels = Array.from(
      { length: productOf(inputShape) / channels },
      (_, pixel) => pixel * channels,
    );
    return pixels.flatMap((first) => live.map((channel) => first + channel));
  },
  operations: ({ name }, { add }) => add({ op: 'flatten', name }),
};

function build(_layer: FlattenLayer, context: LayerContext): DenseEngineLayer {
  const { kernels, inputShape } = context;
  const flat = context.constant(Int32Array.of(-1, productOf(inputShape)), [2]);
  const original = context.constant(Int32Array.of(-1, ...inputShape), [inputShape.length + 1]);
  return (input) => ({
    output: kernels.reshape(input, flat),
    savedTensors: [],
    backward: (gradient) => kernels.reshape(gradient, original),
  });
}

function sensitivity(
  _layer: FlattenLayer,
  input: Dual,
  context: SensitivityContext,
): SensitivityForward {
  const { kernels, duals, batch, inputShape } = context;
  const flat = kernels.constant(Int32Array.of(batch, productOf(inputShape)), [2]);
  return {
    output: duals.linear(input, (x) => kernels.reshape(x, flat)),
    savedTensors: [],
    backward(gradient) {
      const original = inputBatchShape(context);
      return duals.linear(gradient, (g) => kernels.reshape(g, original));
    },
  };
}
