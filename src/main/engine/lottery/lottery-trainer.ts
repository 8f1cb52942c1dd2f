import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  type AnalysisResult,
  sameNeed,
  type StoredArray,
} from '../../../shared/domain/analysis.ts';
import type { EngineId, StepTimes } from '../../../shared/domain/engine.ts';
import { countKeptBySegment, unpackMask } from '../../../shared/domain/mask.ts';
import { spanOf } from '../../../shared/domain/plan.ts';
import { augmentationOf, type Settings } from '../../../shared/domain/settings.ts';
import {
  describeTraining,
  type Evaluation,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import { trainedWith, transferNamed } from '../../../shared/domain/transfer.ts';
import type { CapturedWeights } from '../../../shared/domain/training-record.ts';
import { rng, type RngKey } from '../../../shared/rng.ts';
import {
  type AnalysisContext,
  type AnalysisTask,
  MEASUREMENT_STEPS,
  type PrunedFrom,
  type Retraining,
} from '../analyses/analysis.ts';
import { analyses } from '../analyses/index.ts';
import { architectures } from '../architectures/index.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { initializers } from '../initializers/index.ts';
import { type FillKernel, initialize } from '../initializers/initializer.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { layoutOf, type ParameterLayout } from '../network.ts';
import { collapseWarnings } from '../pruning/collapse.ts';
import { strategies } from '../pruning/index.ts';
import { Movement } from '../pruning/movement.ts';
import { plannedTargets } from '../pruning/levels.ts';
import { nextMask } from '../pruning/select.ts';
import { Sensitivity } from '../pruning/sensitivity/sensitivity.ts';
import type { SparsityTarget, Mask, PruningStrategy } from '../pruning/strategy.ts';
import { Assembler } from '../training/augmentation/assembler.ts';
import type { BatchKeys } from '../training/augmentation/augment.ts';
import { BatchOrder } from '../training/batches.ts';
import { measureStepTimes } from '../training/calibration.ts';
import type { DenseTrainer } from '../training/dense-trainer.ts';
import { createDenseTrainer, createTrainer, type TrainerIngredients } from '../training/engines.ts';
import { runTraining } from '../training/loop.ts';
import { schedules } from '../training/schedules/index.ts';
import type { Schedule } from '../training/schedules/schedule.ts';
import type { Trainer, TrainingData } from '../training/trainer.ts';
import { trainingDataOf } from '../training/training-data.ts';
import type { BranchDefinition, Subnetwork } from './branches/branch.ts';
import { branchDefinition } from './branches/index.ts';
import { checkPrunedStayZero, checkPruning, checkReset } from './invariants.ts';
import { rewindOf } from './rewinds/index.ts';
import type { RewindDefinition } from './rewinds/rewind.ts';
import type { PruningTask, TrainingResult, TrainingTask } from './training-task.ts';

export interface TrainingObserver {
  onEvaluation(evaluation: Evaluation): void;
  /** Called after every step; returning false stops the training. */
  onIteration(iteration: number): boolean;
}

/** The datasets of transfers, by branch; those that stay on the search's own are left out. */
export type TargetDatasets = ReadonlyMap<string, Dataset>;

export interface AnalysisObserver {
  /** Told how far the unit is, 0..1; returning false stops it. */
  onAdvance(fraction: number): boolean;
}

/**
 * Runs the trainings of one search on one thread: reset, train, prune. What is random in a training
 * follows from the search's seed and the training's key alone, so the same task gives the same bits
 * on every worker, in any order.
 */
export class LotteryTrainer {
  readonly #settings: Settings;
  /** As it was decoded. */
  readonly #dataset: Dataset;
  readonly #trainers = new Map<EngineId, Trainer>();
  readonly #ingredients: TrainerIngredients;
  readonly #layout: ParameterLayout;
  readonly #fill: FillKernel;
  readonly #strategy: PruningStrategy;
  readonly #sensitivity: Sensitivity;
  readonly #data: TrainingData;
  readonly #schedule: Schedule;
  readonly #rewind: RewindDefinition;
  readonly #assembler: Assembler | undefined;
  #measuring: DenseTrainer | undefined;
  /** The draw takes as long as many steps; kept while memory is not needed for anything else. */
  #lastInitialization:
    { readonly replicate: number; readonly weights: WeakRef<Float32Array> } | undefined;
  /** Where transfers train, by branch; made when they are first needed. */
  readonly #targets = new Map<string, LotteryTrainer>();
  readonly #targetDatasets: TargetDatasets;

  constructor(
    kernels: Kernels,
    settings: Settings,
    dataset: Dataset,
    targetDatasets: TargetDatasets = new Map(),
  ) {
    this.#settings = settings;
    this.#dataset = dataset;
    this.#targetDatasets = targetDatasets;
    this.#data = trainingDataOf(settings, dataset);
    const { trainIndices, normalization } = this.#data;
    const network = architectures
      .get(settings.architecture.id)
      .build(settings.architecture, dataset.shape, dataset.classes);
    this.#ingredients = {
      kernels,
      network,
      optimizer: settings.training.optimizer,
      data: this.#data,
      batchSize: settings.training.batchSize,
      loss: {
        labelSmoothing: settings.training.labelSmoothing,
        clipNorm: settings.training.clipNorm,
      },
    };
    this.#layout = layoutOf(network);
    this.#sensitivity = new Sensitivity(
      kernels,
      network,
      this.#data.dataset,
      trainIndices,
      normalization,
    );
    this.#assembler = assemblerFor(settings, this.#data);
    this.#schedule = schedules
      .get(settings.training.schedule.id)
      .create(settings.training.schedule, settings.training.iterations);
    this.#rewind = rewindOf(settings);
    this.#fill = initializers.get(settings.initializer.id).create(settings.initializer);
    this.#strategy = strategies.get(settings.pruning.strategy.id).create(settings.pruning.strategy);
  }

  /**
   * Resets, trains and, where the task asks for it, prunes.
   *
   * @throws WorkbenchError `invariant-violated`, `training-diverged` or `interrupted`.
   */
  train(task: TrainingTask, observer: TrainingObserver): TrainingResult {
    const target = this.#targetOf(task.key.branch);
    return (target ?? this).#train(task, this.#prepare(task, target), observer);
  }

  #train(task: TrainingTask, subnetwork: Subnetwork, observer: TrainingObserver): TrainingResult {
    const { key } = task;
    const trainer = this.#trainer(task.engine);
    const { evaluateEvery, batchSize } = this.#settings.training;
    const { from, to } = spanOf(this.#settings, key);
    const branch = branchDefinition(this.#settings, key.branch);
    const { mask } = subnetwork;
    const ticket = applyMask(this.#layout, subnetwork.weights, mask);
    checkReset(key, this.#layout, ticket, subnetwork.weights, mask);

    // The dense network on a transfer's target is that of a search there, bit by bit.
    const seededAs = key.level === 0 ? TICKET_BRANCH : key.branch;
    trainer.start(
      ticket,
      mask,
      rng(...this.#replicateKey(key, 'dropout'), seededAs, key.level).uint32(),
    );
    const evaluations: Evaluation[] = [];
    const movement = this.#strategy.followsMovement ? new Movement(ticket) : undefined;
    const rewindIteration =
      key.level > 0 || key.branch !== TICKET_BRANCH || this.#rewind.keepsTrainedWeights
        ? undefined
        : this.#settings.rewind.iteration;
    const captured: CapturedWeights[] = [];
    const keys = this.#batchKeys(key, branch?.ordersDataAnew === true ? [branch.id] : []);
    const times = runTraining({
      trainer,
      order: new BatchOrder(this.#data.trainIndices, keys.order),
      batchSize,
      augmented: this.#assembler?.start(keys, from, to),
      from,
      iterations: to,
      evaluateEvery,
      rateFactor: this.#rateFactor(key, branch),
      onEvaluation: (evaluation) => {
        const state = trainer.state();
        checkPrunedStayZero(key, this.#layout, state, mask);
        movement?.advance(state.parameters);
        evaluations.push(evaluation);
        observer.onEvaluation(evaluation);
      },
      onIteration: (iteration) => {
        if (iteration === rewindIteration || task.capturedIterations?.includes(iteration)) {
          captured.push({ iteration, weights: trainer.state().parameters });
        }
        return observer.onIteration(iteration);
      },
    });

    const finalWeights = trainer.state().parameters;
    const rewindPoint = captured.find(({ iteration }) => iteration === rewindIteration)?.weights;
    const pruned = this.#prune(task, finalWeights, rewindPoint, movement?.sum);
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
      engine: task.engine,
      nextMask: pruned,
      warnings: pruned ? collapseWarnings(this.#layout, task.mask, pruned) : [],
      rewindPoint,
      captured,
    };
  }

  /** The mask that a finished ticket leaves: as `train` would, without training it again. */
  prune(task: PruningTask): { readonly nextMask: Mask; readonly warnings: readonly string[] } {
    const pruned = this.#prune(task, task.trained, undefined, undefined);
    if (!pruned) throw new Error(`${describeTraining(task.key)} has no level after it`);
    return { nextMask: pruned, warnings: collapseWarnings(this.#layout, task.mask, pruned) };
  }

  /** What a step costs the engines, at so many weights a tensor. */
  measureStepTimes(keptCounts: readonly number[]): StepTimes {
    const engines: readonly EngineId[] = ['dense', 'sparse'];
    return measureStepTimes(
      new Map(engines.map((engine) => [engine, this.#trainer(engine)])),
      this.#layout,
      keptCounts,
      this.#fill,
      this.#data,
      this.#settings.training.batchSize,
    );
  }

  /**
   * Works out one unit of an analysis.
   *
   * @throws WorkbenchError `interrupted` or `training-diverged`.
   */
  analyse(task: AnalysisTask, observer: AnalysisObserver): AnalysisResult {
    const { choice, unit, engines, arrays } = task;
    let done = 0;
    const advance = (steps: number): void => {
      done += steps;
      if (observer.onAdvance(Math.min(1, done / unit.steps))) return;
      throw new WorkbenchError('interrupted', `stopped the analysis of ${unit.name}`);
    };
    const given = (array: StoredArray, key: TrainingKey): Uint8Array | Float32Array => {
      const values = arrays[unit.needs.findIndex((need) => sameNeed(need, { array, key }))];
      if (!values) throw new Error(`the unit ${unit.name} did not ask for its ${array}`);
      return values;
    };
    const context: AnalysisContext = {
      settings: this.#settings,
      layout: this.#layout,
      targets: plannedTargets(this.#settings.pruning, this.#layout),
      network: this.#ingredients.network,
      strategy: this.#strategy,
      trainIndices: this.#data.trainIndices,
      engineOf: (level) => engines[level]!,
      mask: (array, key) => unpackMask(given(array, key) as Uint8Array, this.#layout.prunableCount),
      weights: (array, key) => given(array, key) as Float32Array,
      retrain: (training) => this.#retrain(training, advance),
      measure: (parameters, mask, trainIndices) => {
        advance(MEASUREMENT_STEPS);
        const trainer = this.#measurer();
        trainer.start(parameters, mask);
        trainer.recalibrateBatchNorm(trainIndices);
        return { train: trainer.scoreTraining(trainIndices), test: trainer.scoreTest() };
      },
      prune: (key, from, target) => this.#pruneAnew(key, from, target),
      advance,
    };
    return analyses.get(choice.id).run(choice, unit, context);
  }

  dispose(): void {
    for (const target of this.#targets.values()) target.dispose();
    for (const trainer of this.#trainers.values()) trainer.dispose();
    this.#measuring?.dispose();
    this.#assembler?.dispose();
  }

  /** Trains as `train` does, without looking at the examples kept for judging. */
  #retrain(training: Retraining, advance: (steps: number) => void): Float32Array {
    const { key, mask, from, to, noise, onIteration } = training;
    const trainer = this.#trainer(training.engine);
    const noiseKey: RngKey = noise === undefined ? [] : [noise];
    const dropoutSeed = rng(
      ...this.#replicateKey(key, 'dropout'),
      key.branch,
      key.level,
      ...noiseKey,
    ).uint32();
    trainer.start(applyMask(this.#layout, training.weights, mask), mask, dropoutSeed);
    const keys = this.#batchKeys(key, noiseKey);
    const order = new BatchOrder(this.#data.trainIndices, keys.order);
    const augmented = this.#assembler?.start(keys, from, to);
    const rateFactor = this.#rateFactor(key, branchDefinition(this.#settings, key.branch));
    const batch = new Int32Array(this.#settings.training.batchSize);
    const parameters = (): Float32Array => trainer.state().parameters;
    for (let iteration = from; iteration < to; iteration += 1) {
      order.fill(iteration, batch);
      trainer.step(batch, iteration - from + 1, rateFactor(iteration), augmented?.at(iteration));
      onIteration?.(iteration + 1, parameters);
      advance(1);
    }
    const trained = parameters();
    if (trained.every(Number.isFinite)) return trained;
    throw new WorkbenchError(
      'training-diverged',
      `a weight is no longer a number after ${to} iterations of ${describeTraining(key)}`,
      'Lower training.optimizer.learningRate.',
    );
  }

  #pruneAnew(key: TrainingKey, from: PrunedFrom, target: SparsityTarget): Mask {
    const random = rng(...this.#replicateKey(key, 'pruning'), key.level);
    const context = { ...from, layout: this.#layout, sensitivity: this.#sensitivity, random };
    return nextMask(context, this.#strategy, target);
  }

  /** Beside the trainers: what it measures must not disturb what they train. */
  #measurer(): DenseTrainer {
    this.#measuring ??= createDenseTrainer(this.#ingredients);
    return this.#measuring;
  }

  /** Made when it is first needed, and kept: most searches change engines once. */
  #trainer(engine: EngineId): Trainer {
    const trainer = this.#trainers.get(engine) ?? createTrainer(engine, this.#ingredients);
    this.#trainers.set(engine, trainer);
    return trainer;
  }

  /** Undefined for branches that train on this search's own data, by its own optimizer. */
  #targetOf(branch: string): LotteryTrainer | undefined {
    if (!transferNamed(this.#settings, branch)) return undefined;
    const { kernels } = this.#ingredients;
    const target =
      this.#targets.get(branch) ??
      new LotteryTrainer(
        kernels,
        trainedWith(this.#settings, branch),
        this.#targetDatasets.get(branch) ?? this.#dataset,
      );
    this.#targets.set(branch, target);
    return target;
  }

  #prepare(task: TrainingTask, target: LotteryTrainer | undefined): Subnetwork {
    const { key, mask } = task;
    const rewindPoint = task.rewindPoint ?? this.#initialization(key);
    const branch = branchDefinition(this.#settings, key.branch);
    if (!branch) return { weights: rewindPoint, mask };
    return branch.prepare({
      network: this.#ingredients.network,
      layout: this.#layout,
      mask,
      rewindPoint,
      initial: this.#initialization(key),
      trained: task.trained,
      initialize: (random) => initialize(this.#layout, this.#fill, random),
      fill: this.#fill,
      random: rng(...this.#replicateKey(key, 'branch'), key.branch, key.level),
      target: target && { layout: target.#layout, initial: target.#initialization(key) },
    });
  }

  /** Of fine-tuning, and wherever else weights are kept with the rate they ended with, the last. */
  #rateFactor(key: TrainingKey, branch: BranchDefinition | undefined): Schedule {
    const isFineTuned = key.level > 0 && this.#rewind.keepsFinalRate;
    if (!isFineTuned && branch?.keepsFinalRate !== true) return this.#schedule;
    const last = this.#schedule(this.#settings.training.iterations - 1);
    return () => last;
  }

  /** @param movement of strategies that follow it. */
  #prune(
    task: Pick<TrainingTask, 'key' | 'mask' | 'rewindPoint' | 'nextTarget'>,
    trained: Float32Array,
    ownRewindPoint: Float32Array | undefined,
    movement: Float64Array | undefined,
  ): Mask | undefined {
    const { key, nextTarget } = task;
    if (nextTarget === undefined) return undefined;
    const initial = this.#initialization(key);
    const rewindPoint = this.#rewind.keepsTrainedWeights
      ? initial
      : (task.rewindPoint ?? ownRewindPoint ?? initial);
    const pruned = nextMask(
      {
        layout: this.#layout,
        mask: task.mask,
        trained,
        initial,
        rewindPoint,
        movement,
        sensitivity: this.#sensitivity,
        random: rng(...this.#replicateKey(key, 'pruning'), key.level),
      },
      this.#strategy,
      nextTarget,
    );
    checkPruning(key, this.#layout, task.mask, pruned, nextTarget);
    return pruned;
  }

  /** θ0 of a replicate, to be read only. */
  #initialization(key: TrainingKey): Float32Array {
    const { replicate } = key;
    const last = this.#lastInitialization;
    const drawn = last?.replicate === replicate ? last.weights.deref() : undefined;
    if (drawn) return drawn;
    const random = rng(...this.#replicateKey(key, 'initialization'));
    const weights = initialize(this.#layout, this.#fill, random);
    this.#lastInitialization = { replicate, weights: new WeakRef(weights) };
    return weights;
  }

  /** Trainings of a replicate see the same batches, unless `more` tells them apart. */
  #batchKeys(key: TrainingKey, more: RngKey): BatchKeys {
    return {
      order: [...this.#replicateKey(key, 'batch-order'), ...more],
      augmentation: [...this.#replicateKey(key, 'augmentation'), ...more],
    };
  }

  #replicateKey(key: TrainingKey, purpose: string): RngKey {
    return [this.#settings.replicates.seed, 'replicate', key.replicate, purpose];
  }
}

/** m ⊙ θ: pruned weights exactly zero, everything else as it was. */
function applyMask(layout: ParameterLayout, weights: Float32Array, mask: Mask): Float32Array {
  const masked = weights.slice();
  const bits = new Uint32Array(masked.buffer);
  for (const { offset, maskOffset, size } of layout.prunable) {
    // Without a branch, which could not be predicted.
    for (let index = 0; index < size; index += 1) {
      bits[offset + index]! &= -mask[maskOffset + index]!;
    }
  }
  return masked;
}

/** Undefined where training images stay as they are. */
function assemblerFor(settings: Settings, data: TrainingData): Assembler | undefined {
  const augmentation = augmentationOf(settings.dataset);
  if (!augmentation) return undefined;
  const { dataset, trainIndices, normalization } = data;
  return new Assembler({
    features: dataset.train.features,
    shape: dataset.shape,
    trainIndices,
    batchSize: settings.training.batchSize,
    augmentation,
    needsMoments: normalization?.kind === 'examples',
  });
}
