import { z } from 'zod';
import { followKernel, forEachTap } from '../../analyses/paths.ts';
import { convolutionWindow, poolingWindow } from '../../kernels/kernels.ts';
import { type Dual, tensorsOf } from '../../pruning/sensitivity/dual.ts';
import {
  inputBatchShape,
  type SensitivityForward,
  type SensitivityContext,
  setBiasGradient,
} from '../../pruning/sensitivity/layer.ts';
import { conv2d as sparseConv2d } from '../../sparse/layers/conv2d.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import { windowReach } from '../../sparse/window.ts';
import type { LayerDefinition } from '../definition.ts';
import { defineForm, padding, stride, units, windowSize } from '../form.ts';
import { batchShape, type DenseEngineLayer, type LayerContext } from '../layer.ts';
import { modelWindow } from '../model-window.ts';
import { imageShape, windowedShape } from '../shapes.ts';
import type { Padding } from '../spec.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly conv2d: Conv2dLayer;
  }
}

/** Cross-correlation of `[batch, height, width, inputs]` with `[kernel, kernel, inputs, outputs]`. */
export interface Conv2dLayer {
  readonly kind: 'conv2d';
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the kernel. */
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: Padding;
  /** False before a batch normalisation, which would subtract the bias again. */
  readonly hasBias: boolean;
}

export interface Conv2dOptions {
  readonly kernelSize?: number;
  readonly stride?: number;
  readonly padding?: Padding;
  readonly hasBias?: boolean;
}

export function conv2dLayer(
  name: string,
  inputs: number,
  outputs: number,
  { kernelSize = 3, stride = 1, padding = 'same', hasBias = true }: Conv2dOptions = {},
): Conv2dLayer {
  return { kind: 'conv2d', name, inputs, outputs, kernelSize, stride, padding, hasBias };
}

export const conv2d: LayerDefinition<Conv2dLayer> = {
  form: defineForm({
    title: 'Convolution',
    settings: z.object({
      channels: units.meta({ title: 'Channels' }),
      kernelSize: windowSize.default(3).meta({ title: 'Kernel size' }),
      stride: stride.default(1).meta({ title: 'Stride' }),
      padding: padding.default('same').meta({ title: 'Padding' }),
      bias: z.boolean().default(true).meta({ title: 'Bias' }),
    }),
    layers({ channels, bias, ...options }, { name, inputShape, scaled }) {
      const inputs = inputShape.at(-1) ?? 0;
      return [conv2dLayer(name, inputs, scaled(channels), { ...options, hasBias: bias })];
    },
  }),
  parameters({ inputs, outputs, kernelSize, hasBias }) {
    const field = kernelSize * kernelSize;
    const fans = { fanIn: field * inputs, fanOut: field * outputs };
    const shape = [kernelSize, kernelSize, inputs, outputs];
    return [
      { ...fans, kind: 'kernel', shape },
      ...(hasBias ? [{ ...fans, kind: 'bias' as const, shape: [outputs] }] : []),
    ];
  },
  outputShape(layer, input) {
    const [height, width] = imageShape(layer, input, layer.inputs);
    return [...windowedShape({ ...layer, size: layer.kernelSize }, height, width), layer.outputs];
  },
  inner: () => [],
  isConvolution: true,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: {
    ...PLAIN_SPARSE_LAYER,
    build: sparseConv2d,
    readsByGroup: () => true,
    inputMargin(layer, inputShape, outputShape) {
      const [height, width] = imageShape(layer, inputShape);
      const [rows, columns] = imageShape(layer, outputShape);
      const window = { ...layer, size: layer.kernelSize };
      return windowReach(window, { height, width }, { height: rows, width: columns });
    },
  },
  sensitivity,
  followPaths: followKernel((layer, { inputShape, outputShape }, visit) => {
    const { inputs, outputs, kernelSize } = layer;
    const window = { ...layer, size: kernelSize };
    forEachTap(window, inputShape, outputShape, (pixel, position, tap) => {
      for (let input = 0; input < inputs; input += 1) {
        visit(pixel * inputs + input, position * outputs, (tap * inputs + input) * outputs);
      }
    });
  }),
  narrow: (layer, { chooseUnits }) => chooseUnits(layer),
  operations: (layer, context) =>
    context.add({
      op: 'conv2d',
      name: layer.name,
      kernel: `${layer.name}.kernel`,
      bias: layer.hasBias ? `${layer.name}.bias` : undefined,
      window: modelWindow({ ...layer, size: layer.kernelSize }, context),
    }),
};

/** y = x ⋆ K + b, with x `[batch, height, width, in]`, K `[kernel, kernel, in, out]`. */
function build(layer: Conv2dLayer, context: LayerContext): DenseEngineLayer {
  return layer.kernelSize === 1 && layer.stride > 1
    ? strided1x1(layer, context)
    : convolution(layer, context);
}

function convolution(layer: Conv2dLayer, context: LayerContext): DenseEngineLayer {
  const { kernels, needsInputGradient } = context;
  const window = convolutionWindow(layer.stride, layer.padding);
  const kernel = context.parameter('kernel');
  const bias = layer.hasBias ? context.parameter('bias') : undefined;
  const inputShape = batchShape(context);
  const { kernelSize, inputs, outputs } = layer;
  const kernelShape = context.constant(Int32Array.of(kernelSize, kernelSize, inputs, outputs), [4]);
  return (input, pass) => {
    const sum = kernels.conv2d(input, pass.value(kernel), window);
    const output = bias === undefined ? sum : kernels.biasAdd(sum, pass.value(bias));
    if (output !== sum) kernels.deleteTemporaries([sum]);
    return {
      output,
      savedTensors: [input],
      backward(gradient, read) {
        const inputGradient = needsInputGradient
          ? kernels.conv2dInputGrad(inputShape, pass.value(kernel), gradient, window)
          : undefined;
        pass.setGradient(kernel, kernels.conv2dKernelGrad(read, kernelShape, gradient, window));
        if (bias !== undefined) pass.setGradient(bias, kernels.biasAddGrad(gradient));
        return inputGradient;
      },
    };
  };
}

/**
 * Takes every stride-th pixel first, then convolves with stride 1, which is equivalent. oneDNN's
 * kernel gradient of a strided 1x1 convolution is wrong on processors without AVX-512 (seen in
 * TensorFlow 2.21; `ONEDNN_MAX_CPU_ISA=AVX2` shows it anywhere).
 */
function strided1x1(layer: Conv2dLayer, context: LayerContext): DenseEngineLayer {
  const { kernels, needsInputGradient } = context;
  const inputShape = batchShape(context);
  // The mean of a window of one pixel is that pixel.
  const everyStride = poolingWindow(1, layer.stride, 'valid');
  const [height = 1, width = 1] = context.outputShape;
  const unstrided = convolution(
    { ...layer, stride: 1 },
    { ...context, inputShape: [height, width, layer.inputs] },
  );
  return (input, pass) => {
    const everyPixel = kernels.averagePool(input, everyStride);
    const forward = unstrided(everyPixel, pass);
    return {
      output: forward.output,
      savedTensors: forward.savedTensors,
      backward(gradient, _input, output) {
        const pixelGradient = forward.backward(gradient, everyPixel, output);
        return needsInputGradient && pixelGradient !== undefined
          ? kernels.averagePoolGrad(inputShape, pixelGradient, everyStride)
          : undefined;
      },
    };
  };
}

function sensitivity(
  layer: Conv2dLayer,
  input: Dual,
  context: SensitivityContext,
): SensitivityForward {
  const { kernels, duals } = context;
  const { name, kernelSize, inputs, outputs } = layer;
  const window = convolutionWindow(layer.stride, layer.padding);
  const kernel = context.parameter(name, 'kernel');
  const sum = duals.bilinear(input, kernel, (x, w) => kernels.conv2d(x, w, window));
  return {
    output: layer.hasBias ? duals.add(sum, context.parameter(name, 'bias')) : sum,
    savedTensors: tensorsOf(input),
    backward(gradient) {
      const kernelShape = kernels.constant(
        Int32Array.of(kernelSize, kernelSize, inputs, outputs),
        [4],
      );
      const kernelGradient = duals.bilinear(input, gradient, (x, g) =>
        kernels.conv2dKernelGrad(x, kernelShape, g, window),
      );
      context.setGradient(name, 'kernel', kernelGradient);
      if (layer.hasBias) setBiasGradient(name, gradient, context);
      const batch = inputBatchShape(context);
      return duals.bilinear(gradient, kernel, (g, w) =>
        kernels.conv2dInputGrad(batch, w, g, window),
      );
    },
  };
}
