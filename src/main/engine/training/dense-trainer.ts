import type { Tensor } from '../kernels/binding.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { ExampleSet, Features } from '../datasets/dataset.ts';
import { alignedBytes, alignedFloats, alignedIntegers } from '../kernels/memory.ts';
import { type BuiltNetwork, buildNetwork } from '../layers/index.ts';
import { definitionOf } from '../layers/kinds/index.ts';
import type { ParameterIndex, Pass } from '../layers/layer.ts';
import {
  activationCount,
  type ExampleShape,
  flatLayers,
  layoutOf,
  type NetworkSpec,
  type ParameterLayout,
} from '../network.ts';
import { type Normalization, plainNormalization } from '../normalizations/normalization.ts';
import { type Moments, momentsOfSet } from '../normalizations/statistics.ts';
import type { Mask } from '../pruning/strategy.ts';
import { type GradientMask, gradientMask } from './gradient-mask.ts';
import type { DenseOptimizer, OptimizedVariable, Optimizer } from './optimizers/optimizer.ts';
import type { BatchMemory } from './augmentation/augment.ts';
import {
  type AugmentedExamples,
  type LossOptions,
  type Score,
  testIndicesOf,
  type Trainer,
  type TrainerState,
  type TrainingData,
} from './trainer.ts';

/** Examples evaluated at a time, at the most: enough to keep the kernels busy. */
const EVALUATION_BATCH = 1000;
/** Activations of the examples evaluated at a time, in floats; a layer's or two are held at once. */
const EVALUATION_ACTIVATIONS = 2 ** 24;

/** PyTorch's guard against dividing by a norm of zero (torch.nn.utils.clip_grad_norm_). */
const CLIP_EPSILON = 1e-6;

/** One set of the dataset, where it lies in shared memory. */
interface SharedSet {
  readonly features: Tensor;
  readonly labels: Tensor;
  /** Where every example is normalised by itself, with one value an example. */
  readonly centers: Tensor | undefined;
  readonly divisors: Tensor | undefined;
}

/** Examples of one set, selected by indices that TensorFlow reads from shared memory. */
interface Selection {
  readonly set: SharedSet;
  readonly indices: Tensor;
  readonly count: number;
}

/** A batch that is no selection: written into memory that TensorFlow reads. */
interface ShownBatch {
  readonly memory: BatchMemory;
  readonly set: SharedSet;
  readonly indices: Tensor;
}

/**
 * Trains on TensorFlow's kernels, multiplying kernel gradients by their mask: pruned weights start
 * at zero, their gradients and so their optimizer slots are zero, hence they stay zero.
 *
 * Everything that lives longer than a step is made here and freed by `dispose`.
 */
export class DenseTrainer implements Trainer {
  readonly layout: ParameterLayout;
  readonly #kernels: Kernels;
  readonly #network: BuiltNetwork;
  readonly #variables: readonly OptimizedVariable[];
  readonly #optimizer: DenseOptimizer;
  readonly #learningRate: number;
  /** Of those parameters that are prunable. */
  readonly #masks: readonly (GradientMask | undefined)[];
  readonly #shape: ExampleShape;
  readonly #hasBytes: boolean;
  readonly #normalization: Normalization;
  readonly #batchIndices: Int32Array;
  readonly #batch: Selection;
  readonly #validation: readonly Selection[];
  readonly #test: readonly Selection[];
  /** Of one layer's batch statistics each: how much of them a step takes on. */
  readonly #momenta: ReadonlyMap<ParameterIndex, number>;
  readonly #selectTraining: (indices: Int32Array) => readonly Selection[];
  /** The training examples measured last; made once for those that are measured again. */
  #training:
    { readonly indices: Int32Array; readonly selections: readonly Selection[] } | undefined;
  readonly #constants: {
    readonly axisZero: Tensor;
    readonly axisOne: Tensor;
    /** Of channels, `[channels]`, or undefined for none to be taken away. */
    readonly center: Tensor | undefined;
    /** Of channels, or a scalar; undefined where it is 1. */
    readonly divisor: Tensor | undefined;
    readonly perExample: Tensor;
    /** λ, or undefined for no penalty. */
    readonly l2Penalty: Tensor | undefined;
    /** `[classes, classes]`: the target probabilities of each class, if they are smoothed. */
    readonly targets: Tensor | undefined;
    readonly clip:
      | {
          readonly norm: Tensor;
          readonly epsilon: Tensor;
          readonly one: Tensor;
          readonly two: Tensor;
        }
      | undefined;
  };
  readonly #owned: Tensor[] = [];
  /** Made when it is first needed: most searches show the dataset as it is. */
  #shown: ShownBatch | undefined;
  #isPruned = false;
  #seed = 0;

  constructor(
    kernels: Kernels,
    network: NetworkSpec,
    optimizer: Optimizer,
    data: TrainingData,
    batchSize: number,
    options: LossOptions = {},
  ) {
    this.#kernels = kernels;
    this.layout = layoutOf(network);
    this.#network = buildNetwork(kernels, network, this.layout, batchSize);
    this.#variables = this.layout.parameters.map(({ shape, trainable }) => ({
      variable: kernels.variable(shape),
      slots: trainable ? optimizer.slotNames.map(() => kernels.variable(shape)) : [],
    }));
    this.#optimizer = optimizer.onKernels(kernels);
    this.#learningRate = optimizer.learningRate;

    this.#masks = this.layout.parameters.map(({ prunable, shape }) =>
      prunable ? gradientMask(kernels, shape) : undefined,
    );

    const { train, test, shape, classes } = data.dataset;
    this.#shape = shape;
    this.#hasBytes = train.features instanceof Uint8Array;
    this.#normalization = data.normalization ?? plainNormalization(train.features);
    const trainSet = this.#shareSet(train);
    const testSet = this.#shareSet(test);
    this.#batchIndices = alignedIntegers(batchSize);
    this.#batch = {
      set: trainSet,
      indices: this.#share(this.#batchIndices, [batchSize]),
      count: batchSize,
    };
    const chunk = Math.min(
      EVALUATION_BATCH,
      Math.max(1, Math.floor(EVALUATION_ACTIVATIONS / activationCount(network))),
    );
    this.#validation = this.#selections(trainSet, data.validationIndices, chunk);
    this.#test = this.#selections(testSet, testIndicesOf(data), chunk);

    this.#selectTraining = (indices) => this.#selections(trainSet, indices, chunk);
    this.#momenta = statisticMomenta(network, this.layout);

    const scalar = (value: number) => this.#share(Float32Array.of(value), []);
    const { labelSmoothing = 0, clipNorm } = options;
    this.#constants = {
      axisZero: this.#share(Int32Array.of(0), []),
      axisOne: this.#share(Int32Array.of(1), []),
      ...this.#sharedNormalization(),
      perExample: scalar(1 / batchSize),
      l2Penalty: optimizer.l2Penalty === 0 ? undefined : scalar(optimizer.l2Penalty),
      targets:
        labelSmoothing === 0
          ? undefined
          : this.#share(smoothedTargets(classes, labelSmoothing), [classes, classes]),
      clip:
        clipNorm === undefined
          ? undefined
          : {
              norm: scalar(clipNorm),
              epsilon: scalar(CLIP_EPSILON),
              one: scalar(1),
              two: scalar(2),
            },
    };
  }

  start(parameters: Float32Array, mask: Mask, seed = 0): void {
    for (const [index, { offset, size, shape }] of this.layout.parameters.entries()) {
      const target = this.#variables[index]!;
      this.#kernels.scope(() => {
        this.#kernels.assign(target.variable, parameters.subarray(offset, offset + size), shape);
        for (const slot of target.slots) {
          this.#kernels.assign(slot, new Float32Array(size), shape);
        }
      });
    }
    for (const [index, { maskOffset, size }] of this.layout.parameters.entries()) {
      this.#masks[index]?.set(mask.subarray(maskOffset, maskOffset + size));
    }
    this.#isPruned = mask.includes(0);
    this.#seed = seed;
  }

  step(batch: Int32Array, step: number, rateFactor = 1, changed?: AugmentedExamples): void {
    const kernels = this.#kernels;
    this.#batchIndices.set(batch);
    const examples = changed ? this.#show(changed) : this.#batch;
    this.#optimizer.beginStep(step, this.#learningRate * rateFactor);
    kernels.scope(() => {
      const values = this.#variables.map(({ variable }) => kernels.readVariable(variable));
      const update = (parameter: ParameterIndex, gradient: Tensor): void => {
        this.#update(this.#variables[parameter]!, gradient, values[parameter]!);
      };
      const setStatistic = (parameter: ParameterIndex, value: Tensor): void => {
        kernels.assignResult(this.#variables[parameter]!.variable, value);
      };
      if (this.#constants.clip === undefined) {
        // As soon as it is there, so that one gradient is held at a time.
        this.#differentiate(values, step, examples, { setGradient: update, setStatistic });
        return;
      }
      const gradients: (Tensor | undefined)[] = this.#variables.map(() => undefined);
      this.#differentiate(values, step, examples, {
        setGradient: (parameter, gradient) => {
          gradients[parameter] = gradient;
        },
        setStatistic,
      });
      this.#clip(gradients, update);
    });
  }

  /**
   * The gradient of the mean loss of these training examples, `[batchSize]`, by every parameter at
   * the current weights, masked, in the layout's order; nothing is changed by it.
   */
  gradients(batch: Int32Array): Float32Array {
    const kernels = this.#kernels;
    this.#batchIndices.set(batch);
    const flat = new Float32Array(this.layout.parameterCount);
    kernels.scope(() => {
      const values = this.#variables.map(({ variable }) => kernels.readVariable(variable));
      this.#differentiate(values, 0, this.#batch, {
        setGradient: (parameter, gradient) => {
          flat.set(kernels.read(gradient), this.layout.parameters[parameter]!.offset);
          kernels.deleteTemporaries([gradient]);
        },
        setStatistic: () => undefined,
      });
    });
    return flat;
  }

  scoreValidation(): Score {
    return this.#score(this.#validation);
  }

  scoreTest(): Score {
    return this.#score(this.#test);
  }

  /** On these training examples; the same array is made ready once. */
  scoreTraining(indices: Int32Array): Score {
    if (this.#training?.indices !== indices) {
      this.#training = { indices, selections: this.#selectTraining(indices) };
    }
    return this.#score(this.#training.selections);
  }

  /**
   * Running statistics of batch normalisations, taken anew at the current weights: the mean of the
   * batches' statistics over these training examples (Izmailov et al. 2018, algorithm 1), whole
   * batches of the size that is trained on.
   */
  retakeStatistics(indices: Int32Array): void {
    if (this.#momenta.size === 0) return;
    const kernels = this.#kernels;
    const sums = new Map<ParameterIndex, Float64Array>();
    for (const index of this.#momenta.keys()) {
      const { size } = this.layout.parameters[index]!;
      sums.set(index, new Float64Array(size));
      // A step makes (1 − momentum) · 0 + momentum · batch's of it.
      this.#assign(index, new Float32Array(size));
    }
    const { length } = this.#batchIndices;
    const batches = Math.max(1, Math.floor(indices.length / length));
    for (let batch = 0; batch < batches; batch += 1) {
      for (let place = 0; place < length; place += 1) {
        this.#batchIndices[place] = indices[(batch * length + place) % indices.length]!;
      }
      kernels.scope(() => {
        const values = this.#variables.map(({ variable }) => kernels.readVariable(variable));
        this.#network.forward(this.#gather(this.#batch).features, {
          isTraining: true,
          seed: this.#seed,
          step: batch + 1,
          value: (parameter) => values[parameter]!,
          setGradient: () => undefined,
          setStatistic: (parameter, value) => {
            const sum = sums.get(parameter)!;
            for (const [place, share] of kernels.read(value).entries()) sum[place]! += share;
          },
        });
      });
    }
    for (const [index, momentum] of this.#momenta) {
      const mean = sums.get(index)!.map((sum) => sum / (batches * momentum));
      this.#assign(index, Float32Array.from(mean));
    }
  }

  #assign(index: ParameterIndex, values: Float32Array): void {
    this.#kernels.scope(() => {
      const { shape } = this.layout.parameters[index]!;
      this.#kernels.assign(this.#variables[index]!.variable, values, shape);
    });
  }

  state(): TrainerState {
    const read = (pick: (target: OptimizedVariable) => Tensor | undefined): Float32Array => {
      const values = new Float32Array(this.layout.parameterCount);
      this.#kernels.scope(() => {
        for (const [index, { offset }] of this.layout.parameters.entries()) {
          const variable = pick(this.#variables[index]!);
          if (variable === undefined) continue;
          values.set(this.#kernels.read(this.#kernels.readVariable(variable)), offset);
        }
      });
      return values;
    };
    const slotCount = this.#variables[0]?.slots.length ?? 0;
    return {
      parameters: read(({ variable }) => variable),
      slots: Array.from({ length: slotCount }, (_, slot) => read(({ slots }) => slots[slot])),
    };
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#network.dispose();
    for (const mask of this.#masks) mask?.dispose();
    for (const { variable, slots } of this.#variables) {
      for (const each of [variable, ...slots]) this.#kernels.deleteVariable(each);
    }
    for (const tensor of this.#owned) this.#kernels.delete(tensor);
  }

  /** Makes examples that are not the dataset's own the batch, with the labels of the indices. */
  #show({ features, moments }: AugmentedExamples): ShownBatch {
    this.#shown ??= this.#shareBatch(features);
    this.#shown.memory.features.set(features);
    if (moments) {
      this.#shown.memory.moments.centers.set(moments.centers);
      this.#shown.memory.moments.divisors.set(moments.divisors);
    }
    return this.#shown;
  }

  #shareBatch({ length, BYTES_PER_ELEMENT }: Features): ShownBatch {
    const count = this.#batchIndices.length;
    const memory = {
      features: BYTES_PER_ELEMENT === 1 ? alignedBytes(length) : alignedFloats(length),
      moments: { centers: alignedFloats(count), divisors: alignedFloats(count).fill(1) },
    };
    const set = this.#shareFeatures(memory.features, count, memory.moments);
    return { memory, set: { ...this.#batch.set, ...set }, indices: this.#batch.indices };
  }

  /** Normalised features, `[batch, ...shape]`, and labels, `[batch]`. */
  #gather(examples: Selection | ShownBatch): { features: Tensor; labels: Tensor } {
    const kernels = this.#kernels;
    const { axisZero, center, divisor } = this.#constants;
    const { set, indices } = examples;
    const rows = (all: Tensor): Tensor => kernels.gatherRows(all, indices, axisZero);
    // A batch that is shown lies in the order of its indices already.
    const own = 'memory' in examples ? (all: Tensor): Tensor => all : rows;
    const centers = set.centers ? own(set.centers) : center;
    const divisors = set.divisors ? own(set.divisors) : divisor;
    let features = own(set.features);
    if (this.#hasBytes) features = kernels.bytesToFloat(features);
    if (centers) features = kernels.subtract(features, centers);
    if (divisors) features = kernels.divide(features, divisors);
    return { features, labels: rows(set.labels) };
  }

  /**
   * One pass forward and back over the batch: hands on the gradient by every parameter, zero where
   * the mask is, and the new running statistics.
   */
  #differentiate(
    values: readonly Tensor[],
    step: number,
    examples: Selection | ShownBatch,
    { setGradient, setStatistic }: Pick<Pass, 'setGradient' | 'setStatistic'>,
  ): void {
    const kernels = this.#kernels;
    const { perExample } = this.#constants;
    const { features, labels } = this.#gather(examples);
    const forward = this.#network.forward(features, {
      isTraining: true,
      seed: this.#seed,
      step,
      value: (parameter) => values[parameter]!,
      setGradient: (parameter, gradient) => {
        setGradient(parameter, this.#masked(parameter, gradient));
      },
      setStatistic,
    });
    const gradient = kernels.multiply(this.#lossGradient(forward.output, labels), perExample);
    forward.backward(gradient, features, forward.output);
  }

  #masked(parameter: ParameterIndex, gradient: Tensor): Tensor {
    const mask = this.#isPruned ? this.#masks[parameter] : undefined;
    return mask === undefined ? gradient : mask.applyTo(gradient);
  }

  /** The gradient of each example's loss by its logits, `[batch, classes]`, not averaged. */
  #lossGradient(logits: Tensor, labels: Tensor): Tensor {
    const kernels = this.#kernels;
    const { targets, axisZero } = this.#constants;
    if (targets === undefined) return kernels.softmaxCrossEntropy(logits, labels).gradient;
    const smoothed = kernels.gatherRows(targets, labels, axisZero);
    return kernels.softmaxCrossEntropyWithTargets(logits, smoothed).gradient;
  }

  /** Pascanu et al. 2013, algorithm 1, over the gradients of all parameters together. */
  #clip(
    gradients: readonly (Tensor | undefined)[],
    update: (parameter: ParameterIndex, gradient: Tensor) => void,
  ): void {
    const { clip } = this.#constants;
    if (clip === undefined) return;
    const kernels = this.#kernels;
    const halves = gradients.flatMap((gradient) =>
      gradient === undefined ? [] : [kernels.halfSquaredNorm(gradient)],
    );
    const sum = halves.reduce((total, half) => kernels.add(total, half));
    const norm = kernels.squareRoot(kernels.multiply(sum, clip.two));
    const ratio = kernels.divide(clip.norm, kernels.add(norm, clip.epsilon));
    const factor = kernels.minimum(ratio, clip.one);
    for (const [parameter, gradient] of gradients.entries()) {
      if (gradient === undefined) continue;
      const clipped = kernels.multiply(gradient, factor);
      kernels.deleteTemporaries([gradient]);
      update(parameter, clipped);
    }
  }

  /** Lets the optimizer change a variable that had this value, and frees both. */
  #update(target: OptimizedVariable, gradient: Tensor, value: Tensor): void {
    const kernels = this.#kernels;
    const penalized = this.#penalized(gradient, value);
    // A variable whose value is still held would be copied by its update instead of changed.
    kernels.deleteTemporaries([value]);
    kernels.scope(() => {
      this.#optimizer.apply(target, penalized);
    });
    kernels.deleteTemporaries([gradient, penalized]);
  }

  /** With the gradient of λ/2 ‖w‖², which is zero for pruned weights, as they are. */
  #penalized(gradient: Tensor, value: Tensor): Tensor {
    const { l2Penalty } = this.#constants;
    if (l2Penalty === undefined) return gradient;
    const pull = this.#kernels.multiply(value, l2Penalty);
    const penalized = this.#kernels.add(gradient, pull);
    this.#kernels.deleteTemporaries([pull]);
    return penalized;
  }

  #score(selections: readonly Selection[]): Score {
    const kernels = this.#kernels;
    let loss = 0;
    let correct = 0;
    let count = 0;
    for (const selection of selections) {
      kernels.scope(() => {
        const values = this.#variables.map(({ variable }) => kernels.readVariable(variable));
        const { features, labels } = this.#gather(selection);
        const logits = this.#network.forward(features, {
          isTraining: false,
          seed: this.#seed,
          step: 0,
          value: (parameter) => values[parameter]!,
          setGradient: () => undefined,
          setStatistic: () => undefined,
        }).output;
        const losses = kernels.read(kernels.softmaxCrossEntropy(logits, labels).loss);
        const hits = kernels.readBooleans(
          kernels.isCorrect(logits, labels, this.#constants.axisOne),
        );
        for (let index = 0; index < losses.length; index += 1) {
          loss += losses[index]!;
          correct += hits[index]!;
        }
      });
      count += selection.count;
    }
    return { loss: loss / count, accuracy: correct / count };
  }

  #shareSet(set: ExampleSet): SharedSet {
    const { features, labels, count } = set;
    const moments = this.#normalization.kind === 'examples' ? momentsOfSet(set) : undefined;
    return {
      ...this.#shareFeatures(features, count, moments),
      labels: this.#share(labels, [count]),
    };
  }

  #shareFeatures(
    features: Features,
    count: number,
    moments: Moments | undefined,
  ): Omit<SharedSet, 'labels'> {
    const isByExample = moments !== undefined && this.#normalization.kind === 'examples';
    // They meet a batch of examples with an axis for each of theirs.
    const perExample = [count, ...this.#shape.map(() => 1)];
    return {
      features: this.#share(features, [count, ...this.#shape]),
      centers: isByExample ? this.#share(moments.centers, perExample) : undefined,
      divisors: isByExample ? this.#share(moments.divisors, perExample) : undefined,
    };
  }

  #sharedNormalization(): { center: Tensor | undefined; divisor: Tensor | undefined } {
    const normalization = this.#normalization;
    switch (normalization.kind) {
      case 'examples':
        return { center: undefined, divisor: undefined };
      case 'uniform': {
        const { divisor } = normalization;
        return {
          center: undefined,
          divisor: divisor === 1 ? undefined : this.#share(Float32Array.of(divisor), []),
        };
      }
      case 'channels': {
        const { centers, divisors } = normalization;
        return {
          center: this.#share(centers, [centers.length]),
          divisor: this.#share(divisors, [divisors.length]),
        };
      }
    }
  }

  #selections(set: SharedSet, indices: Int32Array, size: number): Selection[] {
    const selections: Selection[] = [];
    for (let from = 0; from < indices.length; from += size) {
      const chunk = indices.slice(from, from + size);
      selections.push({
        set,
        indices: this.#share(chunk, [chunk.length]),
        count: chunk.length,
      });
    }
    return selections;
  }

  #share(values: Float32Array | Int32Array | Uint8Array, shape: readonly number[]): Tensor {
    const tensor = this.#kernels.shareMemory(values, shape);
    this.#owned.push(tensor);
    return tensor;
  }
}

/** The momentum of every running statistic. */
function statisticMomenta(
  network: NetworkSpec,
  layout: ParameterLayout,
): ReadonlyMap<ParameterIndex, number> {
  const momenta = new Map<string, number>();
  for (const layer of flatLayers(network.layers)) {
    const statistics = definitionOf(layer).batchStatistics(layer);
    if (statistics) momenta.set(layer.name, statistics.momentum);
  }
  return new Map(
    layout.parameters.flatMap(({ trainable, layer }, index) => {
      const momentum = trainable ? undefined : momenta.get(layer);
      return momentum === undefined ? [] : [[index, momentum] as const];
    }),
  );
}

/** Szegedy et al. 2016, section 7: row c is (1 − ε) · onehot(c) + ε / classes. */
function smoothedTargets(classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(classes * classes).fill(smoothing / classes);
  for (let label = 0; label < classes; label += 1) {
    targets[label * classes + label] = 1 - smoothing + smoothing / classes;
  }
  return targets;
}
