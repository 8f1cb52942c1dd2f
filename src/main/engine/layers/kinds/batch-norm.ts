import { z } from 'zod';
import { followValues } from '../../analyses/paths.ts';
import type { Tensor } from '../../kernels/binding.ts';
import { type BatchNormParameters, normalization } from '../../kernels/kernels.ts';
import { type Dual, tensorsOf } from '../../pruning/sensitivity/dual.ts';
import type { SensitivityContext, SensitivityForward } from '../../pruning/sensitivity/layer.ts';
import { batchNorm as sparseBatchNorm } from '../../sparse/layers/batch-norm.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import type { LayerDefinition } from '../definition.ts';
import { defineForm } from '../form.ts';
import type { DenseEngineLayer, LayerContext } from '../layer.ts';
import { rejectInput } from '../shapes.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly 'batch-norm': BatchNormLayer;
  }
}

/**
 * Ioffe & Szegedy 2015, algorithms 1 and 2, over every axis but the last: training normalises by
 * the batch's statistics, evaluation by the running ones. The running statistics are parameters
 * that no optimizer updates: r ← (1 − momentum) r + momentum · (batch statistic), with the unbiased
 * variance, as in PyTorch.
 */
export interface BatchNormLayer {
  readonly kind: 'batch-norm';
  readonly name: string;
  readonly channels: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/** With PyTorch's momentum and ε. */
export function batchNormLayer(name: string, channels: number): BatchNormLayer {
  return { kind: 'batch-norm', name, channels, momentum: 0.1, epsilon: 1e-5 };
}

export const batchNorm: LayerDefinition<BatchNormLayer> = {
  form: defineForm({
    title: 'Batch normalisation',
    settings: z.object({}),
    layers: (_settings, { name, inputShape }) => [batchNormLayer(name, inputShape.at(-1) ?? 0)],
  }),
  parameters({ channels }) {
    const common = { shape: [channels], fanIn: channels, fanOut: channels };
    return [
      { ...common, kind: 'gamma' },
      { ...common, kind: 'beta' },
      { ...common, kind: 'running-mean' },
      { ...common, kind: 'running-variance' },
    ];
  },
  outputShape(layer, input) {
    if (input.at(-1) !== layer.channels) {
      const leading = input.length === 3 ? 'height, width, ' : '';
      rejectInput(layer, `[${leading}${layer.channels}]`, input);
    }
    return input;
  },
  inner: () => [],
  isConvolution: false,
  batchStatistics: ({ momentum }) => ({ momentum }),
  denseEngine: { build, fusesRelu: true, swapsWithRelu: false },
  sparseEngine: {
    ...PLAIN_SPARSE_LAYER,
    build: (layer, context) => sparseBatchNorm(context.isReluFused)(layer, context),
    fusesRelu: () => true,
    recomputesOutput: true,
    recomputesInputGradient: true,
  },
  sensitivity,
  followPaths: followValues,
  narrow: (_layer, { live }) => live,
  operations: ({ name, epsilon, momentum }, { add }) =>
    add({
      op: 'batch-norm',
      name,
      gamma: `${name}.gamma`,
      beta: `${name}.beta`,
      mean: `${name}.running-mean`,
      variance: `${name}.running-variance`,
      epsilon,
      momentum,
    }),
};

/**
 * TensorFlow's kernel takes only images, so `[batch, features]` are passed as images of one pixel.
 *
 * With a fused ReLU, the output takes one pass over memory once the statistics are known. That is
 * cheap enough to recompute it in the backward pass, which saves the input in any case.
 */
function build(layer: BatchNormLayer, context: LayerContext): DenseEngineLayer {
  const { kernels, inputShape, isReluFused } = context;
  const settings = normalization(layer.epsilon, layer.momentum);
  const gamma = context.parameter('gamma');
  const beta = context.parameter('beta');
  const mean = context.parameter('running-mean');
  const variance = context.parameter('running-variance');
  const isFlat = inputShape.length === 1;
  const asImage = context.constant(Int32Array.of(-1, 1, 1, layer.channels), [4]);
  const asFlat = context.constant(Int32Array.of(-1, layer.channels), [2]);
  const imageOf = (value: Tensor) => (isFlat ? kernels.reshape(value, asImage) : value);
  const restore = (image: Tensor) => (isFlat ? kernels.reshape(image, asFlat) : image);

  return (input, pass) => {
    const parameters = {
      gamma: pass.value(gamma),
      beta: pass.value(beta),
      mean: pass.value(mean),
      variance: pass.value(variance),
    };
    const inference = (values: Tensor, by: BatchNormParameters): Tensor => {
      const image = imageOf(values);
      return restore(
        isReluFused
          ? kernels.batchNormReluInference(image, by, settings)
          : kernels.batchNormInference(image, by, settings),
      );
    };
    if (!pass.isTraining) {
      return { output: inference(input, parameters), savedTensors: [], backward: () => undefined };
    }
    const result = kernels.batchNormTraining(imageOf(input), parameters, settings);
    pass.setStatistic(mean, result.mean);
    pass.setStatistic(variance, result.variance);
    const normalized = result.output;
    const output = restore(isReluFused ? kernels.relu(normalized) : normalized);
    if (isReluFused) kernels.deleteTemporaries([normalized]);
    const [batchMean, batchVariance] = result.saved;
    return {
      output,
      savedTensors: [input, ...result.saved, ...(isReluFused ? [output] : [])],
      recompute: (read) =>
        inference(read, { ...parameters, mean: batchMean, variance: batchVariance }),
      backward(gradient, readInput, readOutput) {
        const normalizedGradient = isReluFused ? kernels.reluGrad(gradient, readOutput) : gradient;
        const gradients = kernels.batchNormGrad(
          imageOf(normalizedGradient),
          imageOf(readInput),
          parameters.gamma,
          result.saved,
          settings,
        );
        if (normalizedGradient !== gradient) kernels.deleteTemporaries([normalizedGradient]);
        pass.setGradient(gamma, gradients.gamma);
        pass.setGradient(beta, gradients.beta);
        return restore(gradients.input);
      },
    };
  };
}

function sensitivity(
  { name, epsilon }: BatchNormLayer,
  input: Dual,
  context: SensitivityContext,
): SensitivityForward {
  const { kernels, duals, usesBatchStatistics, inputShape } = context;
  // Every axis but the last; axis 0 is the batch.
  const axes = kernels.constant(Int32Array.from(inputShape.keys()), [inputShape.length]);
  const mean = (of: Dual): Dual => duals.linear(of, (x) => kernels.mean(x, axes));
  const sum = (of: Dual): Dual => duals.linear(of, (x) => kernels.sum(x, axes));
  const gamma = context.parameter(name, 'gamma');
  const center = usesBatchStatistics ? mean(input) : context.parameter(name, 'running-mean');
  const centered = duals.subtract(input, center);
  const variance = usesBatchStatistics
    ? mean(duals.multiply(centered, centered))
    : context.parameter(name, 'running-variance');
  const stability = { value: kernels.doubles(Float64Array.of(epsilon), []), tangent: undefined };
  const scale = duals.reciprocalSquareRoot(duals.add(variance, stability));
  const normalized = duals.multiply(centered, scale);
  return {
    output: duals.add(duals.multiply(normalized, gamma), context.parameter(name, 'beta')),
    savedTensors: [axes, ...tensorsOf(normalized), ...tensorsOf(scale)],
    backward(gradient) {
      const alongNormalized = duals.multiply(gradient, normalized);
      context.setGradient(name, 'gamma', sum(alongNormalized));
      context.setGradient(name, 'beta', sum(gradient));
      const centeredGradient = usesBatchStatistics
        ? duals.subtract(
            duals.subtract(gradient, mean(gradient)),
            duals.multiply(normalized, mean(alongNormalized)),
          )
        : gradient;
      return duals.multiply(centeredGradient, duals.multiply(scale, gamma));
    },
  };
}
