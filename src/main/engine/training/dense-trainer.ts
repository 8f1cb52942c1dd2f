import type { Tensor } from '../kernels/binding.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { OwnedTensors } from '../kernels/owned-tensors.ts';
import { buildNetwork } from '../layers/index.ts';
import type { ParameterIndex, Pass } from '../layers/layer.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { layoutOf } from '../network.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import { Backpropagation } from './dense/backpropagation.ts';
import { BatchNormRecalibration } from './dense/batch-norm-recalibration.ts';
import type { DenseModel } from './dense/dense-model.ts';
import { DenseParameters } from './dense/dense-parameters.ts';
import { evaluationBatchOf, Evaluator } from './dense/evaluator.ts';
import { type Examples, ExampleSource } from './dense/example-source.ts';
import { GradientClipping } from './dense/gradient-clipping.ts';
import { GradientMasks } from './dense/gradient-masks.ts';
import type { DenseOptimizer, Optimizer } from './optimizers/optimizer.ts';
import type {
  AugmentedExamples,
  LossOptions,
  Score,
  StateVisitor,
  Trainer,
  TrainerState,
  TrainingData,
} from './trainer.ts';

/** Receives the results of a pass: gradients, already masked, and new running statistics. */
type PassResults = Pick<Pass, 'setGradient' | 'setStatistic'>;

/**
 * Trains on TensorFlow's kernels. Networks stay dense: `GradientMasks` keeps pruned weights at zero.
 *
 * All that outlives a step is made in the constructor, or when it is first needed, and is freed by
 * `dispose`.
 */
export class DenseTrainer implements Trainer {
  readonly layout: ParameterLayout;
  readonly #kernels: Kernels;
  readonly #model: DenseModel;
  readonly #masks: GradientMasks;
  readonly #backpropagation: Backpropagation;
  readonly #clipping: GradientClipping | undefined;
  readonly #optimizer: DenseOptimizer;
  readonly #learningRate: number;
  readonly #evaluator: Evaluator;
  readonly #recalibration: BatchNormRecalibration;
  readonly #owned: OwnedTensors;
  /** λ. Undefined without a penalty. */
  readonly #l2Penalty: Tensor | undefined;
  #seed = 0;

  constructor(
    kernels: Kernels,
    network: NetworkSpec,
    optimizer: Optimizer,
    data: TrainingData,
    batchSize: number,
    { labelSmoothing = 0, clipNorm }: LossOptions = {},
  ) {
    this.#kernels = kernels;
    this.layout = layoutOf(network);
    const built = buildNetwork(kernels, network, this.layout, batchSize);
    this.#model = {
      kernels,
      network: built,
      parameters: new DenseParameters(kernels, this.layout, optimizer.slotNames.length),
      source: new ExampleSource(kernels, data, batchSize, evaluationBatchOf(network)),
    };
    this.#masks = new GradientMasks(kernels, this.layout);
    const { classes } = data.dataset;
    this.#backpropagation = new Backpropagation(kernels, built, classes, batchSize, labelSmoothing);
    this.#clipping = clipNorm === undefined ? undefined : new GradientClipping(kernels, clipNorm);
    this.#optimizer = optimizer.onKernels(kernels);
    this.#learningRate = optimizer.learningRate;
    this.#evaluator = new Evaluator(this.#model);
    this.#recalibration = new BatchNormRecalibration(this.#model, network, this.layout, batchSize);
    this.#owned = new OwnedTensors(kernels);
    const { l2Penalty } = optimizer;
    this.#l2Penalty = l2Penalty === 0 ? undefined : this.#owned.scalar(l2Penalty);
  }

  start(parameters: Float32Array, mask: Mask, seed = 0): void {
    this.#model.parameters.load(parameters);
    this.#masks.set(mask);
    this.#seed = seed;
  }

  step(batch: Int32Array, step: number, rateFactor = 1, augmented?: AugmentedExamples): void {
    const { parameters, source } = this.#model;
    const examples = source.batch(batch, augmented);
    this.#optimizer.beginStep(step, this.#learningRate * rateFactor);
    this.#kernels.scope(() => {
      const valueOf = parameters.values();
      const update = (parameter: ParameterIndex, gradient: Tensor): void => {
        this.#update(parameter, gradient, valueOf(parameter));
      };
      const setStatistic = (parameter: ParameterIndex, value: Tensor): void => {
        parameters.assignResult(parameter, value);
      };
      if (this.#clipping === undefined) {
        // Updating each parameter when its gradient is ready keeps only one gradient in memory.
        this.#differentiate(valueOf, step, examples, { setGradient: update, setStatistic });
        return;
      }
      const gradients: (Tensor | undefined)[] = this.layout.parameters.map(() => undefined);
      this.#differentiate(valueOf, step, examples, {
        setGradient: (parameter, gradient) => {
          gradients[parameter] = gradient;
        },
        setStatistic,
      });
      this.#clipping.clip(gradients, update);
    });
  }

  /**
   * The gradient of the mean loss of these training examples, `[batchSize]`, with respect to every
   * parameter at the current weights. It is masked, and a flat vector in the layout's order.
   * Nothing is changed.
   */
  gradients(batch: Int32Array): Float32Array {
    const { parameters, source } = this.#model;
    const examples = source.batch(batch);
    const flat = new Float32Array(this.layout.parameterCount);
    this.#kernels.scope(() => {
      this.#differentiate(parameters.values(), 0, examples, {
        setGradient: (parameter, gradient) => {
          flat.set(this.#kernels.read(gradient), this.layout.parameters[parameter]!.offset);
          this.#kernels.deleteTemporaries([gradient]);
        },
        setStatistic: () => undefined,
      });
    });
    return flat;
  }

  scoreValidation(): Score {
    return this.#evaluator.score(this.#model.source.validation);
  }

  scoreTest(correct?: Uint8Array): Score {
    return this.#evaluator.score(this.#model.source.test, correct);
  }

  /**
   * On these training examples. Repeated calls should pass the same array, which is then reused.
   */
  scoreTraining(indices: Int32Array): Score {
    return this.#evaluator.score(this.#model.source.training(indices));
  }

  /** Recomputes the running statistics of batch normalisations over these training examples. */
  recalibrateBatchNorm(indices: Int32Array): void {
    this.#recalibration.run(indices, this.#seed);
  }

  weights(): Float32Array {
    return this.#model.parameters.vector();
  }

  visitState(visit: StateVisitor): void {
    this.#model.parameters.visit(visit);
  }

  save(): TrainerState {
    const { parameters } = this.#model;
    return { parameters: parameters.vector(), slots: parameters.slotVectors() };
  }

  restore({ parameters, slots }: TrainerState): void {
    this.#model.parameters.load(parameters, slots);
  }

  dispose(): void {
    const { network, parameters, source } = this.#model;
    this.#owned.dispose();
    this.#evaluator.dispose();
    this.#optimizer.dispose();
    this.#clipping?.dispose();
    this.#backpropagation.dispose();
    this.#masks.dispose();
    source.dispose();
    parameters.dispose();
    network.dispose();
  }

  /** One forward and one backward pass over the batch, in the current scope. */
  #differentiate(
    value: Pass['value'],
    step: number,
    examples: Examples,
    { setGradient, setStatistic }: PassResults,
  ): void {
    this.#backpropagation.run(this.#model.source.gather(examples), {
      isTraining: true,
      seed: this.#seed,
      step,
      value,
      setGradient: (parameter, gradient) => {
        setGradient(parameter, this.#masks.applyTo(parameter, gradient));
      },
      setStatistic,
    });
  }

  /**
   * Lets the optimizer update a parameter with this value, then frees the value and the gradient.
   */
  #update(parameter: ParameterIndex, gradient: Tensor, value: Tensor): void {
    const penalized = this.#penalized(gradient, value);
    // An update copies a variable while its value is still in use.
    this.#kernels.deleteTemporaries([value]);
    this.#kernels.scope(() => {
      this.#optimizer.apply(this.#model.parameters.variable(parameter), penalized);
    });
    this.#kernels.deleteTemporaries([gradient, penalized]);
  }

  /** Adds the gradient of λ/2 ‖w‖². For pruned weights it is zero, because they are zero. */
  #penalized(gradient: Tensor, value: Tensor): Tensor {
    if (this.#l2Penalty === undefined) return gradient;
    const decay = this.#kernels.multiply(value, this.#l2Penalty);
    const penalized = this.#kernels.add(gradient, decay);
    this.#kernels.deleteTemporaries([decay]);
    return penalized;
  }
}
