/**
 * Every kind of layer in float64 and plain loops, forward and backward, with a tangent beside every
 * value. Meant for the few hundred examples that pruning scores look at, not for training. Images
 * are `[batch, height, width, channels]`, row-major.
 */
import {
  type BatchNormLayer,
  type Conv2dLayer,
  type DenseLayer,
  type ExampleShape,
  type LayerSpec,
  outputShape,
  type Padding,
  type PoolLayer,
  productOf,
  type ZeroPaddingShortcutLayer,
} from '../../network.ts';
import { addDuals, type Dual, mapLinear } from './dual.ts';

export interface SensitivityPass {
  readonly batch: number;
  /** False: normalise by the running statistics. */
  readonly usesBatchStatistics: boolean;
  /** The parameter's values: views that are not written to. */
  parameter(name: string): Dual;
  /** Where gradients by the parameter are added up. */
  gradient(name: string): Dual;
}

export interface SensitivityForward {
  readonly output: Dual;
  /** From the gradient by the output to the one by the input; adds up those by parameters. */
  backward(gradient: Dual): Dual;
}

export function forwardThrough(
  layers: readonly LayerSpec[],
  shape: ExampleShape,
  input: Dual,
  pass: SensitivityPass,
): SensitivityForward {
  const passed: SensitivityForward[] = [];
  let current = input;
  let currentShape = shape;
  for (const layer of layers) {
    const forward = forwardLayer(layer, currentShape, current, pass);
    passed.push(forward);
    current = forward.output;
    currentShape = outputShape(layer, currentShape);
  }
  return {
    output: current,
    backward: (gradient) =>
      passed.reduceRight((backward, forward) => forward.backward(backward), gradient),
  };
}

function forwardLayer(
  layer: LayerSpec,
  shape: ExampleShape,
  input: Dual,
  pass: SensitivityPass,
): SensitivityForward {
  switch (layer.kind) {
    case 'dense':
      return bilinear(layer.name, denseProduct(layer, pass.batch), true, input, pass);
    case 'conv2d':
      return bilinear(
        layer.name,
        convolution(layer, shape, pass.batch),
        layer.hasBias,
        input,
        pass,
      );
    case 'relu':
      return linearized(input, selectPositive(input.value));
    case 'max-pool':
      return linearized(input, selectLargest(layer, shape, pass.batch, input.value));
    case 'average-pool':
      return linearized(input, averages(layer, shape, pass.batch));
    case 'global-average-pool':
      return linearized(input, globalAverages(shape, pass.batch));
    case 'zero-padding-shortcut':
      return linearized(input, stridedChannels(layer, shape, pass.batch));
    // Dropping units at random would only blur a score.
    case 'dropout':
    case 'flatten':
      return { output: input, backward: (gradient) => gradient };
    case 'batch-norm':
      return pass.usesBatchStatistics
        ? batchNormalization(layer, input, pass)
        : runningNormalization(layer, input, pass);
    case 'residual': {
      const body = forwardThrough(layer.body, shape, input, pass);
      const shortcut = forwardThrough(layer.shortcut, shape, input, pass);
      return {
        output: addDuals(body.output, shortcut.output),
        backward: (gradient) => addDuals(body.backward(gradient), shortcut.backward(gradient)),
      };
    }
  }
}

// --- Layers that are linear in their input and in their kernel ----------------------------------

/** Each adds to its last argument, so that sums of products need no memory in between. */
interface Product {
  readonly outputCount: number;
  readonly inputCount: number;
  forward(input: Float64Array, kernel: Float64Array, output: Float64Array): void;
  toInput(gradient: Float64Array, kernel: Float64Array, input: Float64Array): void;
  toKernel(input: Float64Array, gradient: Float64Array, kernel: Float64Array): void;
}

function bilinear(
  name: string,
  product: Product,
  hasBias: boolean,
  input: Dual,
  pass: SensitivityPass,
): SensitivityForward {
  const kernel = pass.parameter(`${name}.kernel`);
  const value = new Float64Array(product.outputCount);
  product.forward(input.value, kernel.value, value);
  let tangent: Float64Array | undefined;
  if (input.tangent || kernel.tangent) {
    tangent = new Float64Array(product.outputCount);
    if (input.tangent) product.forward(input.tangent, kernel.value, tangent);
    if (kernel.tangent) product.forward(input.value, kernel.tangent, tangent);
  }
  if (hasBias) {
    const bias = pass.parameter(`${name}.bias`);
    addToLastAxis(value, bias.value);
    if (tangent && bias.tangent) addToLastAxis(tangent, bias.tangent);
  }
  return {
    output: { value, tangent },
    backward(gradient) {
      const ofKernel = pass.gradient(`${name}.kernel`);
      product.toKernel(input.value, gradient.value, ofKernel.value);
      if (ofKernel.tangent) {
        if (input.tangent) product.toKernel(input.tangent, gradient.value, ofKernel.tangent);
        if (gradient.tangent) product.toKernel(input.value, gradient.tangent, ofKernel.tangent);
      }
      if (hasBias) {
        const ofBias = pass.gradient(`${name}.bias`);
        sumToLastAxis(gradient.value, ofBias.value);
        if (ofBias.tangent && gradient.tangent) sumToLastAxis(gradient.tangent, ofBias.tangent);
      }
      const toInput = new Float64Array(product.inputCount);
      product.toInput(gradient.value, kernel.value, toInput);
      if (!gradient.tangent && !kernel.tangent) return { value: toInput, tangent: undefined };
      const toInputTangent = new Float64Array(product.inputCount);
      if (gradient.tangent) product.toInput(gradient.tangent, kernel.value, toInputTangent);
      if (kernel.tangent) product.toInput(gradient.value, kernel.tangent, toInputTangent);
      return { value: toInput, tangent: toInputTangent };
    },
  };
}

/** `[batch, inputs] · [inputs, outputs]`. */
function denseProduct({ inputs, outputs }: DenseLayer, batch: number): Product {
  return {
    outputCount: batch * outputs,
    inputCount: batch * inputs,
    forward(input, kernel, output) {
      for (let example = 0; example < batch; example += 1) {
        const to = example * outputs;
        for (let from = 0; from < inputs; from += 1) {
          const value = input[example * inputs + from]!;
          if (value !== 0) addScaled(output, to, kernel, from * outputs, outputs, value);
        }
      }
    },
    toInput(gradient, kernel, input) {
      const transposed = transposedTaps(kernel, 1, inputs, outputs);
      for (let example = 0; example < batch; example += 1) {
        const to = example * inputs;
        for (let from = 0; from < outputs; from += 1) {
          const value = gradient[example * outputs + from]!;
          if (value !== 0) addScaled(input, to, transposed, from * inputs, inputs, value);
        }
      }
    },
    toKernel(input, gradient, kernel) {
      for (let example = 0; example < batch; example += 1) {
        for (let from = 0; from < inputs; from += 1) {
          const value = input[example * inputs + from]!;
          if (value !== 0) {
            addScaled(kernel, from * outputs, gradient, example * outputs, outputs, value);
          }
        }
      }
    },
  };
}

/** `[batch, height, width, inputs]` with `[kernel, kernel, inputs, outputs]`, not flipped. */
function convolution(
  { inputs, outputs, kernelSize, stride, padding, name }: Conv2dLayer,
  shape: ExampleShape,
  batch: number,
): Product {
  const grid = gridOf({ name, size: kernelSize, stride, padding }, shape);
  /** Calls for each output pixel, each kernel tap on the image: where their values begin. */
  const visit = (each: (input: number, kernel: number, output: number) => void): void => {
    for (let example = 0; example < batch; example += 1) {
      grid.visit((inputPixel, tap, outputPixel) => {
        each(
          (example * grid.inputPixels + inputPixel) * inputs,
          tap * inputs * outputs,
          (example * grid.outputPixels + outputPixel) * outputs,
        );
      });
    }
  };
  return {
    outputCount: batch * grid.outputPixels * outputs,
    inputCount: batch * grid.inputPixels * inputs,
    forward(input, kernel, output) {
      visit((from, taps, to) => {
        for (let channel = 0; channel < inputs; channel += 1) {
          const value = input[from + channel]!;
          if (value !== 0) addScaled(output, to, kernel, taps + channel * outputs, outputs, value);
        }
      });
    },
    toInput(gradient, kernel, input) {
      const transposed = transposedTaps(kernel, kernelSize ** 2, inputs, outputs);
      visit((to, taps, from) => {
        for (let channel = 0; channel < outputs; channel += 1) {
          const value = gradient[from + channel]!;
          if (value !== 0) {
            addScaled(input, to, transposed, taps + channel * inputs, inputs, value);
          }
        }
      });
    },
    toKernel(input, gradient, kernel) {
      visit((from, taps, to) => {
        for (let channel = 0; channel < inputs; channel += 1) {
          const value = input[from + channel]!;
          if (value !== 0) {
            addScaled(kernel, taps + channel * outputs, gradient, to, outputs, value);
          }
        }
      });
    },
  };
}

/** to[i] += factor · from[i] over `count` values. */
function addScaled(
  to: Float64Array,
  toStart: number,
  from: Float64Array,
  fromStart: number,
  count: number,
  factor: number,
): void {
  for (let index = 0; index < count; index += 1) {
    to[toStart + index]! += factor * from[fromStart + index]!;
  }
}

/** `[taps, inputs, outputs]` as `[taps, outputs, inputs]`, so that gradients run along memory too. */
function transposedTaps(
  kernel: Float64Array,
  taps: number,
  inputs: number,
  outputs: number,
): Float64Array {
  const transposed = new Float64Array(kernel.length);
  for (let tap = 0; tap < taps; tap += 1) {
    const start = tap * inputs * outputs;
    for (let input = 0; input < inputs; input += 1) {
      for (let output = 0; output < outputs; output += 1) {
        transposed[start + output * inputs + input] = kernel[start + input * outputs + output]!;
      }
    }
  }
  return transposed;
}

function addToLastAxis(values: Float64Array, axis: Float64Array): void {
  for (let index = 0; index < values.length; index += 1) {
    values[index]! += axis[index % axis.length]!;
  }
}

function sumToLastAxis(values: Float64Array, axis: Float64Array): void {
  for (let index = 0; index < values.length; index += 1) {
    axis[index % axis.length]! += values[index]!;
  }
}

// --- Windows over images ------------------------------------------------------------------------

interface Window {
  readonly name: string;
  readonly size: number;
  readonly stride: number;
  readonly padding: Padding;
}

interface Grid {
  readonly inputPixels: number;
  readonly outputPixels: number;
  /** Every pair of an output pixel and a tap of its window that lies on the image. */
  visit(each: (inputPixel: number, tap: number, outputPixel: number) => void): void;
}

function gridOf({ name, size, stride, padding }: Window, shape: ExampleShape): Grid {
  const [height = 0, width = 0, channels = 0] = shape;
  const window = { kind: 'max-pool', name, size, stride, padding } as const;
  const [rows = 0, columns = 0] = outputShape(window, [height, width, channels]);
  // TensorFlow's SAME: the odd pixel goes to the end.
  const before = (outputs: number, inputs: number): number =>
    padding === 'same' ? Math.floor(Math.max((outputs - 1) * stride + size - inputs, 0) / 2) : 0;
  const [top, left] = [before(rows, height), before(columns, width)];
  return {
    inputPixels: height * width,
    outputPixels: rows * columns,
    visit(each) {
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          for (let tapRow = 0; tapRow < size; tapRow += 1) {
            const y = row * stride + tapRow - top;
            if (y < 0 || y >= height) continue;
            for (let tapColumn = 0; tapColumn < size; tapColumn += 1) {
              const x = column * stride + tapColumn - left;
              if (x < 0 || x >= width) continue;
              each(y * width + x, tapRow * size + tapColumn, row * columns + column);
            }
          }
        }
      }
    },
  };
}

// --- Layers without parameters, linear once their input is known ---------------------------------

interface LinearMap {
  apply(values: Float64Array): Float64Array;
  transpose(gradient: Float64Array): Float64Array;
}

function linearized(input: Dual, map: LinearMap): SensitivityForward {
  return {
    output: mapLinear(input, map.apply),
    backward: (gradient) => mapLinear(gradient, map.transpose),
  };
}

/** ReLU; its derivative at 0 is 0, as in training. */
function selectPositive(input: Float64Array): LinearMap {
  const select = (values: Float64Array): Float64Array =>
    values.map((value, index) => (input[index]! > 0 ? value : 0));
  return { apply: select, transpose: select };
}

/** The largest of each window, the first of equals. */
function selectLargest(
  layer: PoolLayer,
  shape: ExampleShape,
  batch: number,
  input: Float64Array,
): LinearMap {
  const grid = gridOf(layer, shape);
  const channels = shape.at(-1) ?? 1;
  const chosen = new Int32Array(batch * grid.outputPixels * channels).fill(-1);
  for (let example = 0; example < batch; example += 1) {
    grid.visit((inputPixel, _tap, outputPixel) => {
      const from = (example * grid.inputPixels + inputPixel) * channels;
      const to = (example * grid.outputPixels + outputPixel) * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        const best = chosen[to + channel]!;
        if (best === -1 || input[from + channel]! > input[best]!) {
          chosen[to + channel] = from + channel;
        }
      }
    });
  }
  return {
    apply: (values) => Float64Array.from(chosen, (index) => values[index]!),
    transpose(gradient) {
      const result = new Float64Array(input.length);
      for (const [index, from] of chosen.entries()) result[from]! += gradient[index]!;
      return result;
    },
  };
}

/** The mean of each window over the pixels it has on the image. */
function averages(layer: PoolLayer, shape: ExampleShape, batch: number): LinearMap {
  const grid = gridOf(layer, shape);
  const channels = shape.at(-1) ?? 1;
  const taps = new Float64Array(grid.outputPixels);
  grid.visit((_inputPixel, _tap, outputPixel) => {
    taps[outputPixel]! += 1;
  });
  const move = (
    source: Float64Array,
    result: Float64Array,
    direction: 'forward' | 'backward',
  ): Float64Array => {
    for (let example = 0; example < batch; example += 1) {
      grid.visit((inputPixel, _tap, outputPixel) => {
        const inside = (example * grid.inputPixels + inputPixel) * channels;
        const outside = (example * grid.outputPixels + outputPixel) * channels;
        const [from, to] = direction === 'forward' ? [inside, outside] : [outside, inside];
        addScaled(result, to, source, from, channels, 1 / taps[outputPixel]!);
      });
    }
    return result;
  };
  return {
    apply: (values) =>
      move(values, new Float64Array(batch * grid.outputPixels * channels), 'forward'),
    transpose: (gradient) =>
      move(gradient, new Float64Array(batch * grid.inputPixels * channels), 'backward'),
  };
}

function globalAverages(shape: ExampleShape, batch: number): LinearMap {
  const channels = shape.at(-1) ?? 1;
  const size = productOf(shape);
  const share = channels / size;
  return {
    apply(values) {
      const result = new Float64Array(batch * channels);
      for (let index = 0; index < values.length; index += 1) {
        result[Math.floor(index / size) * channels + (index % channels)]! += share * values[index]!;
      }
      return result;
    },
    transpose(gradient) {
      const result = new Float64Array(batch * size);
      for (let index = 0; index < result.length; index += 1) {
        result[index] = share * gradient[Math.floor(index / size) * channels + (index % channels)]!;
      }
      return result;
    },
  };
}

/** He et al. 2016, option A: every `stride`-th pixel, between channels of zeros. */
function stridedChannels(
  { inputs, outputs, stride }: ZeroPaddingShortcutLayer,
  shape: ExampleShape,
  batch: number,
): LinearMap {
  const [height = 0, width = 0] = shape;
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const before = Math.floor((outputs - inputs) / 2);
  const visit = (each: (input: number, output: number) => void): void => {
    for (let example = 0; example < batch; example += 1) {
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          const from = (example * height + row * stride) * width + column * stride;
          const to = (example * rows + row) * columns + column;
          each(from * inputs, to * outputs + before);
        }
      }
    }
  };
  return {
    apply(values) {
      const result = new Float64Array(batch * rows * columns * outputs);
      visit((from, to) => {
        result.set(values.subarray(from, from + inputs), to);
      });
      return result;
    },
    transpose(gradient) {
      const result = new Float64Array(batch * height * width * inputs);
      visit((to, from) => {
        result.set(gradient.subarray(from, from + inputs), to);
      });
      return result;
    },
  };
}

// --- Batch normalisation ------------------------------------------------------------------------

/** A batch normalised by its own statistics: x̂ and 1/σ, each with its derivative. */
interface Normalized {
  readonly normal: Float64Array;
  /** `[channels]` */
  readonly scale: Float64Array;
  readonly normalT: Float64Array;
  readonly scaleT: Float64Array;
}

function normalize(
  x: Float64Array,
  xt: Float64Array | undefined,
  channels: number,
  epsilon: number,
): Normalized {
  const count = x.length / channels;
  const mu = new Float64Array(channels);
  sumToLastAxis(x, mu);
  const variance = new Float64Array(channels);
  const normal = new Float64Array(x.length);
  for (let i = 0; i < x.length; i += 1) {
    const c = i % channels;
    normal[i] = x[i]! - mu[c]! / count;
    variance[c]! += normal[i]! ** 2;
  }
  const scale = variance.map((sum) => 1 / Math.sqrt(sum / count + epsilon));

  const scaleT = new Float64Array(channels);
  const normalT = new Float64Array(xt ? x.length : 0);
  if (xt) {
    const muT = new Float64Array(channels);
    sumToLastAxis(xt, muT);
    const varianceT = new Float64Array(channels);
    for (let i = 0; i < x.length; i += 1) {
      const c = i % channels;
      normalT[i] = xt[i]! - muT[c]! / count;
      varianceT[c]! += 2 * normal[i]! * normalT[i]!;
    }
    for (let c = 0; c < channels; c += 1) {
      scaleT[c] = (-0.5 * scale[c]! ** 3 * varianceT[c]!) / count;
    }
    for (let i = 0; i < x.length; i += 1) {
      const c = i % channels;
      normalT[i] = normalT[i]! * scale[c]! + normal[i]! * scaleT[c]!;
    }
  }
  for (let i = 0; i < x.length; i += 1) normal[i]! *= scale[i % channels]!;
  return { normal, scale, normalT, scaleT };
}

/** Ioffe & Szegedy 2015, algorithm 1, with the derivative of every line beside it. */
function batchNormalization(
  { name, channels, epsilon }: BatchNormLayer,
  input: Dual,
  pass: SensitivityPass,
): SensitivityForward {
  const gamma = pass.parameter(`${name}.gamma`);
  const beta = pass.parameter(`${name}.beta`);
  const { length } = input.value;
  const none = new Float64Array(channels);
  const [g, gt] = [gamma.value, gamma.tangent ?? none];
  const hasTangent = input.tangent !== undefined || gamma.tangent !== undefined;
  const { normal, scale, normalT, scaleT } = normalize(
    input.value,
    hasTangent ? (input.tangent ?? new Float64Array(length)) : undefined,
    channels,
    epsilon,
  );

  const value = new Float64Array(length);
  const tangent = hasTangent ? new Float64Array(length) : undefined;
  for (let i = 0; i < length; i += 1) {
    const c = i % channels;
    value[i] = g[c]! * normal[i]! + beta.value[c]!;
    if (tangent) {
      tangent[i] = gt[c]! * normal[i]! + g[c]! * normalT[i]! + (beta.tangent?.[c] ?? 0);
    }
  }
  return {
    output: { value, tangent },
    backward(gradient) {
      const ofGamma = pass.gradient(`${name}.gamma`);
      const ofBeta = pass.gradient(`${name}.beta`);
      return normalizationGradient(
        gradient,
        { normal, scale, normalT, scaleT },
        g,
        gt,
        hasTangent,
        ofGamma,
        ofBeta,
      );
    },
  };
}

function normalizationGradient(
  { value: d, tangent: dt }: Dual,
  { normal, scale, normalT, scaleT }: Normalized,
  g: Float64Array,
  gt: Float64Array,
  hasTangent: boolean,
  ofGamma: Dual,
  ofBeta: Dual,
): Dual {
  const channels = g.length;
  const count = d.length / channels;
  const sums = (): Float64Array => new Float64Array(channels);
  const [sumD, sumDN, sumDT, sumDNT] = [sums(), sums(), sums(), sums()];
  for (let i = 0; i < d.length; i += 1) {
    const c = i % channels;
    sumD[c]! += d[i]!;
    sumDN[c]! += d[i]! * normal[i]!;
    if (dt) {
      sumDT[c]! += dt[i]!;
      sumDNT[c]! += dt[i]! * normal[i]!;
    }
    if (hasTangent) sumDNT[c]! += d[i]! * normalT[i]!;
  }
  for (let c = 0; c < channels; c += 1) {
    ofGamma.value[c]! += sumDN[c]!;
    ofBeta.value[c]! += sumD[c]!;
    if (ofGamma.tangent) ofGamma.tangent[c]! += sumDNT[c]!;
    if (ofBeta.tangent) ofBeta.tangent[c]! += sumDT[c]!;
  }
  const value = new Float64Array(d.length);
  const tangent = hasTangent || dt ? new Float64Array(d.length) : undefined;
  for (let i = 0; i < d.length; i += 1) {
    const c = i % channels;
    const rest = d[i]! - sumD[c]! / count - (normal[i]! * sumDN[c]!) / count;
    value[i] = g[c]! * scale[c]! * rest;
    if (!tangent) continue;
    const factorT = gt[c]! * scale[c]! + g[c]! * scaleT[c]!;
    const moved = hasTangent ? (normalT[i]! * sumDN[c]!) / count : 0;
    const restT = (dt?.[i] ?? 0) - sumDT[c]! / count - moved - (normal[i]! * sumDNT[c]!) / count;
    tangent[i] = factorT * rest + g[c]! * scale[c]! * restT;
  }
  return { value, tangent };
}

/** Algorithm 2: an affine map of each channel. No second derivatives are taken through it. */
function runningNormalization(
  { name, channels, epsilon }: BatchNormLayer,
  input: Dual,
  pass: SensitivityPass,
): SensitivityForward {
  const parameter = (kind: string): Float64Array => pass.parameter(`${name}.${kind}`).value;
  const [gamma, beta] = [parameter('gamma'), parameter('beta')];
  const [mean, variance] = [parameter('running-mean'), parameter('running-variance')];
  const scale = gamma.map((factor, c) => factor / Math.sqrt(variance[c]! + epsilon));
  return {
    output: {
      value: input.value.map(
        (value, index) =>
          (value - mean[index % channels]!) * scale[index % channels]! + beta[index % channels]!,
      ),
      tangent: undefined,
    },
    backward: ({ value }) => ({
      value: value.map((each, index) => each * scale[index % channels]!),
      tangent: undefined,
    }),
  };
}
