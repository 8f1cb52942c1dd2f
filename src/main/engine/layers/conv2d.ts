import { convolutionWindow, poolingWindow } from '../kernels/kernels.ts';
import { type Conv2dLayer, outputShape } from '../network.ts';
import { batchShape, type LayerFactory } from './layer.ts';

/** y = x ⋆ K + b, with x `[batch, height, width, in]`, K `[kernel, kernel, in, out]`. */
export const conv2d: LayerFactory<Conv2dLayer> = (layer, context) =>
  layer.kernelSize === 1 && layer.stride > 1
    ? strided1x1(layer, context)
    : convolution(layer, context);

const convolution: LayerFactory<Conv2dLayer> = (layer, context) => {
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
      keeps: [input],
      backward(gradient, read) {
        const byInput = needsInputGradient
          ? kernels.conv2dInputGrad(inputShape, pass.value(kernel), gradient, window)
          : undefined;
        pass.setGradient(kernel, kernels.conv2dKernelGrad(read, kernelShape, gradient, window));
        if (bias !== undefined) pass.setGradient(bias, kernels.biasAddGrad(gradient));
        return byInput;
      },
    };
  };
};

/**
 * Takes every stride-th pixel first, then convolves with stride 1, which is the same. oneDNN's
 * kernel gradient of a strided 1x1 convolution is wrong on processors without AVX-512 (seen in
 * TensorFlow 2.21; `ONEDNN_MAX_CPU_ISA=AVX2` shows it anywhere).
 */
const strided1x1: LayerFactory<Conv2dLayer> = (layer, context) => {
  const { kernels, needsInputGradient } = context;
  const inputShape = batchShape(context);
  // The mean of a window of one pixel is that pixel.
  const everyStride = poolingWindow(1, layer.stride, 'valid');
  const [height = 1, width = 1] = outputShape(layer, context.inputShape);
  const dense = convolution(
    { ...layer, stride: 1 },
    { ...context, inputShape: [height, width, layer.inputs] },
  );
  return (input, pass) => {
    const everyPixel = kernels.averagePool(input, everyStride);
    const forward = dense(everyPixel, pass);
    return {
      output: forward.output,
      keeps: forward.keeps,
      backward(gradient, _input, output) {
        const taken = forward.backward(gradient, everyPixel, output);
        return needsInputGradient && taken !== undefined
          ? kernels.averagePoolGrad(inputShape, taken, everyStride)
          : undefined;
      },
    };
  };
};
