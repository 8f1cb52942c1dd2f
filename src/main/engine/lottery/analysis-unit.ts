import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { TestSet } from '../../../shared/domain/comparison.ts';
import {
  type AnalysisResult,
  sameNeed,
  type StoredArray,
} from '../../../shared/domain/analysis.ts';
import { maskInPlace, unpackMask, type Mask } from '../../../shared/domain/mask.ts';
import { describeTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import {
  type AnalysisContext,
  type AnalysisTask,
  MEASUREMENT_STEPS,
  type Measurement,
  type PrunedFrom,
  type Retraining,
} from '../analyses/analysis.ts';
import { analyses } from '../analyses/index.ts';
import { plannedTargets } from '../pruning/levels.ts';
import { nextMask } from '../pruning/select.ts';
import type { SparsityTarget } from '../pruning/strategy.ts';
import { largest } from '../../../shared/extremes.ts';
import { testIndicesOf, type TrainingData } from '../training/trainer.ts';
import { BatchOrder } from '../training/batches.ts';
import type { SearchContext } from './search-context.ts';

export interface AnalysisObserver {
  /** Called with the finished fraction of the unit, 0..1. Returning false stops it. */
  onAdvance(fraction: number): boolean;
}

/** Reports that this many more optimizer steps are done. Throws if the unit must stop. */
type Advance = (steps: number) => void;

/**
 * Runs one unit of an analysis of a search.
 *
 * @throws WorkbenchError `interrupted` or `training-diverged`.
 */
export function runAnalysisUnit(
  search: SearchContext,
  task: AnalysisTask,
  observer: AnalysisObserver,
): AnalysisResult {
  const { settings, layout, network, strategy, data } = search;
  const { choice, unit, engines } = task;
  let done = 0;
  const advance: Advance = (steps) => {
    done += steps;
    if (observer.onAdvance(Math.min(1, done / unit.steps))) return;
    throw new WorkbenchError('interrupted', `stopped the analysis of ${unit.name}`);
  };
  const context: AnalysisContext = {
    settings,
    layout,
    targets: plannedTargets(settings.pruning, layout),
    network,
    strategy,
    trainIndices: data.trainIndices,
    testSet: testSetOf(data),
    engineOf: (level) => {
      const engine = engines[level];
      if (engine === undefined)
        throw new Error(`the unit ${unit.name} has no engine for level ${level}`);
      return engine;
    },
    mask: (array, key) => {
      const values = arrayOf(task, array, key);
      if (values instanceof Uint8Array) return unpackMask(values, layout.prunableCount);
      throw new TypeError(`the ${array} of the unit ${unit.name} is not a packed mask`);
    },
    weights: (array, key) => {
      const values = arrayOf(task, array, key);
      if (values instanceof Float32Array) return values;
      throw new TypeError(`the ${array} of the unit ${unit.name} is not an array of weights`);
    },
    retrain: (training) => retrain(search, training, advance),
    measure: (parameters, mask, trainIndices) => {
      advance(MEASUREMENT_STEPS);
      return measure(search, parameters, mask, trainIndices);
    },
    prune: (key, from, target) => pruneAgain(search, key, from, target),
    advance,
  };
  return analyses.get(choice.id).run(choice, unit, context);
}

function testSetOf(data: TrainingData): TestSet {
  const { labels } = data.dataset.test;
  const indices = testIndicesOf(data);
  const counts = new Uint32Array(data.dataset.classes);
  for (const index of indices) counts[labels[index]!]! += 1;
  return { examples: indices.length, commonestClass: largest(counts) / indices.length };
}

/** @throws Error if the unit did not request this array. */
function arrayOf(
  { unit, arrays }: AnalysisTask,
  array: StoredArray,
  key: TrainingKey,
): Uint8Array | Float32Array {
  const values = arrays[unit.needs.findIndex((need) => sameNeed(need, { array, key }))];
  if (!values) throw new Error(`the unit ${unit.name} did not request its ${array}`);
  return values;
}

/**
 * Trains as the search does, but without evaluations, so validation and test examples are not used.
 */
function retrain(search: SearchContext, training: Retraining, advance: Advance): Float32Array {
  const { key, mask, from, to, noise, onIteration } = training;
  const { layout, settings, data, streams, trainers } = search;
  const noiseKey = noise === undefined ? [] : [noise];
  const trainer = trainers.on(training.engine);
  const start = maskInPlace(layout, training.weights.slice(), mask);
  trainer.start(start, mask, streams.dropoutSeed(key, ...noiseKey));
  const batchKeys = streams.batches(key, ...noiseKey);
  const order = new BatchOrder(data.trainIndices, batchKeys.order);
  const augmented = trainers.augmentedBatches(batchKeys, from, to);
  const rateFactor = search.rateFactor(key);
  const batch = new Int32Array(settings.training.batchSize);
  const parameters = (): Float32Array => trainer.weights();
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

function measure(
  { trainers }: SearchContext,
  parameters: Float32Array,
  mask: Mask,
  trainIndices: Int32Array,
): Measurement {
  const trainer = trainers.measuring();
  trainer.start(parameters, mask);
  trainer.recalibrateBatchNorm(trainIndices);
  return { train: trainer.scoreTraining(trainIndices), test: trainer.scoreTest() };
}

/** The mask that the search's strategy prunes to, from other weights or to another target. */
function pruneAgain(
  { network, layout, strategy, sensitivity, streams }: SearchContext,
  key: TrainingKey,
  from: PrunedFrom,
  target: SparsityTarget,
): Mask {
  const random = streams.pruning(key);
  return nextMask({ ...from, network, layout, sensitivity, random }, strategy, target);
}
