/** How the loss, and the flow through the network, depend on every weight: in float64, exactly. */
import { rng, type Rng, shuffleInPlace } from '../../../../shared/rng.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import {
  activationCount,
  flatLayers,
  layoutOf,
  type NetworkSpec,
  type ParameterLayout,
  productOf,
} from '../../network.ts';
import { type Normalization, plainNormalization } from '../../normalizations/normalization.ts';
import { normalized } from '../../normalizations/statistics.ts';
import type { Dual } from './dual.ts';
import { forwardThrough, type SensitivityPass } from './layers.ts';

/** Activations held at a time, in float64s: 128 MiB with their tangents and gradients. */
const ACTIVATIONS = 2 ** 22;

export interface LossQuestion {
  /** Flat parameter vector, pruned weights 0. */
  readonly weights: Float32Array | Float64Array;
  /** Indices of training examples. */
  readonly examples: Int32Array;
  /** What logits are divided by. */
  readonly temperature?: number;
}

export class Sensitivity {
  readonly #network: NetworkSpec;
  readonly #layout: ParameterLayout;
  readonly #dataset: Dataset;
  readonly #trainIndices: Int32Array;
  readonly #normalization: Normalization;
  readonly #chunk: number;

  constructor(
    network: NetworkSpec,
    dataset: Dataset,
    trainIndices: Int32Array,
    normalization: Normalization = plainNormalization(dataset.train.features),
  ) {
    this.#normalization = normalization;
    this.#network = network;
    this.#layout = layoutOf(network);
    this.#dataset = dataset;
    this.#trainIndices = trainIndices;
    // The statistics of a batch are those of all its examples together.
    const isCoupled = flatLayers(network.layers).some(({ kind }) => kind === 'batch-norm');
    this.#chunk = isCoupled
      ? Number.POSITIVE_INFINITY
      : Math.max(1, Math.floor(ACTIVATIONS / activationCount(network)));
  }

  /** Training examples, `perClass` of each class or as many as there are, drawn at random. */
  drawExamples(perClass: number, random: Rng): Int32Array {
    const { labels } = this.#dataset.train;
    const order = shuffleInPlace(this.#trainIndices.slice(), rng('examples', random.uint32()));
    const left = new Array<number>(this.#dataset.classes).fill(perClass);
    return order.filter((example) => {
      const label = labels[example]!;
      if (left[label] === 0) return false;
      left[label]! -= 1;
      return true;
    });
  }

  /** The gradient of the mean cross-entropy by every parameter. */
  lossGradient(question: LossQuestion): Float64Array {
    return this.#differentiate(question, undefined).value;
  }

  /** The Hessian of the mean cross-entropy times `direction`, a flat parameter vector. */
  hessianVector(question: LossQuestion, direction: Float64Array): Float64Array {
    const { tangent } = this.#differentiate(question, direction);
    if (!tangent) throw new Error('a pass with a direction leaves no tangent');
    return tangent;
  }

  /**
   * The gradient of R = Σ logits for one input of ones, with every parameter as given and batch
   * normalisation by its running statistics (Tanaka et al. 2020, equation 3).
   */
  flowGradient(weights: Float64Array): Float64Array {
    const gradient = new Float64Array(this.#layout.parameterCount);
    const pass = this.#pass({ value: weights, tangent: undefined }, gradient, undefined, 1, false);
    const { inputShape, layers, classes } = this.#network;
    const ones = { value: new Float64Array(productOf(inputShape)).fill(1), tangent: undefined };
    const forward = forwardThrough(layers, inputShape, ones, pass);
    forward.backward({ value: new Float64Array(classes).fill(1), tangent: undefined });
    return gradient;
  }

  #differentiate(
    { weights, examples, temperature = 1 }: LossQuestion,
    direction: Float64Array | undefined,
  ): Dual {
    const parameters: Dual = { value: Float64Array.from(weights), tangent: direction };
    const gradient = new Float64Array(weights.length);
    const tangent = direction && new Float64Array(weights.length);
    for (let start = 0; start < examples.length; start += this.#chunk) {
      const chunk = examples.subarray(start, Math.min(start + this.#chunk, examples.length));
      const pass = this.#pass(parameters, gradient, tangent, chunk.length, true);
      const { inputShape, layers } = this.#network;
      const forward = forwardThrough(layers, inputShape, this.#features(chunk), pass);
      forward.backward(this.#logitGradient(forward.output, chunk, temperature, examples.length));
    }
    return { value: gradient, tangent };
  }

  #pass(
    parameters: Dual,
    gradient: Float64Array,
    gradientTangent: Float64Array | undefined,
    batch: number,
    usesBatchStatistics: boolean,
  ): SensitivityPass {
    const places = new Map(this.#layout.parameters.map((parameter) => [parameter.name, parameter]));
    const view = (name: string, { value, tangent }: Dual): Dual => {
      const place = places.get(name);
      if (!place) throw new Error(`no parameter ${name}`);
      const [start, end] = [place.offset, place.offset + place.size];
      return { value: value.subarray(start, end), tangent: tangent?.subarray(start, end) };
    };
    return {
      batch,
      usesBatchStatistics,
      parameter: (name) => view(name, parameters),
      gradient: (name) => view(name, { value: gradient, tangent: gradientTangent }),
    };
  }

  /** Normalised as in training. */
  #features(examples: Int32Array): Dual {
    const size = productOf(this.#network.inputShape);
    const { features } = this.#dataset.train;
    const value = new Float64Array(examples.length * size);
    for (const [index, example] of examples.entries()) {
      const own = features.subarray(example * size, (example + 1) * size);
      value.set(normalized(own, this.#normalization), index * size);
    }
    return { value, tangent: undefined };
  }

  /** The gradient of the mean cross-entropy over `total` examples by the logits of some of them. */
  #logitGradient(logits: Dual, examples: Int32Array, temperature: number, total: number): Dual {
    const { classes } = this.#network;
    const { labels } = this.#dataset.train;
    const value = new Float64Array(logits.value.length);
    const tangent = logits.tangent && new Float64Array(logits.value.length);
    const scale = 1 / (temperature * total);
    for (const [index, example] of examples.entries()) {
      const [start, end] = [index * classes, (index + 1) * classes];
      const own = logits.value.subarray(start, end).map((logit) => logit / temperature);
      const largest = Math.max(...own);
      const powers = own.map((logit) => Math.exp(logit - largest));
      const sum = powers.reduce((total_, power) => total_ + power, 0);
      const probabilities = powers.map((power) => power / sum);
      for (const [label, probability] of probabilities.entries()) {
        value[start + label] = scale * (probability - (label === labels[example] ? 1 : 0));
      }
      if (!tangent) continue;
      const change = logits.tangent.subarray(start, end).map((each) => each / temperature);
      const mean = probabilities.reduce((total_, p, label) => total_ + p * change[label]!, 0);
      for (const [label, probability] of probabilities.entries()) {
        tangent[start + label] = scale * probability * (change[label]! - mean);
      }
    }
    return { value, tangent };
  }
}
