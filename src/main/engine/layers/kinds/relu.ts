import { z } from 'zod';
import { followValues } from '../../analyses/paths.ts';
import type { Dual } from '../../pruning/sensitivity/dual.ts';
import type { SensitivityContext, SensitivityForward } from '../../pruning/sensitivity/layer.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import { relu as sparseRelu } from '../../sparse/layers/relu.ts';
import type { LayerDefinition } from '../definition.ts';
import { defineForm } from '../form.ts';
import type { DenseEngineLayer, LayerContext } from '../layer.ts';
import type { LayerSpec } from '../spec.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly relu: ReluLayer;
  }
}

/** max(0, x), elementwise. Its derivative at 0 is 0, as in TensorFlow and PyTorch. */
export interface ReluLayer {
  readonly kind: 'relu';
  readonly name: string;
}

/** For layers that can fuse the ReLU after them, or swap places with it. */
export const isRelu = (layer: LayerSpec): layer is ReluLayer => layer.kind === 'relu';

export const relu: LayerDefinition<ReluLayer> = {
  form: defineForm({
    title: 'ReLU',
    settings: z.object({}),
    layers: (_settings, { name }) => [{ kind: 'relu', name }],
  }),
  parameters: () => [],
  outputShape: (_layer, input) => input,
  inner: () => [],
  isConvolution: false,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: {
    ...PLAIN_SPARSE_LAYER,
    build: sparseRelu,
    // The ReLU works in place, on values that the layers after it read.
    inputMargin: (_layer, _input, _output, { marginBehind }) => marginBehind(),
  },
  sensitivity,
  followPaths: followValues,
  narrow: (_layer, { live }) => live,
  operations: ({ name }, { add }) => add({ op: 'relu', name }),
};

function build(_layer: ReluLayer, { kernels }: LayerContext): DenseEngineLayer {
  return (input) => {
    const output = kernels.relu(input);
    return {
      output,
      savedTensors: [output],
      backward: (gradient, _input, readOutput) => kernels.reluGrad(gradient, readOutput),
    };
  };
}

function sensitivity(
  _layer: ReluLayer,
  { value, tangent }: Dual,
  { kernels, duals }: SensitivityContext,
): SensitivityForward {
  const output = kernels.relu(value);
  return {
    output: { value: output, tangent: tangent && kernels.reluGrad(tangent, output) },
    savedTensors: [output],
    backward: (gradient) => duals.linear(gradient, (g) => kernels.reluGrad(g, output)),
  };
}
