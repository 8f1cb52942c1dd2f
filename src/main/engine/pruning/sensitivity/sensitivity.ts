/**
 * The derivatives, in float64, of the loss and of the flow through the network with respect to
 * every weight.
 */
import { rng, type Rng, shuffleInPlace } from '../../../../shared/rng.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import type { ParameterKind, ParameterLayout } from '../../../../shared/domain/layout.ts';
import { type NetworkSpec, productOf } from '../../layers/spec.ts';
import { activationCount, layoutOf, usesBatchStatistics } from '../../network.ts';
import { type Normalization, plainNormalization } from '../../normalizations/normalization.ts';
import { normalized } from '../../normalizations/statistics.ts';
import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { type Dual, DualKernels } from './dual.ts';
import type { SensitivityPass } from './layer.ts';
import { forwardThrough } from './sequence.ts';

/** Float64 activations held at a time: 64 MiB with their tangents and gradients. */
const ACTIVATIONS = 2 ** 21;

export interface LossQuestion {
  /** The flat parameter vector; pruned weights are 0. */
  readonly weights: Float32Array | Float64Array;
  /** Indices of training examples. */
  readonly examples: Int32Array;
  /** Divisor of the logits. Default: 1. */
  readonly temperature?: number;
}

export class Sensitivity {
  readonly #kernels: Kernels;
  readonly #duals: DualKernels;
  readonly #network: NetworkSpec;
  readonly #layout: ParameterLayout;
  readonly #dataset: Dataset;
  readonly #trainIndices: Int32Array;
  readonly #normalization: Normalization;
  readonly #chunk: number;
  readonly #offsets: ReadonlyMap<string, number>;

  constructor(
    kernels: Kernels,
    network: NetworkSpec,
    dataset: Dataset,
    trainIndices: Int32Array,
    normalization: Normalization = plainNormalization(dataset.train.features),
  ) {
    this.#normalization = normalization;
    this.#kernels = kernels;
    this.#duals = new DualKernels(kernels);
    this.#network = network;
    this.#layout = layoutOf(network);
    this.#offsets = new Map(this.#layout.parameters.map(({ name, offset }) => [name, offset]));
    this.#dataset = dataset;
    this.#trainIndices = trainIndices;
    // Batch statistics need all examples at once.
    this.#chunk = usesBatchStatistics(network)
      ? Number.POSITIVE_INFINITY
      : Math.max(1, Math.floor(ACTIVATIONS / activationCount(network)));
  }

  /**
   * Draws `perClass` random training examples of each class, or all of them if a class has fewer.
   */
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

  /** The gradient of the mean cross-entropy with respect to every parameter. */
  lossGradient(question: LossQuestion): Float64Array {
    return this.#differentiate(question, undefined);
  }

  /** The Hessian of the mean cross-entropy times `direction`, a flat parameter vector. */
  hessianVector(question: LossQuestion, direction: Float64Array): Float64Array {
    return this.#differentiate(question, direction);
  }

  /**
   * The gradient of R = Σ logits for an input of ones, with every parameter as given and with batch
   * normalisation by its running statistics (Tanaka et al. 2020, equation 3).
   *
   * @param gradient receives the result.
   */
  flowGradient(
    weights: Float64Array,
    gradient = new Float64Array(this.#layout.parameterCount),
  ): Float64Array {
    const { inputShape, layers, classes } = this.#network;
    this.#kernels.scope(() => {
      const parameters = this.#parameters(weights, undefined);
      const pass: SensitivityPass = {
        ...this.#pass(parameters, gradient, 1, true, false),
        setDenseGradient: (layer, input, output) => {
          const offset = this.#offsetOf(layer, 'kernel');
          const inputValues = this.#kernels.readDoubles(input.value);
          const outputGradient = this.#kernels.readDoubles(output.value);
          setOuterProduct(gradient, offset, inputValues, outputGradient);
        },
      };
      const forward = forwardThrough(layers, inputShape, this.#ones([1, ...inputShape]), pass);
      forward.backward(this.#ones([1, classes]));
    });
    return gradient;
  }

  /** The gradient or, given a direction, the gradient's derivative along it. */
  #differentiate(
    { weights, examples, temperature = 1 }: LossQuestion,
    direction: Float64Array | undefined,
  ): Float64Array {
    const kernels = this.#kernels;
    const { inputShape, layers } = this.#network;
    const result = new Float64Array(this.#layout.parameterCount);
    kernels.scope(() => {
      const parameters = this.#parameters(Float64Array.from(weights), direction);
      for (let start = 0; start < examples.length; start += this.#chunk) {
        const chunk = examples.subarray(start, Math.min(start + this.#chunk, examples.length));
        kernels.scope(() => {
          const pass = this.#pass(parameters, result, chunk.length, start === 0, true);
          const forward = forwardThrough(layers, inputShape, this.#features(chunk), pass);
          const scale = 1 / (temperature * examples.length);
          forward.backward(this.#logitGradient(forward.output, chunk, temperature, scale));
        });
      }
    });
    return result;
  }

  #offsetOf(layer: string, kind: ParameterKind): number {
    const offset = this.#offsets.get(`${layer}.${kind}`);
    if (offset === undefined) throw new Error(`layer ${layer} has no ${kind}`);
    return offset;
  }

  #parameters(
    weights: Float64Array,
    direction: Float64Array | undefined,
  ): ReadonlyMap<string, Dual> {
    return new Map(
      this.#layout.parameters.map(({ name, offset, size, shape }) => {
        const part = (values: Float64Array): Tensor =>
          this.#kernels.doubles(values.subarray(offset, offset + size), shape);
        return [name, { value: part(weights), tangent: direction && part(direction) }];
      }),
    );
  }

  #pass(
    parameters: ReadonlyMap<string, Dual>,
    result: Float64Array,
    batch: number,
    isFirst: boolean,
    usesBatchStatistics: boolean,
  ): SensitivityPass {
    const kernels = this.#kernels;
    const duals = this.#duals;
    const setGradient: SensitivityPass['setGradient'] = (layer, kind, { value, tangent }) => {
      const offset = this.#offsetOf(layer, kind);
      const save = isFirst ? setAt : addAt;
      // With a direction, the logits have a tangent, and so does every gradient.
      save(result, offset, kernels.readDoubles(tangent ?? value));
    };
    return {
      kernels,
      duals,
      batch,
      usesBatchStatistics,
      parameter(layer, kind) {
        const parameter = parameters.get(`${layer}.${kind}`);
        if (!parameter) throw new Error(`layer ${layer} has no ${kind}`);
        return parameter;
      },
      setGradient,
      setDenseGradient(layer, input, gradient) {
        const product = duals.bilinear(input, gradient, (x, g) => kernels.matMulTransposeA(x, g));
        setGradient(layer, 'kernel', product);
      },
    };
  }

  #ones(shape: readonly number[]): Dual {
    const values = new Float64Array(productOf(shape)).fill(1);
    return { value: this.#kernels.doubles(values, shape), tangent: undefined };
  }

  /** The examples' features, normalised as in training. */
  #features(examples: Int32Array): Dual {
    const { inputShape } = this.#network;
    const size = productOf(inputShape);
    const { features } = this.#dataset.train;
    const values = new Float64Array(examples.length * size);
    for (const [index, example] of examples.entries()) {
      const own = features.subarray(example * size, (example + 1) * size);
      values.set(normalized(own, this.#normalization), index * size);
    }
    const value = this.#kernels.doubles(values, [examples.length, ...inputShape]);
    return { value, tangent: undefined };
  }

  /** The gradient of the summed cross-entropy with respect to the logits, times `scale`. */
  #logitGradient(logits: Dual, examples: Int32Array, temperature: number, scale: number): Dual {
    const kernels = this.#kernels;
    const duals = this.#duals;
    const { classes } = this.#network;
    const { labels } = this.#dataset.train;
    const scaled = (of: Dual, factor: number): Dual => {
      const scalar = kernels.doubles(Float64Array.of(factor), []);
      return duals.linear(of, (value) => kernels.multiply(value, scalar));
    };
    const targets = new Float64Array(examples.length * classes);
    for (const [index, example] of examples.entries()) {
      targets[index * classes + labels[example]!] = 1;
    }
    const expected = kernels.doubles(targets, [examples.length, classes]);
    const probabilities = duals.softmax(scaled(logits, 1 / temperature));
    return scaled(duals.subtract(probabilities, { value: expected, tangent: undefined }), scale);
  }
}

/**
 * Writes the gradient of a dense layer's kernel for one example, with the bits of a matrix product.
 * For a large layer, copying that product from TensorFlow would take longer than everything else.
 */
function setOuterProduct(
  to: Float64Array,
  offset: number,
  rows: Float64Array,
  columns: Float64Array,
): void {
  for (let row = 0; row < rows.length; row += 1) {
    const start = offset + row * columns.length;
    const factor = rows[row]!;
    for (let column = 0; column < columns.length; column += 1) {
      to[start + column] = factor * columns[column]!;
    }
  }
}

function setAt(to: Float64Array, offset: number, values: Float64Array): void {
  to.set(values, offset);
}

function addAt(to: Float64Array, offset: number, values: Float64Array): void {
  for (let index = 0; index < values.length; index += 1) to[offset + index]! += values[index]!;
}
