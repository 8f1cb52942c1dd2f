/**
 * What the engines compute, written plainly in float64 and example by example: a dense network whose
 * gradients are multiplied by the mask. Slow, and meant to be read.
 */
import {
  type Conv2dLayer,
  type ExampleShape,
  type LayerSpec,
  layoutOf,
  type NetworkSpec,
  outputShape,
  type ParameterLayout,
  type PoolLayer,
  productOf,
} from '../../../../src/main/engine/network.ts';
import type { LossOptions } from '../../../../src/main/engine/training/trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import { type Choice, hparamsOf } from '../../../../src/shared/domain/definition.ts';

/** Whether the engine under test let a value through, by ReLU layer, `[batch][features]`. */
export type Signs = readonly (readonly boolean[][])[];

/** A pre-activation nearer to zero than this may fall on either side of it in float32. */
const UNDECIDED = 1e-6;

export class Reference {
  readonly layout: ParameterLayout;
  readonly parameters: Float64Array;
  readonly slots: readonly Float64Array[];
  /** Values so near to zero that the engine's sign was followed, which was another. */
  followed = 0;
  readonly #network: NetworkSpec;
  /** The shape in front of each layer. */
  readonly #shapes: readonly ExampleShape[];
  readonly #mask: Uint8Array;
  readonly #choice: Choice;
  readonly #options: LossOptions;

  constructor(
    network: NetworkSpec,
    parameters: Float32Array,
    mask: Uint8Array,
    choice: Choice,
    options: LossOptions = {},
  ) {
    this.#network = network;
    this.layout = layoutOf(network);
    const shapes: ExampleShape[] = [network.inputShape];
    for (const layer of network.layers) shapes.push(outputShape(layer, shapes.at(-1)!));
    this.#shapes = shapes;
    this.parameters = Float64Array.from(parameters);
    this.#mask = mask;
    this.#choice = choice;
    this.#options = options;
    const { slotNames } = optimizers.get(choice.id).create(choice);
    this.slots = slotNames.map(() => new Float64Array(parameters.length));
  }

  /** Logits, `[batch][classes]`. */
  logits(features: readonly Float64Array[]): Float64Array[] {
    return features.map((example) => this.#forward(example, undefined).at(-1)!);
  }

  /** The gradient of the mean loss, masked. */
  gradients(features: readonly Float64Array[], labels: Int32Array, signs?: Signs): Float64Array {
    const gradient = new Float64Array(this.parameters.length);
    for (const [index, example] of features.entries()) {
      const passed = signs?.map((layer) => layer[index]!);
      const activations = this.#forward(example, passed);
      const logits = activations.at(-1)!;
      const { classes } = this.#network;
      const smoothing = this.#options.labelSmoothing ?? 0;
      const probabilities = softmax(logits);
      const start = probabilities.map(
        (probability, label) =>
          (probability - smoothing / classes - (label === labels[index] ? 1 - smoothing : 0)) /
          features.length,
      );
      this.#backward(activations, start, gradient);
    }
    for (const { offset, maskOffset, size } of this.layout.prunable) {
      for (let index = 0; index < size; index += 1) {
        gradient[offset + index]! *= this.#mask[maskOffset + index]!;
      }
    }
    return gradient;
  }

  step(
    features: readonly Float64Array[],
    labels: Int32Array,
    step: number,
    signs?: Signs,
    rateFactor = 1,
  ): void {
    const gradient = this.gradients(features, labels, signs);
    const { clipNorm } = this.#options;
    if (clipNorm !== undefined) {
      const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
      const factor = Math.min(1, clipNorm / (norm + 1e-6));
      for (let index = 0; index < gradient.length; index += 1) gradient[index]! *= factor;
    }
    const optimizer = optimizers.get(this.#choice.id);
    const created = optimizer.create(this.#choice);
    const hparams = hparamsOf(optimizer, this.#choice) as Record<string, number>;
    const rate = created.learningRate * rateFactor;
    for (let index = 0; index < gradient.length; index += 1) {
      const g = gradient[index]! + created.l2Penalty * this.parameters[index]!;
      this.#update(index, g, step, rate, hparams);
    }
  }

  #update(
    index: number,
    g: number,
    t: number,
    rate: number,
    hparams: Record<string, number>,
  ): void {
    const w = this.parameters;
    const [first, second] = this.slots as [Float64Array, Float64Array];
    const { momentum = 0, epsilon = 0, alpha = 0, weightDecay = 0 } = hparams;
    switch (this.#choice.id) {
      case 'sgd':
        w[index]! -= rate * g;
        return;
      case 'momentum':
        first[index] = momentum * first[index]! + g;
        w[index]! -= rate * first[index];
        return;
      case 'nesterov':
        first[index] = momentum * first[index]! + g;
        w[index]! -= rate * (g + momentum * first[index]);
        return;
      case 'rmsprop':
        first[index] = alpha * first[index]! + (1 - alpha) * g * g;
        second[index] = momentum * second[index]! + g / (Math.sqrt(first[index]) + epsilon);
        w[index]! -= rate * second[index];
        return;
      default: {
        // The moments decay by β in float32 in every engine; see adam-moments.ts.
        const beta1 = Math.fround(hparams['beta1']!);
        const beta2 = Math.fround(hparams['beta2']!);
        if (this.#choice.id === 'adamw') w[index]! -= rate * weightDecay * w[index]!;
        first[index] = beta1 * first[index]! + (1 - beta1) * g;
        second[index] = beta2 * second[index]! + (1 - beta2) * g * g;
        const mean = first[index] / (1 - beta1 ** t);
        const square = second[index] / (1 - beta2 ** t);
        w[index]! -= (rate * mean) / (Math.sqrt(square) + epsilon);
      }
    }
  }

  /** The activations of one example, the input's first. */
  #forward(example: Float64Array, signs: readonly boolean[][] | undefined): Float64Array[] {
    const activations = [example];
    let relu = 0;
    for (const [index, layer] of this.#network.layers.entries()) {
      const input = activations.at(-1)!;
      const passed = layer.kind === 'relu' ? signs?.[relu++] : undefined;
      activations.push(this.#layerForward(layer, input, this.#shapes[index]!, passed));
    }
    return activations;
  }

  #layerForward(
    layer: LayerSpec,
    x: Float64Array,
    shape: ExampleShape,
    passed: readonly boolean[] | undefined,
  ): Float64Array {
    switch (layer.kind) {
      case 'flatten':
        return x;
      case 'relu':
        return x.map((value, index) => {
          const isPositive = value > 0;
          const isPassed = passed?.[index] ?? isPositive;
          if (isPassed === isPositive) return isPositive ? value : 0;
          if (Math.abs(value) >= UNDECIDED) {
            throw new Error(
              `the engine ${isPassed ? 'passed' : 'stopped'} ${value} in ${layer.name}`,
            );
          }
          this.followed += 1;
          return isPassed ? value : 0;
        });
      case 'dense': {
        const { inputs, outputs } = layer;
        const kernel = this.#values(`${layer.name}.kernel`);
        const y = this.#values(`${layer.name}.bias`).slice();
        for (let i = 0; i < inputs; i += 1) {
          if (x[i] === 0) continue;
          for (let o = 0; o < outputs; o += 1) y[o]! += x[i]! * kernel[i * outputs + o]!;
        }
        return y;
      }
      case 'conv2d': {
        const kernel = this.#values(`${layer.name}.kernel`);
        const { outputs } = layer;
        const y = new Float64Array(productOf(outputShape(layer, shape)));
        if (layer.hasBias) {
          const bias = this.#values(`${layer.name}.bias`);
          for (let index = 0; index < y.length; index += 1) y[index] = bias[index % outputs]!;
        }
        forEachProduct(layer, shape, (from, weight, to) => {
          for (let o = 0; o < outputs; o += 1) y[to + o]! += x[from]! * kernel[weight + o]!;
        });
        return y;
      }
      case 'max-pool': {
        const y = new Float64Array(productOf(outputShape(layer, shape))).fill(-Infinity);
        forEachInWindow(layer, shape, (from, to) => {
          y[to] = Math.max(y[to]!, x[from]!);
        });
        return y;
      }
      default:
        throw new Error(`the reference knows no ${layer.kind}`);
    }
  }

  #backward(activations: Float64Array[], start: Float64Array, gradient: Float64Array): void {
    let g = start;
    for (let index = this.#network.layers.length - 1; index >= 0; index -= 1) {
      const layer = this.#network.layers[index]!;
      const x = activations[index]!;
      const y = activations[index + 1]!;
      if (layer.kind === 'relu') {
        // A value that followed the engine's sign is not zero although it may be negative.
        g = g.map((value, feature) => (y[feature] === 0 ? 0 : value));
      } else if (layer.kind === 'dense') {
        const { inputs, outputs } = layer;
        const kernel = this.#values(`${layer.name}.kernel`);
        const dKernel = this.#values(`${layer.name}.kernel`, gradient);
        const dBias = this.#values(`${layer.name}.bias`, gradient);
        const dx = new Float64Array(inputs);
        for (let i = 0; i < inputs; i += 1) {
          const row = i * outputs;
          if (x[i] !== 0) for (let o = 0; o < outputs; o += 1) dKernel[row + o]! += x[i]! * g[o]!;
          if (index > 0) for (let o = 0; o < outputs; o += 1) dx[i]! += kernel[row + o]! * g[o]!;
        }
        for (let o = 0; o < outputs; o += 1) dBias[o]! += g[o]!;
        g = dx;
      } else if (layer.kind === 'conv2d') {
        const kernel = this.#values(`${layer.name}.kernel`);
        const dKernel = this.#values(`${layer.name}.kernel`, gradient);
        const { outputs } = layer;
        const dy = g;
        if (layer.hasBias) {
          const dBias = this.#values(`${layer.name}.bias`, gradient);
          for (let at = 0; at < dy.length; at += 1) dBias[at % outputs]! += dy[at]!;
        }
        const dx = new Float64Array(x.length);
        forEachProduct(layer, this.#shapes[index]!, (from, weight, to) => {
          for (let o = 0; o < outputs; o += 1) {
            dKernel[weight + o]! += x[from]! * dy[to + o]!;
            dx[from]! += kernel[weight + o]! * dy[to + o]!;
          }
        });
        g = dx;
      } else if (layer.kind === 'max-pool') {
        const dy = g;
        const dx = new Float64Array(x.length);
        const isTaken = new Uint8Array(dy.length);
        forEachInWindow(layer, this.#shapes[index]!, (from, to) => {
          if (isTaken[to] === 1 || x[from] !== y[to]) return;
          isTaken[to] = 1;
          dx[from]! += dy[to]!;
        });
        g = dx;
      }
    }
  }

  #values(name: string, of = this.parameters): Float64Array {
    const { offset, size } = this.layout.parameters.find((each) => each.name === name)!;
    return of.subarray(offset, offset + size);
  }
}

export function softmax(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Calls back for every pixel of every window, in the order of rows; TensorFlow's padding. */
function walkWindows(
  window: { size: number; stride: number; padding: 'same' | 'valid' },
  shape: ExampleShape,
  output: ExampleShape,
  visit: (
    place: { row: number; pixel: number },
    tap: { row: number; pixel: number },
    to: { row: number; pixel: number },
  ) => void,
): void {
  const { size, stride, padding } = window;
  const [height, width] = shape as [number, number, number];
  const [outputHeight, outputWidth] = output as [number, number, number];
  const before = (inputs: number, outputs: number): number =>
    padding === 'valid' ? 0 : Math.floor(Math.max(0, (outputs - 1) * stride + size - inputs) / 2);
  const top = before(height, outputHeight);
  const left = before(width, outputWidth);
  for (let toRow = 0; toRow < outputHeight; toRow += 1) {
    for (let toPixel = 0; toPixel < outputWidth; toPixel += 1) {
      for (let tapRow = 0; tapRow < size; tapRow += 1) {
        for (let tapPixel = 0; tapPixel < size; tapPixel += 1) {
          const row = toRow * stride + tapRow - top;
          const pixel = toPixel * stride + tapPixel - left;
          if (row < 0 || row >= height || pixel < 0 || pixel >= width) continue;
          visit({ row, pixel }, { row: tapRow, pixel: tapPixel }, { row: toRow, pixel: toPixel });
        }
      }
    }
  }
}

/** By the index of the input, of the weight to the first output channel, and of that output. */
function forEachProduct(
  layer: Conv2dLayer,
  shape: ExampleShape,
  visit: (from: number, weight: number, to: number) => void,
): void {
  const output = outputShape(layer, shape);
  const { kernelSize, inputs, outputs } = layer;
  walkWindows({ ...layer, size: kernelSize }, shape, output, (place, tap, to) => {
    for (let channel = 0; channel < inputs; channel += 1) {
      visit(
        (place.row * shape[1]! + place.pixel) * inputs + channel,
        ((tap.row * kernelSize + tap.pixel) * inputs + channel) * outputs,
        (to.row * output[1]! + to.pixel) * outputs,
      );
    }
  });
}

/** By the index of the input and of the output. */
function forEachInWindow(
  layer: PoolLayer,
  shape: ExampleShape,
  visit: (from: number, to: number) => void,
): void {
  const output = outputShape(layer, shape);
  const channels = shape[2]!;
  walkWindows(layer, shape, output, (place, _tap, to) => {
    for (let channel = 0; channel < channels; channel += 1) {
      visit(
        (place.row * shape[1]! + place.pixel) * channels + channel,
        (to.row * output[1]! + to.pixel) * channels + channel,
      );
    }
  });
}
