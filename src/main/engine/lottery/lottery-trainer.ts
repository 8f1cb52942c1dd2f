import type { AnalysisResult } from '../../../shared/domain/analysis.ts';
import type { EngineId, EngineSpeed, StepTimes } from '../../../shared/domain/engine.ts';
import { countKeptBySegment, maskInPlace, type Mask } from '../../../shared/domain/mask.ts';
import { type Settings, testInterval } from '../../../shared/domain/settings.ts';
import { type Evaluation, TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { CapturedWeights } from '../../../shared/domain/training-record.ts';
import type { AnalysisTask } from '../analyses/analysis.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { initialize } from '../initializers/initializer.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { checkNoCollapse, collapseWarnings } from '../pruning/collapse.ts';
import { Movement } from '../pruning/movement.ts';
import { nextMask } from '../pruning/select.ts';
import type { SpeedQuery } from '../protocol.ts';
import type { LaidOutSets } from '../sparse/laid-out-examples.ts';
import { BatchOrder } from '../training/batches.ts';
import { type LoopState, runTraining, type TrainingRun } from '../training/loop.ts';
import { hasSparseUpdate } from '../training/optimizer-engines.ts';
import { measureStepTimes } from '../training/step-times.ts';
import { testIndicesOf } from '../training/trainer.ts';
import { type AnalysisObserver, runAnalysisUnit } from './analysis-unit.ts';
import type { BranchContext, Subnetwork } from './branches/branch.ts';
import { branchChoice, branchDefinition } from './branches/index.ts';
import { CheckpointFile } from './checkpoint-file.ts';
import { checkCorrect, checkPrunedStayZero, checkPruning, checkReset } from './invariants.ts';
import { measureSpeed } from './measure-speed.ts';
import { SearchContext } from './search-context.ts';
import { spanOf } from './span.ts';
import type { PruningTask, TrainingResult, TrainingTask } from './training-task.ts';
import { type TargetDatasets, TransferTargets } from './transfer-targets.ts';

export interface TrainingObserver {
  onEvaluation(evaluation: Evaluation): void;
  /** Called after every step. Returning false stops the training. */
  onIteration(iteration: number): boolean;
  /** Called first if it continues from a checkpoint, with the evaluations until then. */
  onResumed?(iteration: number, evaluations: readonly Evaluation[]): void;
  /** Called with a sentence, without a full stop, about what did not go well. */
  onWarning?(message: string): void;
  /** How long `onIteration` has kept this training waiting, which is not training time. */
  readonly pausedMilliseconds?: () => number;
}

/** What a training leaves for pruning and for the results. */
interface Trained {
  readonly finalWeights: Float32Array;
  readonly evaluations: readonly Evaluation[];
  readonly run: TrainingRun;
  /** θk, if this training passes iteration k. */
  readonly rewindPoint: Float32Array | undefined;
  readonly captured: readonly CapturedWeights[];
  /** Only for strategies that follow movement. */
  readonly movement: Float64Array | undefined;
}

/** A level's mask, and the weights from which the next mask is chosen. */
interface Pruned extends PruningTask {
  readonly movement?: Float64Array | undefined;
}

/**
 * Runs the trainings of one search on one thread: reset, train, prune (Frankle & Carbin 2019,
 * section 1). The search's seed and the training's key determine everything random in a training.
 * So the same task gives the same bits on every worker, in any order.
 */
export class LotteryTrainer {
  readonly #search: SearchContext;
  readonly #targets: TransferTargets;

  constructor(
    kernels: Kernels,
    settings: Settings,
    dataset: Dataset,
    targetDatasets: TargetDatasets = new Map(),
    laidOut?: LaidOutSets,
  ) {
    this.#search = new SearchContext(kernels, settings, dataset, laidOut);
    this.#targets = new TransferTargets(this.#search, targetDatasets);
  }

  /**
   * Resets, trains and, where the task asks for it, prunes.
   *
   * @throws WorkbenchError `invariant-violated`, `training-diverged` or `interrupted`.
   */
  train(task: TrainingTask, observer: TrainingObserver): TrainingResult {
    const { key, engine, nextTarget } = task;
    // A transfer trains on its target; everything else trains on the search's data.
    const target = this.#targets.of(key.branch);
    const search = target ?? this.#search;
    const subnetwork = this.#subnetworkOf(task, target);
    const trained = this.#trainSubnetwork(search, task, subnetwork, observer);
    const { finalWeights, evaluations, run, rewindPoint, captured, movement } = trained;
    const pruning =
      nextTarget === undefined
        ? { nextMask: undefined, warnings: [] }
        : this.prune({
            key,
            mask: task.mask,
            trained: finalWeights,
            rewindPoint: task.rewindPoint ?? rewindPoint,
            nextTarget,
            movement,
          });

    const { weights: initialWeights, mask } = subnetwork;
    const keptCounts = countKeptBySegment(mask, search.layout.prunable);
    const kept = keptCounts.reduce((sum, count) => sum + count, 0);
    return {
      key,
      engine,
      mask,
      keptCounts,
      density: kept / search.layout.prunableCount,
      initialWeights,
      finalWeights,
      evaluations,
      ...run,
      ...pruning,
      rewindPoint,
      captured,
    };
  }

  /**
   * The weights and the mask to train: those of the ticket, or those that its branch derives from
   * them.
   */
  #subnetworkOf(task: TrainingTask, target: SearchContext | undefined): Subnetwork {
    const { key, mask } = task;
    const { settings, network, layout, fill, streams } = this.#search;
    // θ0 or θk, or what the previous level trained if the search keeps trained weights.
    const rewindPoint = task.rewindPoint ?? this.#search.initialization(key);
    const branch = branchDefinition(settings, key.branch);
    if (!branch) return { weights: rewindPoint, mask };
    const context: BranchContext = {
      network,
      layout,
      mask,
      rewindPoint,
      initial: this.#search.initialization(key),
      trained: task.trained,
      initialize: (random) => initialize(layout, fill, random),
      fill,
      random: streams.branch(key),
      target: target && { layout: target.layout, initial: target.initialization(key) },
    };
    return branch.prepare(context, branchChoice(settings, key.branch));
  }

  /** Resets the survivors of a mask and trains them. The invariants are checked along the way. */
  #trainSubnetwork(
    search: SearchContext,
    task: TrainingTask,
    { weights, mask }: Subnetwork,
    observer: TrainingObserver,
  ): Trained {
    const { key } = task;
    const { settings, layout, data, streams, trainers, strategy } = search;
    const branch = branchDefinition(settings, key.branch);
    const { from, to } = spanOf(settings, key);

    // Survivors start at their own weights, pruned weights at 0.
    const start = maskInPlace(layout, weights.slice(), mask);
    checkReset(key, layout, start, weights, mask);
    const trainer = trainers.on(task.engine);
    trainer.start(start, mask, streams.dropoutSeed(key));

    const rewindIteration = this.#rewindIterationIn(task);
    const toCapture = new Set(task.capturedIterations);
    if (rewindIteration !== undefined) toCapture.add(rewindIteration);
    // Those at the start are there anyway.
    toCapture.delete(from);
    const followsMovement = strategy.followsMovement === true && task.nextTarget !== undefined;
    const checkpoints =
      task.checkpoint &&
      new CheckpointFile(task.checkpoint, { key, start, mask, followsMovement }, (message) =>
        observer.onWarning?.(message),
      );
    const resumed = checkpoints?.read(toCapture);
    if (resumed) {
      trainer.restore(resumed.trainer);
      observer.onResumed?.(resumed.loop.iteration, resumed.evaluations);
    }
    const evaluations: Evaluation[] = [...(resumed?.evaluations ?? [])];
    const captured: CapturedWeights[] = (resumed?.captured ?? []).filter(({ iteration }) =>
      toCapture.has(iteration),
    );
    const movement = followsMovement ? new Movement(resumed?.movement ?? start) : undefined;
    const batchKeys = streams.batches(key, ...(branch?.ordersDataAnew === true ? [branch.id] : []));
    const run = runTraining({
      trainer,
      order: new BatchOrder(data.trainIndices, batchKeys.order),
      batchSize: settings.training.batchSize,
      augmented: trainers.augmentedBatches(batchKeys, resumed?.loop.iteration ?? from, to),
      from,
      iterations: to,
      resumed: resumed?.loop,
      evaluateEvery: settings.training.evaluateEvery,
      testInterval: testInterval(settings.training),
      testExamples: testIndicesOf(data).length,
      rateFactor: search.rateFactor(key),
      onEvaluation: (evaluation) => {
        checkPrunedStayZero(key, trainer, mask);
        movement?.advance(trainer.weights());
        evaluations.push(evaluation);
        observer.onEvaluation(evaluation);
      },
      onIteration: (iteration, stateOfLoop) => {
        if (toCapture.has(iteration)) {
          captured.push({ iteration, weights: trainer.weights() });
        }
        const goesOn = observer.onIteration(iteration);
        // A training that is stopped loses nothing.
        if (checkpoints && (!goesOn || checkpoints.isDue())) {
          checkpoints.write(() => ({
            loop: withoutPauses(stateOfLoop(), observer),
            trainer: trainer.save(),
            evaluations,
            captured,
            movement: movement && { sum: movement.sum, last: movement.last },
          }));
        }
        return goesOn;
      },
    });
    checkCorrect(key, evaluations, run.correctAtEarlyStop);
    return {
      finalWeights: trainer.weights(),
      evaluations,
      run,
      rewindPoint: captured.find(({ iteration }) => iteration === rewindIteration)?.weights,
      captured,
      movement: movement?.sum,
    };
  }

  /** The iteration k whose weights θk later levels return to, if this training must save them. */
  #rewindIterationIn({ key }: TrainingTask): number | undefined {
    const { settings, rewind } = this.#search;
    const isDense = key.level === 0 && key.branch === TICKET_BRANCH;
    return isDense && !rewind.keepsTrainedWeights ? settings.rewind.iteration : undefined;
  }

  /**
   * The mask that a trained ticket passes on to the next level.
   *
   * @throws WorkbenchError `invariant-violated` naming a layer if it cuts the network off.
   */
  prune(task: Pruned): { readonly nextMask: Mask; readonly warnings: readonly string[] } {
    const { key, mask, trained, nextTarget, movement } = task;
    const { network, layout, strategy, sensitivity, rewind, streams } = this.#search;
    const initial = this.#search.initialization(key);
    const rewindPoint = rewind.keepsTrainedWeights ? initial : (task.rewindPoint ?? initial);
    const random = streams.pruning(key);
    const context = {
      network,
      layout,
      mask,
      trained,
      initial,
      rewindPoint,
      movement,
      sensitivity,
      random,
    };
    const pruned = nextMask(context, strategy, nextTarget);
    checkNoCollapse(network, layout, pruned);
    checkPruning(key, layout, mask, pruned, nextTarget);
    return { nextMask: pruned, warnings: collapseWarnings(network, layout, mask, pruned) };
  }

  /**
   * Runs one unit of an analysis.
   *
   * @throws WorkbenchError `interrupted` or `training-diverged`.
   */
  analyse(task: AnalysisTask, observer: AnalysisObserver): AnalysisResult {
    return runAnalysisUnit(this.#search, task, observer);
  }

  /**
   * The time per step on each engine that has the optimizer, with this many weights in each tensor.
   */
  measureStepTimes(keptCounts: readonly number[]): StepTimes {
    const { trainers, layout, fill, data, settings } = this.#search;
    const able: readonly EngineId[] = hasSparseUpdate(settings.training.optimizer)
      ? ['dense', 'sparse']
      : ['dense'];
    const engines = able.map((engine) => [engine, trainers.on(engine)] as const);
    return measureStepTimes(
      new Map(engines),
      layout,
      keptCounts,
      fill,
      data,
      settings.training.batchSize,
    );
  }

  /** How fast an engine trains and evaluates with this many weights in each tensor. */
  measureSpeed(query: SpeedQuery): EngineSpeed {
    return measureSpeed(this.#search, query);
  }

  dispose(): void {
    this.#targets.dispose();
    this.#search.dispose();
  }
}

function withoutPauses(
  state: LoopState,
  { pausedMilliseconds = () => 0 }: TrainingObserver,
): LoopState {
  return { ...state, trainingMilliseconds: state.trainingMilliseconds - pausedMilliseconds() };
}
