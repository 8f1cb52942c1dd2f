/**
 * What the engines compute, written plainly in float64: a dense network whose gradients are multiplied
 * by the mask. Slow, and meant to be read.
 */
import type { BatchNormLayer } from '../../../../src/main/engine/layers/kinds/batch-norm.ts';
import type { Conv2dLayer } from '../../../../src/main/engine/layers/kinds/conv2d.ts';
import type { DropoutLayer } from '../../../../src/main/engine/layers/kinds/dropout.ts';
import {
  type LayerSpecs,
  type ExampleShape,
  type LayerSpec,
  type NetworkSpec,
  productOf,
} from '../../../../src/main/engine/layers/spec.ts';
import type { ParameterLayout } from '../../../../src/shared/domain/layout.ts';
import { layoutOf, outputShape } from '../../../../src/main/engine/network.ts';
import type { LossOptions } from '../../../../src/main/engine/training/trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import { type Choice, hparamsOf } from '../../../../src/shared/domain/definition.ts';
import { rng } from '../../../../src/shared/rng.ts';

/** Whether the engine under test let a value through, by ReLU layer, `[batch][features]`. */
export type Signs = readonly (readonly boolean[][])[];

/** A pre-activation nearer to zero than this may fall on either side of it in float32. */
const UNDECIDED = 1e-6;

/** One value of every example, `[batch][features]`. */
type Batch = Float64Array[];

/** A batch behind some layers, and the way back: from the gradient by it to that by what went in. */
interface Passed {
  readonly output: Batch;
  backward(gradient: Batch): Batch;
}

interface Pass {
  readonly isTraining: boolean;
  /** In the order in which the ReLU layers are computed; they are taken from the front. */
  readonly signs: boolean[][][];
  /** Gradients by the parameters are added to it. */
  readonly gradient: Float64Array;
  readonly step: number;
}

export interface ReferenceOptions extends LossOptions {
  /** Of dropout. */
  readonly seed?: number;
  readonly undecided?: number;
}

export class Reference {
  readonly layout: ParameterLayout;
  readonly parameters: Float64Array;
  readonly slots: readonly Float64Array[];
  /** Values so near to zero that the engine's sign was followed, which was another. */
  followed = 0;
  readonly #network: NetworkSpec;
  readonly #mask: Uint8Array;
  readonly #choice: Choice;
  readonly #options: ReferenceOptions;
  /** Running statistics of the last batch, `[offset, value]`, in place from the next step on. */
  #statistics: [number, number][] = [];

  constructor(
    network: NetworkSpec,
    parameters: Float32Array,
    mask: Uint8Array,
    choice: Choice,
    options: ReferenceOptions = {},
  ) {
    this.#network = network;
    this.layout = layoutOf(network);
    this.parameters = Float64Array.from(parameters);
    this.#mask = mask;
    this.#choice = choice;
    this.#options = options;
    const { slotNames } = optimizers.get(choice.id).create(choice);
    this.slots = slotNames.map(() => new Float64Array(parameters.length));
  }

  /** Logits, `[batch][classes]`, in evaluation. */
  logits(features: readonly Float64Array[]): Float64Array[] {
    const gradient = new Float64Array(this.parameters.length);
    return this.#forward([...features], { isTraining: false, signs: [], gradient, step: 0 }).output;
  }

  /** The gradient of the mean loss, masked. */
  gradients(
    features: readonly Float64Array[],
    labels: Int32Array,
    signs: Signs = [],
    step = 0,
  ): Float64Array {
    const gradient = new Float64Array(this.parameters.length);
    const pass = { isTraining: true, signs: signs.map((layer) => [...layer]), gradient, step };
    const { output, backward } = this.#forward([...features], pass);
    const { classes } = this.#network;
    const smoothing = this.#options.labelSmoothing ?? 0;
    backward(
      output.map((logits, example) =>
        softmax(logits).map(
          (probability, label) =>
            (probability - smoothing / classes - (label === labels[example] ? 1 - smoothing : 0)) /
            features.length,
        ),
      ),
    );
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
    const gradient = this.gradients(features, labels, signs, step);
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
    for (const [index, value] of this.#statistics) this.parameters[index] = value;
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

  #forward(features: Batch, pass: Pass): Passed {
    this.#statistics = [];
    return this.#sequence(this.#network.layers, this.#network.inputShape, features, pass);
  }

  #sequence(layers: readonly LayerSpec[], shape: ExampleShape, input: Batch, pass: Pass): Passed {
    const passed: Passed[] = [];
    let output = input;
    let inputShape = shape;
    for (const layer of layers) {
      const behind = this.#layer(layer, inputShape, output, pass);
      passed.push(behind);
      output = behind.output;
      inputShape = outputShape(layer, inputShape);
    }
    return {
      output,
      backward: (gradient) =>
        passed.reduceRight((current, behind) => behind.backward(current), gradient),
    };
  }

  #layer(layer: LayerSpec, shape: ExampleShape, x: Batch, pass: Pass): Passed {
    const { gradient } = pass;
    const count = productOf(outputShape(layer, shape));
    switch (layer.kind) {
      case 'flatten':
        return { output: x, backward: (dy) => dy };
      case 'relu':
        return this.#relu(layer.name, x, pass.signs.shift());
      case 'dense': {
        const { inputs, outputs } = layer;
        const kernel = this.#values(`${layer.name}.kernel`);
        const bias = this.#values(`${layer.name}.bias`);
        const dKernel = this.#values(`${layer.name}.kernel`, gradient);
        const dBias = this.#values(`${layer.name}.bias`, gradient);
        return eachExample(
          x,
          (values) => {
            const y = bias.slice();
            for (let i = 0; i < inputs; i += 1) {
              if (values[i] === 0) continue;
              for (let o = 0; o < outputs; o += 1) y[o]! += values[i]! * kernel[i * outputs + o]!;
            }
            return y;
          },
          (dy, values) => {
            const dx = new Float64Array(inputs);
            for (let i = 0; i < inputs; i += 1) {
              const row = i * outputs;
              for (let o = 0; o < outputs; o += 1) {
                dKernel[row + o]! += values[i]! * dy[o]!;
                dx[i]! += kernel[row + o]! * dy[o]!;
              }
            }
            for (let o = 0; o < outputs; o += 1) dBias[o]! += dy[o]!;
            return dx;
          },
        );
      }
      case 'conv2d': {
        const { outputs, hasBias } = layer;
        const kernel = this.#values(`${layer.name}.kernel`);
        const dKernel = this.#values(`${layer.name}.kernel`, gradient);
        const bias = hasBias ? this.#values(`${layer.name}.bias`) : undefined;
        const dBias = hasBias ? this.#values(`${layer.name}.bias`, gradient) : undefined;
        return eachExample(
          x,
          (values) => {
            const y = Float64Array.from({ length: count }, (_, at) => bias?.[at % outputs] ?? 0);
            forEachProduct(layer, shape, (from, weight, to) => {
              for (let o = 0; o < outputs; o += 1)
                y[to + o]! += values[from]! * kernel[weight + o]!;
            });
            return y;
          },
          (dy, values) => {
            if (dBias) for (let at = 0; at < count; at += 1) dBias[at % outputs]! += dy[at]!;
            const dx = new Float64Array(values.length);
            forEachProduct(layer, shape, (from, weight, to) => {
              for (let o = 0; o < outputs; o += 1) {
                dKernel[weight + o]! += values[from]! * dy[to + o]!;
                dx[from]! += kernel[weight + o]! * dy[to + o]!;
              }
            });
            return dx;
          },
        );
      }
      case 'max-pool':
        return eachExample(
          x,
          (values) => {
            const y = new Float64Array(count).fill(-Infinity);
            forEachInWindow(layer, shape, (from, to) => {
              y[to] = Math.max(y[to]!, values[from]!);
            });
            return y;
          },
          (dy, values, y) => {
            const dx = new Float64Array(values.length);
            const isTaken = new Uint8Array(count);
            forEachInWindow(layer, shape, (from, to) => {
              if (isTaken[to] === 1 || values[from] !== y[to]) return;
              isTaken[to] = 1;
              dx[from]! += dy[to]!;
            });
            return dx;
          },
        );
      case 'average-pool': {
        const counts = new Float64Array(count);
        forEachInWindow(layer, shape, (_, to) => {
          counts[to]! += 1;
        });
        return linear(x, count, (visit) => {
          forEachInWindow(layer, shape, (from, to) => {
            visit(from, to, 1 / counts[to]!);
          });
        });
      }
      case 'global-average-pool': {
        const pixels = shape[0]! * shape[1]!;
        return linear(x, count, (visit) => {
          for (let from = 0; from < pixels * count; from += 1)
            visit(from, from % count, 1 / pixels);
        });
      }
      case 'zero-padding-shortcut': {
        const { inputs, outputs, stride } = layer;
        const before = Math.floor((outputs - inputs) / 2);
        const [height, width] = outputShape(layer, shape) as [number, number, number];
        return linear(x, count, (visit) => {
          for (let row = 0; row < height; row += 1) {
            for (let pixel = 0; pixel < width; pixel += 1) {
              for (let channel = 0; channel < inputs; channel += 1) {
                const from = (row * stride * shape[1]! + pixel * stride) * inputs + channel;
                visit(from, (row * width + pixel) * outputs + before + channel, 1);
              }
            }
          }
        });
      }
      case 'dropout': {
        if (!pass.isTraining) return { output: x, backward: (dy) => dy };
        const isKept = keptBits(this.#options.seed ?? 0, layer, pass.step, x.length * count);
        const drop = (batch: Batch): Batch =>
          batch.map((values, example) =>
            values.map((value, at) =>
              isKept[example * count + at] === true ? value / (1 - layer.rate) : 0,
            ),
          );
        return { output: drop(x), backward: drop };
      }
      case 'batch-norm':
        return this.#batchNorm(layer, x, pass);
      case 'residual': {
        const body = this.#sequence(layer.body, shape, x, pass);
        const shortcut = this.#sequence(layer.shortcut, shape, x, pass);
        return {
          output: sumOf(body.output, shortcut.output),
          backward: (dy) => sumOf(body.backward(dy), shortcut.backward(dy)),
        };
      }
    }
  }

  /** A value that followed the engine's sign is not zero although it may be negative. */
  #relu(name: string, x: Batch, signs: readonly boolean[][] | undefined): Passed {
    const passes = x.map((values, example) =>
      Array.from(values, (value, at) => {
        const isPositive = value > 0;
        const isPassed = signs?.[example]?.[at] ?? isPositive;
        if (isPassed === isPositive) return isPositive;
        if (Math.abs(value) >= (this.#options.undecided ?? UNDECIDED)) {
          throw new Error(`the engine ${isPassed ? 'passed' : 'stopped'} ${value} in ${name}`);
        }
        this.followed += 1;
        return isPassed;
      }),
    );
    const filter = (batch: Batch): Batch =>
      batch.map((values, example) =>
        values.map((value, at) => (passes[example]![at] === true ? value : 0)),
      );
    return { output: filter(x), backward: filter };
  }

  #batchNorm(layer: BatchNormLayer, x: Batch, pass: Pass): Passed {
    const { name, channels, epsilon, momentum } = layer;
    const [gamma, beta] = [this.#values(`${name}.gamma`), this.#values(`${name}.beta`)];
    const mean = this.#values(`${name}.running-mean`).slice();
    const variance = this.#values(`${name}.running-variance`).slice();
    const count = (x.length * x[0]!.length) / channels;
    const perChannel = (value: (example: number, at: number, channel: number) => number) => {
      const sums = new Float64Array(channels);
      for (const [example, values] of x.entries()) {
        for (const at of values.keys()) {
          sums[at % channels]! += value(example, at, at % channels);
        }
      }
      return sums;
    };
    if (pass.isTraining) {
      const running = [mean.slice(), variance.slice()] as const;
      mean.set(perChannel((example, at) => x[example]![at]! / count));
      variance.set(
        perChannel((example, at, channel) => (x[example]![at]! - mean[channel]!) ** 2 / count),
      );
      const track = (kind: string, old: Float64Array, of: Float64Array, factor: number): void => {
        const { offset } = this.layout.parameters.find((each) => each.name === `${name}.${kind}`)!;
        for (const [channel, value] of of.entries()) {
          const mixed = (1 - momentum) * old[channel]! + momentum * factor * value;
          this.#statistics.push([offset + channel, mixed]);
        }
      };
      track('running-mean', running[0], mean, 1);
      track('running-variance', running[1], variance, count / (count - 1));
    }
    const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
    const normalized = x.map((values) =>
      values.map((value, at) => (value - mean[at % channels]!) * inverse[at % channels]!),
    );
    return {
      output: normalized.map((values) =>
        values.map((value, at) => value * gamma[at % channels]! + beta[at % channels]!),
      ),
      backward: (dy) => {
        const sums = perChannel((example, at) => dy[example]![at]!);
        const products = perChannel((example, at) => dy[example]![at]! * normalized[example]![at]!);
        const dBeta = this.#values(`${name}.beta`, pass.gradient);
        const dGamma = this.#values(`${name}.gamma`, pass.gradient);
        for (let channel = 0; channel < channels; channel += 1) {
          dBeta[channel]! += sums[channel]!;
          dGamma[channel]! += products[channel]!;
        }
        return dy.map((values, example) =>
          values.map((value, at) => {
            const channel = at % channels;
            const ofMean = sums[channel]! / count;
            const ofVariance = (normalized[example]![at]! * products[channel]!) / count;
            return gamma[channel]! * inverse[channel]! * (value - ofMean - ofVariance);
          }),
        );
      },
    };
  }

  #values(name: string, of = this.parameters): Float64Array {
    const { offset, size } = this.layout.parameters.find((each) => each.name === name)!;
    return of.subarray(offset, offset + size);
  }
}

function eachExample(
  x: Batch,
  forward: (values: Float64Array) => Float64Array,
  backward: (dy: Float64Array, values: Float64Array, y: Float64Array) => Float64Array,
): Passed {
  const output = x.map(forward);
  return {
    output,
    backward: (dy) => dy.map((each, example) => backward(each, x[example]!, output[example]!)),
  };
}

/** A fixed matrix, given by its entries. */
function linear(
  x: Batch,
  count: number,
  forEach: (visit: (from: number, to: number, factor: number) => void) => void,
): Passed {
  return eachExample(
    x,
    (values) => {
      const y = new Float64Array(count);
      forEach((from, to, factor) => {
        y[to]! += values[from]! * factor;
      });
      return y;
    },
    (dy, values) => {
      const dx = new Float64Array(values.length);
      forEach((from, to, factor) => {
        dx[from]! += dy[to]! * factor;
      });
      return dx;
    },
  );
}

const sumOf = (a: Batch, b: Batch): Batch =>
  a.map((values, example) => values.map((value, at) => value + b[example]![at]!));

/**
 * TensorFlow's StatelessRandomUniform, compared with the rate: Philox 4x32-10 (Salmon et al. 2011),
 * its key and counter made of the seed by Philox itself.
 */
function keptBits(seed: number, layer: DropoutLayer, step: number, count: number): boolean[] {
  const random = rng(seed, 'dropout', layer.name, step);
  const [low, high] = [random.uint32() | 0, random.uint32() | 0];
  const words = [low, low >> 31, high, high >> 31];
  const [key0, key1, upper0, upper1] = philox(words, [0x3ec8f720, 0x02461e29]) as [
    number,
    number,
    number,
    number,
  ];
  const rate = Math.fround(layer.rate);
  return Array.from({ length: Math.ceil(count / 4) }, (_, block) =>
    philox([block, 0, upper0, upper1], [key0, key1]),
  )
    .flat()
    .slice(0, count)
    .map((bits) => (bits & 0x7fffff) / 2 ** 23 >= rate);
}

function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [a, b, c, d] = counter.map((word) => BigInt(word >>> 0)) as [bigint, bigint, bigint, bigint];
  let [k, l] = key.map((word) => BigInt(word >>> 0)) as [bigint, bigint];
  const low = (value: bigint): bigint => value & 0xffffffffn;
  for (let round = 0; round < 10; round += 1) {
    const first = a * 0xd2511f53n;
    const second = c * 0xcd9e8d57n;
    [a, b, c, d] = [(second >> 32n) ^ b ^ k, low(second), (first >> 32n) ^ d ^ l, low(first)];
    [k, l] = [low(k + 0x9e3779b9n), low(l + 0xbb67ae85n)];
  }
  return [a, b, c, d].map(Number);
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
  layer: LayerSpecs['max-pool' | 'average-pool'],
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
