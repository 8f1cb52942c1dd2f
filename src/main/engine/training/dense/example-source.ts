import type { ExampleSet, Features } from '../../datasets/dataset.ts';
import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { alignedBytes, alignedFloats, alignedIntegers } from '../../kernels/memory.ts';
import { OwnedTensors } from '../../kernels/owned-tensors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import { type Normalization, plainNormalization } from '../../normalizations/normalization.ts';
import { type Moments, momentsOfSet } from '../../normalizations/statistics.ts';
import type { BatchMemory } from '../augmentation/augment.ts';
import {
  type AugmentedExamples,
  testIndicesOf,
  type TrainingData,
  validationSetOf,
} from '../trainer.ts';

/** Features as tensors, in memory that all workers share. */
interface SharedFeatures {
  /** `[count, ...shape]`. */
  readonly features: Tensor;
  /** `[count, 1, …]` if each example is normalised by its own mean and deviation. */
  readonly centers: Tensor | undefined;
  readonly divisors: Tensor | undefined;
}

interface SharedSet extends SharedFeatures {
  /** `[count]`. */
  readonly labels: Tensor;
}

/** Examples of one set, by index. */
export interface Examples {
  readonly set: SharedSet;
  /** `[count]`, int32. The labels are gathered by these. */
  readonly indices: Tensor;
  readonly count: number;
  /** Whether the set's features belong to exactly these examples, in this order. */
  readonly isGathered: boolean;
}

/** Input of the network, `[count, ...shape]`, normalised, and class indices, `[count]`. */
export interface Batch {
  readonly features: Tensor;
  readonly labels: Tensor;
}

/** The normalisation that all examples share; undefined where there is nothing to do. */
interface SharedNormalization {
  /** `[channels]`. */
  readonly center: Tensor | undefined;
  /** `[channels]` or a scalar. */
  readonly divisor: Tensor | undefined;
}

/**
 * Provides a network with the examples of a dataset as TensorFlow tensors, without copying the
 * dataset.
 */
export class ExampleSource {
  readonly #kernels: Kernels;
  readonly #owned: OwnedTensors;
  readonly #shape: ExampleShape;
  readonly #normalization: Normalization;
  readonly #shared: SharedNormalization;
  readonly #hasBytes: boolean;
  readonly #axisZero: Tensor;
  readonly #trainSet: SharedSet;
  readonly #evaluationBatch: number;
  readonly #batchIndices: Int32Array;
  readonly #batch: Examples;
  /** Created on first use, because most searches do not augment. */
  #augmented: { readonly memory: BatchMemory; readonly examples: Examples } | undefined;
  /** The training examples that were evaluated last. */
  #training:
    | {
        readonly indices: Int32Array;
        readonly chunks: readonly Examples[];
        readonly owned: OwnedTensors;
      }
    | undefined;
  readonly validation: readonly Examples[];
  readonly test: readonly Examples[];

  /** @param evaluationBatch how many examples are evaluated at a time. */
  constructor(kernels: Kernels, data: TrainingData, batchSize: number, evaluationBatch: number) {
    const { train, test, shape } = data.dataset;
    this.#kernels = kernels;
    this.#owned = new OwnedTensors(kernels);
    this.#shape = shape;
    this.#hasBytes = train.features instanceof Uint8Array;
    this.#normalization = data.normalization ?? plainNormalization(train.features);
    this.#shared = this.#shareNormalization();
    this.#axisZero = this.#owned.share(Int32Array.of(0), []);
    this.#trainSet = this.#shareSet(train);
    const testSet = this.#shareSet(test);
    const validation = validationSetOf(data);
    const validationSet = validation === train ? this.#trainSet : this.#shareSet(validation);
    this.#batchIndices = alignedIntegers(batchSize);
    this.#batch = {
      set: this.#trainSet,
      indices: this.#owned.share(this.#batchIndices, [batchSize]),
      count: batchSize,
      isGathered: false,
    };
    this.#evaluationBatch = evaluationBatch;
    this.validation = this.#chunks(validationSet, data.validationIndices, this.#owned);
    this.test = this.#chunks(testSet, testIndicesOf(data), this.#owned);
  }

  /**
   * The batch of a training step, valid until the next call.
   *
   * @param indices of training examples, `[batchSize]`.
   * @param augmented their features, if these are not the dataset's own.
   */
  batch(indices: Int32Array, augmented?: AugmentedExamples): Examples {
    this.#batchIndices.set(indices);
    if (augmented === undefined) return this.#batch;
    const { features, moments } = augmented;
    this.#augmented ??= this.#shareAugmented(features);
    const { memory, examples } = this.#augmented;
    memory.features.set(features);
    if (moments) {
      memory.moments.centers.set(moments.centers);
      memory.moments.divisors.set(moments.divisors);
    }
    return examples;
  }

  /** These training examples in chunks to evaluate. The chunks of the last array are reused. */
  training(indices: Int32Array): readonly Examples[] {
    if (this.#training?.indices === indices) return this.#training.chunks;
    this.#training?.owned.dispose();
    const owned = new OwnedTensors(this.#kernels);
    const chunks = this.#chunks(this.#trainSet, indices, owned);
    this.#training = { indices, chunks, owned };
    return chunks;
  }

  /** The examples themselves, in the current scope. */
  gather({ set, indices, isGathered }: Examples): Batch {
    const kernels = this.#kernels;
    const rows = (all: Tensor): Tensor => kernels.gatherRows(all, indices, this.#axisZero);
    const own = isGathered ? (all: Tensor): Tensor => all : rows;
    const center = set.centers ? own(set.centers) : this.#shared.center;
    const divisor = set.divisors ? own(set.divisors) : this.#shared.divisor;
    let features = own(set.features);
    if (this.#hasBytes) features = kernels.bytesToFloat(features);
    if (center) features = kernels.subtract(features, center);
    if (divisor) features = kernels.divide(features, divisor);
    return { features, labels: rows(set.labels) };
  }

  dispose(): void {
    this.#training?.owned.dispose();
    this.#owned.dispose();
  }

  #shareNormalization(): SharedNormalization {
    const normalization = this.#normalization;
    switch (normalization.kind) {
      case 'examples':
        return { center: undefined, divisor: undefined };
      case 'uniform': {
        const { divisor } = normalization;
        return {
          center: undefined,
          divisor: divisor === 1 ? undefined : this.#owned.scalar(divisor),
        };
      }
      case 'channels': {
        const { centers, divisors } = normalization;
        return {
          center: this.#owned.share(centers, [centers.length]),
          divisor: this.#owned.share(divisors, [divisors.length]),
        };
      }
    }
  }

  #shareSet(set: ExampleSet): SharedSet {
    const { features, labels, count } = set;
    const moments = this.#normalization.kind === 'examples' ? momentsOfSet(set) : undefined;
    return {
      ...this.#shareFeatures(features, count, moments),
      labels: this.#owned.share(labels, [count]),
    };
  }

  #shareFeatures(features: Features, count: number, moments: Moments | undefined): SharedFeatures {
    // One value per example, with as many axes as the features have.
    const perExample = [count, ...this.#shape.map(() => 1)];
    return {
      features: this.#owned.share(features, [count, ...this.#shape]),
      centers: moments && this.#owned.share(moments.centers, perExample),
      divisors: moments && this.#owned.share(moments.divisors, perExample),
    };
  }

  #shareAugmented({ length, BYTES_PER_ELEMENT }: Features) {
    const count = this.#batchIndices.length;
    const memory: BatchMemory = {
      features: BYTES_PER_ELEMENT === 1 ? alignedBytes(length) : alignedFloats(length),
      moments: { centers: alignedFloats(count), divisors: alignedFloats(count).fill(1) },
    };
    const moments = this.#normalization.kind === 'examples' ? memory.moments : undefined;
    const features = this.#shareFeatures(memory.features, count, moments);
    const set = { ...features, labels: this.#trainSet.labels };
    return { memory, examples: { ...this.#batch, set, isGathered: true } };
  }

  #chunks(set: SharedSet, indices: Int32Array, owned: OwnedTensors): Examples[] {
    const chunks: Examples[] = [];
    for (let from = 0; from < indices.length; from += this.#evaluationBatch) {
      const chunk = indices.slice(from, from + this.#evaluationBatch);
      const count = chunk.length;
      chunks.push({ set, indices: owned.share(chunk, [count]), count, isGathered: false });
    }
    return chunks;
  }
}
