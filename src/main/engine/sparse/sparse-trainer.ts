import type { ExampleSet } from '../datasets/dataset.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { layoutOf, usesBatchStatistics } from '../network.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import { everyIndex } from '../../../shared/indices.ts';
import { type Optimizer, sparseUpdateOf } from '../training/optimizers/optimizer.ts';
import {
  type AugmentedExamples,
  type LossOptions,
  type Score,
  testIndicesOf,
  validationSetOf,
  type StateVisitor,
  type Trainer,
  type TrainerState,
  type TrainingData,
} from '../training/trainer.ts';
import type { Activation } from './activation.ts';
import { Arena } from './arena.ts';
import { ExampleLoader } from './examples.ts';
import { LaidOutExamples, type LaidOutMemory } from './laid-out-examples.ts';
import type { Pointer, SparseKernels, SparseModule, SparseUpdate } from './kernels.ts';
import { TILE, vectorsOf } from './layout.ts';
import { buildSparseLayers } from './layers/index.ts';
import type { SparseLayer, SparsePass } from './layers/layer.ts';
import { PackedParameters } from './packed-parameters.ts';

/**
 * The most examples of a pass: a tile. Gradients add up over the passes of a batch, so memory does not
 * depend on the batch's size, and the activations of a pass are still in the cache when its backward
 * pass reads them. Only batch normalisation needs the whole batch in one pass.
 */
const PASS_SIZE = TILE;

/** PyTorch's guard against a division by a norm of zero; the dense engine has it, too. */
const CLIP_EPSILON = 1e-6;

/** Examples to measure on. */
interface ScoredExamples {
  readonly set: ExampleSet;
  readonly indices: Int32Array;
  /** Places in `indices`, in the order of evaluation. */
  readonly order: Int32Array;
  /** The `indices` in this order. */
  readonly ordered: Int32Array;
  /** Their bytes as they lie in activations, if there is memory for them. */
  readonly laidOut: LaidOutExamples | undefined;
  /** In nats, in the order of `indices`. */
  readonly losses: Float64Array;
}

/**
 * Trains with WebAssembly kernels that store and update only surviving weights: a step costs what the
 * survivors cost. The mathematics is the dense engine's, but sums are taken in another order, so the
 * two differ in rounding. Each gives the same bits on every run and thread; with strict SIMD also on
 * every machine.
 *
 * A trainer has one WebAssembly memory. `start` lays it out for a mask, and it grows only if a mask
 * keeps more weights than all before it.
 */
export class SparseTrainer implements Trainer {
  readonly layout: ParameterLayout;
  readonly #kernels: SparseKernels;
  readonly #arena: Arena;
  readonly #layers: readonly SparseLayer[];
  /** The layer that reads the examples. */
  readonly #reader: SparseLayer | undefined;
  /** The layers behind it. */
  readonly #behindReader: readonly SparseLayer[];
  readonly #logits: Activation;
  readonly #examples: ExampleLoader;
  readonly #parameters: PackedParameters;
  readonly #optimizer: Optimizer;
  readonly #update: SparseUpdate;
  readonly #data: TrainingData;
  readonly #batchSize: number;
  /** The most examples of a pass in training. */
  readonly #passSize: number;
  readonly #options: LossOptions;
  /** f64 `[32]`: the losses of a tile. */
  readonly #losses: Pointer;
  /** Memory from here on depends on the mask. */
  readonly #maskMark: Pointer;
  readonly #validation: ScoredExamples;
  readonly #test: ScoredExamples;
  #seed = 0;

  constructor(
    module: SparseModule,
    network: NetworkSpec,
    optimizer: Optimizer,
    data: TrainingData,
    batchSize: number,
    options: LossOptions = {},
  ) {
    this.#update = sparseUpdateOf(optimizer);
    const { kernels, memory, gatherRows } = module.instantiate();
    this.layout = layoutOf(network);
    this.#kernels = kernels;
    this.#optimizer = optimizer;
    this.#data = data;
    this.#batchSize = batchSize;
    this.#options = options;

    const isWholeBatch = usesBatchStatistics(network);
    this.#passSize = isWholeBatch ? batchSize : PASS_SIZE;
    const maximumVectors = vectorsOf(Math.max(PASS_SIZE, this.#passSize));
    this.#arena = new Arena(memory, kernels.firstFreeByte());
    this.#losses = this.#arena.reserve(8 * TILE);
    this.#parameters = new PackedParameters(this.#arena, this.layout, optimizer.slotNames.length);
    this.#examples = new ExampleLoader(
      kernels,
      this.#arena,
      network,
      maximumVectors,
      isWholeBatch,
      data.dataset.train.features,
      data.normalization,
      gatherRows,
    );
    const { dataset, validationIndices, laidOut } = data;
    const evaluated = (set: ExampleSet, indices: Int32Array, memory?: LaidOutMemory) => {
      const laidOut = LaidOutExamples.in(memory, set, indices, this.#examples.activation);
      const order = laidOut?.order ?? everyIndex(indices.length);
      const ordered = order.map((place) => indices[place]!);
      return { set, indices, order, ordered, laidOut, losses: new Float64Array(indices.length) };
    };
    this.#validation = evaluated(validationSetOf(data), validationIndices, laidOut?.validation);
    this.#test = evaluated(dataset.test, testIndicesOf(data), laidOut?.test);

    const arena = this.#arena;
    const parameters = this.#parameters;
    const engine = { kernels, arena, parameters, maximumVectors, isWholeBatch };
    const build = () => buildSparseLayers(network, this.#examples.activation, engine);
    // Activations of a tile have margins that must stay zero, so they cannot share memory; and they
    // are small. Those of a whole batch have none.
    const { layers, output } = isWholeBatch ? arena.planned(build) : build();
    this.#layers = layers;
    // Where examples are flat, there is nothing to flatten.
    const reader = network.layers.findIndex(({ kind }) => kind !== 'flatten');
    this.#reader = layers[reader];
    this.#behindReader = layers.slice(reader + 1);
    this.#logits = output;
    this.#maskMark = this.#arena.mark();
  }

  start(parameters: Float32Array, mask: Mask, seed = 0): void {
    this.#seed = seed;
    this.#arena.release(this.#maskMark);
    this.#parameters.reserve(mask);
    for (const layer of this.#layers) layer.reserve?.();
    this.#arena.commit();
    this.#examples.takeViews();
    this.#parameters.load(parameters);
    for (const layer of this.#layers) layer.index?.();
  }

  step(batch: Int32Array, step: number, rateFactor = 1, augmented?: AugmentedExamples): void {
    this.#differentiate(batch, step, augmented);
    this.#clip();
    this.#penalize();
    const learningRate = this.#optimizer.learningRate * rateFactor;
    this.#update(this.#kernels, this.#parameters, step, learningRate);
    for (const layer of this.#layers) layer.track?.();
  }

  /**
   * The gradient of the mean loss of these training examples, `[batchSize]`, by every parameter, with
   * zeros for pruned weights, in the layout's order. The state stays as it is.
   */
  gradients(batch: Int32Array): Float32Array {
    this.#differentiate(batch, 0);
    return this.#parameters.unpack(this.#parameters.gradients);
  }

  scoreValidation(): Score {
    return this.#scoreExamples(this.#validation);
  }

  scoreTest(correct?: Uint8Array): Score {
    return this.#scoreExamples(this.#test, correct);
  }

  /** The logits of the test examples, `[test examples, classes]`, in the order of `testIndicesOf`. */
  testLogits(): Float32Array {
    const { classes } = this.#data.dataset;
    const scored = this.#inOrder(this.#test);
    const { indices, order } = scored;
    const logits = new Float32Array(indices.length * classes);
    for (let start = 0; start < indices.length; start += TILE) {
      this.#evaluate(scored, start);
      // `[classes][32 examples]`: one tile of a flat activation.
      const tile = this.#arena.floats(this.#logits.values, classes * TILE);
      for (const [example, place] of order.subarray(start, start + TILE).entries()) {
        for (let output = 0; output < classes; output += 1) {
          logits[place * classes + output] = tile[output * TILE + example]!;
        }
      }
    }
    return logits;
  }

  weights(): Float32Array {
    return this.#parameters.unpack(this.#parameters.weights);
  }

  visitState(visit: StateVisitor): void {
    this.#parameters.visit(visit);
  }

  save(): TrainerState {
    const { weights, slots } = this.#parameters;
    return {
      parameters: this.#parameters.unpack(weights),
      slots: slots.map((slot) => this.#parameters.unpack(slot)),
    };
  }

  restore({ parameters, slots }: TrainerState): void {
    this.#parameters.load(parameters, slots);
  }

  /** Does nothing: the memory is freed with the trainer. */
  dispose(): void {
    return;
  }

  /** Forward and backward over a batch, to the gradient of every parameter. */
  #differentiate(batch: Int32Array, step: number, augmented?: AugmentedExamples): void {
    const { trainableBytes, gradients } = this.#parameters;
    this.#kernels.clearGradient(trainableBytes, gradients);
    const { train } = this.#data.dataset;
    for (let start = 0; start < batch.length; start += this.#passSize) {
      const examples = batch.subarray(start, start + this.#passSize);
      const about = { isTraining: true, firstExample: start, step };
      const pass = this.#load(train, examples, about, augmented);
      this.#addGradients(pass);
    }
  }

  /** Adds the gradients of one pass to those of the batch. */
  #addGradients(pass: SparsePass): void {
    this.#forward(pass);
    const { classes } = this.#data.dataset;
    const smoothing = this.#options.labelSmoothing ?? 0;
    this.#kernels.lossGradient(
      pass.vectors,
      classes,
      1 / this.#batchSize,
      1 - smoothing + smoothing / classes,
      smoothing / classes,
      this.#examples.labels,
      this.#logits.values,
      this.#logits.gradients,
    );
    for (const layer of this.#layers.toReversed()) layer.backward(pass);
  }

  #load(
    set: ExampleSet,
    indices: Int32Array,
    about: Pick<SparsePass, 'isTraining' | 'firstExample' | 'step'>,
    augmented?: AugmentedExamples,
  ): SparsePass {
    const vectors = this.#examples.load(set, indices, augmented, about.firstExample);
    return { vectors, examples: indices.length, seed: this.#seed, ...about };
  }

  #forward(pass: SparsePass): void {
    for (const layer of this.#layers) layer.forward(pass);
  }

  /** Pascanu et al. 2013, algorithm 1, over the gradients of all parameters together. */
  #clip(): void {
    const { clipNorm } = this.#options;
    if (clipNorm === undefined) return;
    const { trainableBytes, gradients } = this.#parameters;
    const norm = Math.sqrt(this.#kernels.squaredNorm(trainableBytes, gradients));
    const factor = clipNorm / (norm + CLIP_EPSILON);
    if (factor < 1) this.#kernels.scaleGradient(trainableBytes, gradients, factor);
  }

  /** Adds the gradient of λ/2 ‖w‖². */
  #penalize(): void {
    const { l2Penalty } = this.#optimizer;
    if (l2Penalty === 0) return;
    const { trainableBytes, gradients, weights } = this.#parameters;
    this.#kernels.addPenalty(trainableBytes, gradients, weights, l2Penalty);
  }

  /**
   * The examples in the order in which they are evaluated now. A feature that is zero in a whole tile is left
   * out; zero times an infinite weight would be NaN. So what an example gives depends on its neighbours as soon
   * as a weight is not finite: then they are those of the indices, whatever is the fastest order.
   */
  #inOrder(scored: ScoredExamples): ScoredExamples {
    if (this.#parameters.areFinite()) return scored;
    const { indices } = scored;
    const order = everyIndex(indices.length);
    return { ...scored, order, ordered: indices, laidOut: undefined };
  }

  /** Computes the logits of a tile of examples, from this one of the order on. */
  #evaluate({ set, ordered, laidOut }: ScoredExamples, start: number): void {
    const examples = ordered.subarray(start, start + TILE);
    const pass = {
      vectors: vectorsOf(examples.length),
      examples: examples.length,
      isTraining: false,
      firstExample: start,
      seed: this.#seed,
      step: 0,
    };
    const tile = laidOut?.tile(start);
    const reader = this.#reader;
    if (tile?.kind === 'flat' && reader?.forwardBytes && this.#examples.areBytesReady) {
      reader.forwardBytes(this.#examples.loadRows(set, examples, tile));
      for (const layer of this.#behindReader) layer.forward(pass);
      return;
    }
    this.#examples.loadForEvaluation(set, examples, tile);
    this.#forward(pass);
  }

  /** @param correct see `scoreTest`. */
  #scoreExamples(measured: ScoredExamples, correct?: Uint8Array): Score {
    const { classes } = this.#data.dataset;
    const scored = this.#inOrder(measured);
    const { order, losses } = scored;
    const { length } = order;
    const tileLosses = this.#arena.doubles(this.#losses, TILE);
    let correctExamples = 0;
    for (let start = 0; start < length; start += TILE) {
      this.#evaluate(scored, start);
      const examples = Math.min(TILE, length - start);
      const bits = this.#kernels.scoreExamples(
        examples,
        classes,
        this.#examples.labels,
        this.#logits.values,
        this.#losses,
      );
      for (let example = 0; example < examples; example += 1) {
        const place = order[start + example]!;
        const isCorrect = (bits >>> example) & 1;
        losses[place] = tileLosses[example]!;
        correctExamples += isCorrect;
        if (correct) correct[place] = isCorrect;
      }
    }
    // The order of the sum decides its last bits, so it is that of the indices, whatever the tiles.
    const loss = losses.reduce((sum, each) => sum + each, 0);
    return { loss: loss / length, accuracy: correctExamples / length };
  }
}
