import { z } from 'zod';
import { followKernel } from '../../analyses/paths.ts';
import { type Dual, tensorsOf } from '../../pruning/sensitivity/dual.ts';
import {
  type SensitivityForward,
  type SensitivityContext,
  setBiasGradient,
} from '../../pruning/sensitivity/layer.ts';
import { dense as sparseDense } from '../../sparse/layers/dense.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import type { LayerDefinition } from '../definition.ts';
import { defineForm, units } from '../form.ts';
import type { DenseEngineLayer, LayerContext } from '../layer.ts';
import { rejectInput } from '../shapes.ts';
import { type ExampleShape, productOf } from '../spec.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly dense: DenseLayer;
  }
}

/** A fully connected layer: `[batch, inputs] · [inputs, outputs] + [outputs]`. */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

export function denseLayer(name: string, inputShape: ExampleShape, outputs: number): DenseLayer {
  return { kind: 'dense', name, inputs: productOf(inputShape), outputs };
}

export const dense: LayerDefinition<DenseLayer> = {
  form: defineForm({
    title: 'Dense',
    settings: z.object({ units: units.meta({ title: 'Units' }) }),
    layers: (settings, { name, inputShape, scaled }) => [
      denseLayer(name, inputShape, scaled(settings.units)),
    ],
  }),
  parameters({ inputs, outputs }) {
    const fans = { fanIn: inputs, fanOut: outputs };
    return [
      { ...fans, kind: 'kernel', shape: [inputs, outputs] },
      { ...fans, kind: 'bias', shape: [outputs] },
    ];
  },
  outputShape(layer, input) {
    if (input.length !== 1 || input[0] !== layer.inputs) {
      const hint = 'Put a flatten or global-average-pool layer before it.';
      rejectInput(layer, `[${layer.inputs}]`, input, input.length === 1 ? undefined : hint);
    }
    return [layer.outputs];
  },
  inner: () => [],
  isConvolution: false,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: { ...PLAIN_SPARSE_LAYER, build: sparseDense },
  sensitivity,
  followPaths: followKernel(({ inputs, outputs }, _context, visit) => {
    for (let input = 0; input < inputs; input += 1) visit(input, 0, input * outputs);
  }),
  narrow: (layer, { chooseUnits }) => chooseUnits(layer),
  operations: ({ name }, { add }) =>
    add({ op: 'dense', name, kernel: `${name}.kernel`, bias: `${name}.bias` }),
};

/** y = x W + b, with x `[batch, inputs]`, W `[inputs, outputs]`. */
function build(_layer: DenseLayer, context: LayerContext): DenseEngineLayer {
  const { kernels, needsInputGradient } = context;
  const kernel = context.parameter('kernel');
  const bias = context.parameter('bias');
  return (input, pass) => ({
    output: kernels.biasAdd(kernels.matMul(input, pass.value(kernel)), pass.value(bias)),
    savedTensors: [input],
    backward(gradient, read) {
      const inputGradient = needsInputGradient
        ? kernels.matMulTransposeB(gradient, pass.value(kernel))
        : undefined;
      pass.setGradient(kernel, kernels.matMulTransposeA(read, gradient));
      pass.setGradient(bias, kernels.biasAddGrad(gradient));
      return inputGradient;
    },
  });
}

function sensitivity(
  { name }: DenseLayer,
  input: Dual,
  context: SensitivityContext,
): SensitivityForward {
  const { kernels, duals } = context;
  const kernel = context.parameter(name, 'kernel');
  const product = duals.bilinear(input, kernel, (x, w) => kernels.matMul(x, w));
  return {
    output: duals.add(product, context.parameter(name, 'bias')),
    savedTensors: tensorsOf(input),
    backward(gradient) {
      context.setDenseGradient(name, input, gradient);
      setBiasGradient(name, gradient, context);
      return duals.bilinear(gradient, kernel, (g, w) => kernels.matMulTransposeB(g, w));
    },
  };
}
