/**
 * Every kind of layer on TensorFlow's kernels in float64, forward and backward, with a tangent
 * beside every value. Meant for the few hundred examples that pruning scores look at.
 */
import type { Tensor } from '../../kernels/binding.ts';
import { convolutionWindow, type Kernels, poolingWindow } from '../../kernels/kernels.ts';
import {
  type BatchNormLayer,
  type Conv2dLayer,
  type DenseLayer,
  type ExampleShape,
  type LayerSpec,
  outputShape,
  type ParameterKind,
  type PoolLayer,
  productOf,
  type ZeroPaddingShortcutLayer,
} from '../../network.ts';
import { type Dual, type DualKernels, tensorsOf } from './dual.ts';

export interface SensitivityPass {
  readonly kernels: Kernels;
  readonly duals: DualKernels;
  readonly batch: number;
  /** False: normalise by the running statistics. */
  readonly usesBatchStatistics: boolean;
  parameter(layer: string, kind: ParameterKind): Dual;
  setGradient(layer: string, kind: ParameterKind, gradient: Dual): void;
  /** Sets the kernel's gradient, `inputᵀ · gradient`, of a dense layer. */
  setDenseGradient(layer: string, input: Dual, gradient: Dual): void;
}

export interface SensitivityForward {
  readonly output: Dual;
  /** What `backward` reads of the layer's input, output and what it has made in between. */
  readonly keeps: readonly Tensor[];
  /** From the gradient by the output to the one by the input; sets those by parameters. */
  backward(gradient: Dual): Dual;
}

/** A layer, the shape of one example in front of it, and a batch of them. */
type ForwardThrough<Layer> = (
  layer: Layer,
  shape: ExampleShape,
  input: Dual,
  pass: SensitivityPass,
) => SensitivityForward;

/**
 * What no layer reads any more is freed at once, on the way forward and back: a hundred images in a
 * VGG would else take many gigabytes.
 */
export const forwardThrough: ForwardThrough<readonly LayerSpec[]> = (
  layers,
  shape,
  input,
  pass,
) => {
  const { kernels } = pass;
  const freeAllBut = (used: readonly Tensor[], tensors: readonly Tensor[]): void => {
    kernels.deleteTemporaries(tensors.filter((tensor) => !used.includes(tensor)));
  };
  const passed: SensitivityForward[] = [];
  const kept: Tensor[] = [];
  let output = input;
  let currentShape = shape;
  for (const layer of layers) {
    const [before, beforeShape] = [output, currentShape];
    const forward = kernels.scopeKeeping(
      () => forwardLayer(layer, beforeShape, before, pass),
      (made) => [...tensorsOf(made.output), ...made.keeps],
    );
    passed.push(forward);
    for (const tensor of forward.keeps) kept.push(tensor);
    output = forward.output;
    currentShape = outputShape(layer, beforeShape);
    freeAllBut([...tensorsOf(input), ...tensorsOf(output), ...kept], tensorsOf(before));
  }
  return {
    output,
    keeps: kept,
    backward(gradient) {
      let current = gradient;
      for (const [index, forward] of [...passed.entries()].toReversed()) {
        const before = kernels.scopeKeeping(() => forward.backward(current), tensorsOf);
        freeAllBut([...tensorsOf(gradient), ...tensorsOf(before)], tensorsOf(current));
        const reads = tensorsOf(passed[index - 1]?.output ?? input);
        freeAllBut(
          [...tensorsOf(input), ...reads],
          [...tensorsOf(forward.output), ...forward.keeps],
        );
        current = before;
      }
      return current;
    },
  };
};

const forwardLayer: ForwardThrough<LayerSpec> = (layer, shape, input, pass) => {
  switch (layer.kind) {
    case 'dense':
      return dense(layer, shape, input, pass);
    case 'conv2d':
      return convolution(layer, shape, input, pass);
    case 'relu':
      return relu(layer, shape, input, pass);
    case 'max-pool':
      return maxPool(layer, shape, input, pass);
    case 'average-pool':
      return averagePool(layer, shape, input, pass);
    case 'global-average-pool':
      return globalAveragePool(layer, shape, input, pass);
    case 'flatten':
      return flatten(layer, shape, input, pass);
    case 'zero-padding-shortcut':
      return zeroPaddingShortcut(layer, shape, input, pass);
    // Dropping units at random would only blur a score.
    case 'dropout':
      return { output: input, keeps: [], backward: (gradient) => gradient };
    case 'batch-norm':
      return batchNorm(layer, shape, input, pass);
    case 'residual': {
      const body = forwardThrough(layer.body, shape, input, pass);
      const shortcut = forwardThrough(layer.shortcut, shape, input, pass);
      return {
        output: pass.duals.add(body.output, shortcut.output),
        keeps: [...body.keeps, ...shortcut.keeps],
        backward: (gradient) =>
          pass.duals.add(body.backward(gradient), shortcut.backward(gradient)),
      };
    }
  }
};

const dense: ForwardThrough<DenseLayer> = ({ name }, _shape, input, pass) => {
  const { kernels, duals } = pass;
  const kernel = pass.parameter(name, 'kernel');
  const product = duals.bilinear(input, kernel, (x, w) => kernels.matMul(x, w));
  return {
    output: duals.add(product, pass.parameter(name, 'bias')),
    keeps: tensorsOf(input),
    backward(gradient) {
      pass.setDenseGradient(name, input, gradient);
      setBiasGradient(name, gradient, pass);
      return duals.bilinear(gradient, kernel, (g, w) => kernels.matMulTransposeB(g, w));
    },
  };
};

const convolution: ForwardThrough<Conv2dLayer> = (layer, shape, input, pass) => {
  const { kernels, duals } = pass;
  const { name, kernelSize, inputs, outputs } = layer;
  const window = convolutionWindow(layer.stride, layer.padding);
  const kernel = pass.parameter(name, 'kernel');
  const sum = duals.bilinear(input, kernel, (x, w) => kernels.conv2d(x, w, window));
  return {
    output: layer.hasBias ? duals.add(sum, pass.parameter(name, 'bias')) : sum,
    keeps: tensorsOf(input),
    backward(gradient) {
      const kernelShape = kernels.constant(
        Int32Array.of(kernelSize, kernelSize, inputs, outputs),
        [4],
      );
      const ofKernel = duals.bilinear(input, gradient, (x, g) =>
        kernels.conv2dKernelGrad(x, kernelShape, g, window),
      );
      pass.setGradient(name, 'kernel', ofKernel);
      if (layer.hasBias) setBiasGradient(name, gradient, pass);
      const inputShape = batchShape(shape, pass);
      return duals.bilinear(gradient, kernel, (g, w) =>
        kernels.conv2dInputGrad(inputShape, w, g, window),
      );
    },
  };
};

function setBiasGradient(name: string, gradient: Dual, pass: SensitivityPass): void {
  const ofBias = pass.duals.linear(gradient, (g) => pass.kernels.biasAddGrad(g));
  pass.setGradient(name, 'bias', ofBias);
}

/** Its derivative at 0 is 0, as in training. */
const relu: ForwardThrough<LayerSpec> = (_layer, _shape, { value, tangent }, pass) => {
  const { kernels, duals } = pass;
  const output = kernels.relu(value);
  return {
    output: { value: output, tangent: tangent && kernels.reluGrad(tangent, output) },
    keeps: [output],
    backward: (gradient) => duals.linear(gradient, (g) => kernels.reluGrad(g, output)),
  };
};

const maxPool: ForwardThrough<PoolLayer> = (layer, _shape, { value, tangent }, pass) => {
  const { kernels, duals } = pass;
  const window = poolingWindow(layer.size, layer.stride, layer.padding);
  const output = kernels.maxPool(value, window);
  return {
    output: {
      value: output,
      tangent: tangent && kernels.maxPoolSelect(value, output, tangent, window),
    },
    keeps: [value, output],
    backward: (gradient) =>
      duals.linear(gradient, (g) => kernels.maxPoolGrad(value, output, g, window)),
  };
};

const averagePool: ForwardThrough<PoolLayer> = (layer, shape, input, pass) => {
  const { kernels, duals } = pass;
  const window = poolingWindow(layer.size, layer.stride, layer.padding);
  return {
    output: duals.linear(input, (x) => kernels.averagePool(x, window)),
    keeps: [],
    backward(gradient) {
      const inputShape = batchShape(shape, pass);
      return duals.linear(gradient, (g) => kernels.averagePoolGrad(inputShape, g, window));
    },
  };
};

const globalAveragePool: ForwardThrough<LayerSpec> = (_layer, shape, input, pass) => {
  const { kernels, duals } = pass;
  const [height = 1, width = 1, channels = 1] = shape;
  const pixels = height * width;
  const overPixels = kernels.constant(Int32Array.of(1, 2), [2]);
  return {
    output: duals.linear(input, (x) => kernels.mean(x, overPixels)),
    keeps: [],
    backward(gradient) {
      const perImage = kernels.constant(Int32Array.of(pass.batch, 1, 1, channels), [4]);
      const shares = kernels.doubles(new Float64Array(pixels).fill(1 / pixels), [
        1,
        height,
        width,
        1,
      ]);
      return duals.linear(gradient, (g) => kernels.multiply(kernels.reshape(g, perImage), shares));
    },
  };
};

const flatten: ForwardThrough<LayerSpec> = (_layer, shape, input, pass) => {
  const { kernels, duals } = pass;
  const flat = kernels.constant(Int32Array.of(pass.batch, productOf(shape)), [2]);
  return {
    output: duals.linear(input, (x) => kernels.reshape(x, flat)),
    keeps: [],
    backward(gradient) {
      const inputShape = batchShape(shape, pass);
      return duals.linear(gradient, (g) => kernels.reshape(g, inputShape));
    },
  };
};

/** He et al. 2016, option A: every `stride`-th pixel, between channels of zeros. */
const zeroPaddingShortcut: ForwardThrough<ZeroPaddingShortcutLayer> = (
  { inputs, outputs, stride },
  shape,
  input,
  pass,
) => {
  const { kernels, duals } = pass;
  const added = outputs - inputs;
  const before = Math.floor(added / 2);
  const paddings = kernels.constant(
    Int32Array.of(0, 0, 0, 0, 0, 0, before, added - before),
    [4, 2],
  );
  // The mean of a window of one pixel is that pixel.
  const everyStride = poolingWindow(1, stride, 'valid');
  return {
    output: duals.linear(input, (x) => kernels.pad(kernels.averagePool(x, everyStride), paddings)),
    keeps: [],
    backward(gradient) {
      const begin = kernels.constant(Int32Array.of(0, 0, 0, before), [4]);
      const size = kernels.constant(Int32Array.of(-1, -1, -1, inputs), [4]);
      const inputShape = batchShape(shape, pass);
      return duals.linear(gradient, (g) =>
        kernels.averagePoolGrad(inputShape, kernels.slice(g, begin, size), everyStride),
      );
    },
  };
};

/** Ioffe & Szegedy 2015, algorithm 1 or, by the running statistics, 2. */
const batchNorm: ForwardThrough<BatchNormLayer> = ({ name, epsilon }, shape, input, pass) => {
  const { kernels, duals } = pass;
  const isOfBatch = pass.usesBatchStatistics;
  // Every axis but the last.
  const axes = kernels.constant(Int32Array.from(shape.keys()), [shape.length]);
  const mean = (of: Dual): Dual => duals.linear(of, (x) => kernels.mean(x, axes));
  const sum = (of: Dual): Dual => duals.linear(of, (x) => kernels.sum(x, axes));
  const gamma = pass.parameter(name, 'gamma');
  const middle = isOfBatch ? mean(input) : pass.parameter(name, 'running-mean');
  const centered = duals.subtract(input, middle);
  const variance = isOfBatch
    ? mean(duals.multiply(centered, centered))
    : pass.parameter(name, 'running-variance');
  const stability = { value: kernels.doubles(Float64Array.of(epsilon), []), tangent: undefined };
  const scale = duals.reciprocalSquareRoot(duals.add(variance, stability));
  const normal = duals.multiply(centered, scale);
  return {
    output: duals.add(duals.multiply(normal, gamma), pass.parameter(name, 'beta')),
    keeps: [axes, ...tensorsOf(normal), ...tensorsOf(scale)],
    backward(gradient) {
      const alongNormal = duals.multiply(gradient, normal);
      pass.setGradient(name, 'gamma', sum(alongNormal));
      pass.setGradient(name, 'beta', sum(gradient));
      const rest = isOfBatch
        ? duals.subtract(
            duals.subtract(gradient, mean(gradient)),
            duals.multiply(normal, mean(alongNormal)),
          )
        : gradient;
      return duals.multiply(rest, duals.multiply(scale, gamma));
    },
  };
};

/** int32 `[axes]`, the batch first. */
function batchShape(shape: ExampleShape, { kernels, batch }: SensitivityPass) {
  return kernels.constant(Int32Array.of(batch, ...shape), [shape.length + 1]);
}
