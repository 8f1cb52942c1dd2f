import { countKeptBySegment } from '../../../shared/domain/mask.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { type Evaluation, TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { rng, type RngKey } from '../../../shared/rng.ts';
import { architectures } from '../architectures/index.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { splitTraining } from '../datasets/split.ts';
import { initializers } from '../initializers/index.ts';
import { type FillKernel, initialize } from '../initializers/initializer.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { ParameterLayout } from '../network.ts';
import { strategies } from '../pruning/index.ts';
import { nextMask } from '../pruning/select.ts';
import type { Mask, PruningStrategy } from '../pruning/strategy.ts';
import { BatchOrder } from '../training/batches.ts';
import { DenseTrainer } from '../training/dense-trainer.ts';
import { runTraining } from '../training/loop.ts';
import { optimizers } from '../training/optimizers/index.ts';
import type { Trainer, TrainingData } from '../training/trainer.ts';
import type { Subnetwork } from './branches/branch.ts';
import { branches } from './branches/index.ts';
import { checkPrunedStayZero, checkPruning, checkReset } from './invariants.ts';
import type { TrainingResult, TrainingTask } from './training-task.ts';

export interface TrainingObserver {
  onEvaluation(evaluation: Evaluation): void;
  /** Called after every step; returning false stops the training. */
  onIteration(iteration: number): boolean;
}

/**
 * Runs the trainings of one search on one thread: reset, train, prune. What is random in a training
 * follows from the search's seed and the training's key alone, so the same task gives the same bits
 * on every worker, in any order.
 */
export class Laboratory {
  readonly #settings: Settings;
  readonly #trainer: Trainer;
  readonly #layout: ParameterLayout;
  readonly #fill: FillKernel;
  readonly #strategy: PruningStrategy;
  readonly #data: TrainingData;

  constructor(kernels: Kernels, settings: Settings, dataset: Dataset) {
    this.#settings = settings;
    const split = splitTraining(
      dataset.train.count,
      settings.dataset.validation,
      settings.replicates.seed,
    );
    this.#data = { dataset, ...split };
    const network = architectures
      .get(settings.architecture.id)
      .build(settings.architecture, dataset.shape, dataset.classes);
    const optimizer = optimizers
      .get(settings.training.optimizer.id)
      .create(settings.training.optimizer);
    this.#trainer = new DenseTrainer(
      kernels,
      network,
      optimizer,
      this.#data,
      settings.training.batchSize,
    );
    this.#layout = this.#trainer.layout;
    this.#fill = initializers.get(settings.initializer.id).create(settings.initializer);
    this.#strategy = strategies.get(settings.pruning.strategy.id).create(settings.pruning.strategy);
  }

  /**
   * Resets, trains and, where the task asks for it, prunes.
   *
   * @throws WorkbenchError `invariant-violated`, `training-diverged` or `interrupted`.
   */
  train(task: TrainingTask, observer: TrainingObserver): TrainingResult {
    const { key } = task;
    const { iterations, evaluateEvery, batchSize } = this.#settings.training;
    const rewindIteration = key.level === 0 ? 0 : this.#settings.rewind.iteration;
    const subnetwork = this.#prepare(task);
    const { mask } = subnetwork;
    const ticket = applyMask(this.#layout, subnetwork.weights, mask);
    checkReset(key, this.#layout, ticket, subnetwork.weights, mask);

    this.#trainer.start(ticket, mask);
    const evaluations: Evaluation[] = [];
    let rewindPoint: Float32Array | undefined;
    const times = runTraining({
      trainer: this.#trainer,
      order: new BatchOrder(this.#data.trainIndices, this.#replicateKey(key, 'batch-order')),
      batchSize,
      from: rewindIteration,
      iterations,
      evaluateEvery,
      onEvaluation: (evaluation) => {
        checkPrunedStayZero(key, this.#layout, this.#trainer.state(), mask);
        evaluations.push(evaluation);
        observer.onEvaluation(evaluation);
      },
      onIteration: (iteration) => {
        if (key.level === 0 && iteration === this.#settings.rewind.iteration) {
          rewindPoint = this.#trainer.state().parameters;
        }
        return observer.onIteration(iteration);
      },
    });

    const finalWeights = this.#trainer.state().parameters;
    const keptCounts = countKeptBySegment(mask, this.#layout.prunable);
    return {
      key,
      mask,
      keptCounts,
      density: keptCounts.reduce((sum, kept) => sum + kept, 0) / this.#layout.prunableCount,
      initialWeights: subnetwork.weights,
      finalWeights,
      evaluations,
      ...times,
      engine: 'dense',
      nextMask: this.#prune(task, finalWeights),
      rewindPoint,
    };
  }

  dispose(): void {
    this.#trainer.dispose();
  }

  #prepare(task: TrainingTask): Subnetwork {
    const { key, mask } = task;
    const rewindPoint = task.rewindPoint ?? this.#initialization(key);
    if (key.branch === TICKET_BRANCH) return { weights: rewindPoint, mask };
    return branches.get(key.branch).prepare({
      layout: this.#layout,
      mask,
      rewindPoint,
      initialize: (random) => initialize(this.#layout, this.#fill, random),
      random: rng(...this.#replicateKey(key, 'branch'), key.branch, key.level),
    });
  }

  #prune(task: TrainingTask, trained: Float32Array): Mask | undefined {
    const { key, nextTarget } = task;
    if (nextTarget === undefined) return undefined;
    const pruned = nextMask(
      {
        layout: this.#layout,
        mask: task.mask,
        trained,
        initial: this.#initialization(key),
        random: rng(...this.#replicateKey(key, 'pruning'), key.level),
      },
      this.#strategy,
      nextTarget,
    );
    checkPruning(key, this.#layout, task.mask, pruned, nextTarget);
    return pruned;
  }

  /** θ0 of a replicate. */
  #initialization(key: TrainingKey): Float32Array {
    return initialize(
      this.#layout,
      this.#fill,
      rng(...this.#replicateKey(key, 'initialization')),
    );
  }

  #replicateKey(key: TrainingKey, purpose: string): RngKey {
    return [this.#settings.replicates.seed, 'replicate', key.replicate, purpose];
  }
}

/** m ⊙ θ: pruned weights exactly zero, everything else as it was. */
function applyMask(layout: ParameterLayout, weights: Float32Array, mask: Mask): Float32Array {
  const masked = weights.slice();
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      if (mask[maskOffset + index] === 0) masked[offset + index] = 0;
    }
  }
  return masked;
}
