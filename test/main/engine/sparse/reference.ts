/**
 * What the engines compute, written plainly in float64: a dense network whose gradients are multiplied
 * by the mask. It is slow and meant to be read.
 */
import type { BatchNormLayer } from '../../../../src/main/engine/layers/kinds/batch-norm.ts';
import {
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
import { type Batch, eachExample, linear, type Passed, sumOf } from './reference/batches.ts';
import { keptBits } from './reference/dropout.ts';
import { forEachInWindow, forEachProduct } from './reference/windows.ts';

/** Which values the engine under test let through, for each ReLU layer, `[batch][features]`. */
export type Signs = readonly (readonly boolean[][])[];

/** A pre-activation nearer to zero than this may have either sign in float32. */
const UNDECIDED = 1e-6;

interface Pass {
  readonly isTraining: boolean;
  /** In the order in which the ReLU layers are computed; each takes the first one left. */
  readonly signs: boolean[][][];
  /** Layers add the gradients by their parameters to it. */
  readonly gradient: Float64Array;
  readonly step: number;
}

export interface ReferenceOptions extends LossOptions {
  /** The seed of dropout. */
  readonly seed?: number;
  readonly undecided?: number;
}

export class Reference {
  readonly layout: ParameterLayout;
  readonly parameters: Float64Array;
  readonly slots: readonly Float64Array[];
  /** How many values near zero took the engine's sign, because it was not the reference's. */
  followed = 0;
  readonly #network: NetworkSpec;
  readonly #mask: Uint8Array;
  readonly #choice: Choice;
  readonly #options: ReferenceOptions;
  /** Running statistics after the last batch, `[offset, value]`; the end of a step stores them. */
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

  /** The logits `[batch][classes]`, as in evaluation. */
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

  /** A value that takes the engine's sign passes although it may be negative. */
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

export function softmax(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
