/**
 * Which stream of random numbers belongs to what. A search is played by hand with the keys written
 * out: another key would be another search under the same settings and the same hash.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { initialize } from '../../../../src/main/engine/initializers/initializer.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { LotteryTrainer } from '../../../../src/main/engine/lottery/lottery-trainer.ts';
import type {
  TrainingResult,
  TrainingTask,
} from '../../../../src/main/engine/lottery/training-task.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { plannedTargets } from '../../../../src/main/engine/pruning/levels.ts';
import { nextMask } from '../../../../src/main/engine/pruning/select.ts';
import { strategies } from '../../../../src/main/engine/pruning/index.ts';
import { createTrainer } from '../../../../src/main/engine/training/engines.ts';
import {
  BatchMaker,
  type BatchRecipe,
} from '../../../../src/main/engine/training/augmentation/augment.ts';
import { BatchOrder } from '../../../../src/main/engine/training/batches.ts';
import { trainingDataOf } from '../../../../src/main/engine/training/training-data.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { rng, type RngKey, shuffleInPlace } from '../../../../src/shared/rng.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import { pruningContext } from '../pruning/context.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const SEED = 7;
const REPLICATE = 1;
const REWIND = 3;
const settings = tinySettings({
  architecture: {
    id: 'custom',
    layers: [
      { kind: 'dense', units: 8 },
      { kind: 'batch-norm' },
      { kind: 'relu' },
      { kind: 'dropout', rate: 0.3 },
    ],
  },
  training: {
    optimizer: { id: 'momentum', learningRate: 0.1 },
    schedule: { id: 'steps', milestones: [5], factor: 0.25 },
    // Three iterations are more than an epoch; that of the rewind point lies across two.
    batchSize: 70,
    iterations: 8,
    evaluateEvery: 4,
  },
  pruning: { strategy: { id: 'layerwise-random' }, schedule: 'iterative', levels: 2 },
  rewind: { iteration: REWIND },
  branches: ['random-reinit', 'other-data-order', 'fine-tune'],
  replicates: { count: 2, seed: SEED },
});
const dataset = tinyDataset();
const network = architectures
  .get(settings.architecture.id)
  .build(settings.architecture, dataset.shape, dataset.classes);
const layout = layoutOf(network);
const [firstTarget] = plannedTargets(settings.pruning, layout);
const fill = initializers.get('glorot-normal').create({ id: 'glorot-normal' });
const everything = new Uint8Array(layout.prunableCount).fill(1);
const streamOf = (...purpose: RngKey): RngKey => [SEED, 'replicate', REPLICATE, ...purpose];

const kernels = new Kernels();
const tensors = kernels.tensorCount;
afterAll(() => {
  expect(kernels.tensorCount).toBe(tensors);
});

describe.each(['dense', 'sparse'] as const)('a search by hand, %s', (engine) => {
  const trained = (task: Partial<TrainingTask> & { level: number; branch?: string }) => {
    const { level, branch = 'ticket', ...more } = task;
    const lotteryTrainer = new LotteryTrainer(kernels, settings, dataset);
    try {
      return lotteryTrainer.train(
        {
          key: { replicate: REPLICATE, level, branch },
          mask: everything,
          engine,
          rewindPoint: undefined,
          nextTarget: undefined,
          ...more,
        },
        { onEvaluation: () => undefined, onIteration: () => true },
      );
    } finally {
      lotteryTrainer.dispose();
    }
  };

  /** What a training ends with, and what it had after the iteration to rewind to. */
  function byHand(
    weights: Float32Array,
    mask: Uint8Array,
    from: number,
    orderKey: RngKey,
    dropoutKey: RngKey,
    rateFactor = (iteration: number): number => (iteration < 5 ? 1 : 0.25),
  ) {
    const examples = Int32Array.from({ length: dataset.train.count }, (_, index) => index);
    shuffleInPlace(examples, rng(SEED, 'validation-split'));
    const { validation } = settings.dataset;
    const trainIndices = examples.slice(validation).sort();
    const validationIndices = examples.slice(0, validation).sort();
    const trainer = createTrainer(engine, {
      kernels,
      network,
      optimizer: settings.training.optimizer,
      data: { dataset, trainIndices, validationIndices },
      batchSize: settings.training.batchSize,
      loss: {},
    });
    const start = weights.slice();
    for (const { offset, maskOffset, size } of layout.prunable) {
      for (let index = 0; index < size; index += 1) {
        if (mask[maskOffset + index] === 0) start[offset + index] = 0;
      }
    }
    trainer.start(start, mask, rng(...dropoutKey).uint32());
    const order = new BatchOrder(trainIndices, orderKey);
    const batch = new Int32Array(settings.training.batchSize);
    let rewindPoint: Float32Array | undefined;
    for (let iteration = from; iteration < settings.training.iterations; iteration += 1) {
      order.fill(iteration, batch);
      trainer.step(batch, iteration - from + 1, rateFactor(iteration));
      if (iteration + 1 === REWIND) rewindPoint = trainer.weights();
    }
    const finalWeights = trainer.weights();
    const { loss: validationLoss } = trainer.scoreValidation();
    trainer.dispose();
    return { finalWeights, rewindPoint, validationLoss };
  }

  const expectSame = (result: TrainingResult, hand: ReturnType<typeof byHand>) => {
    expect(result.finalWeights).toEqual(hand.finalWeights);
    expect(result.evaluations.at(-1)!.validationLoss).toBe(hand.validationLoss);
  };
  const initial = initialize(layout, fill, rng(...streamOf('initialization')));
  const mask = nextMask(
    pruningContext(layout, { random: rng(...streamOf('pruning', 0)) }),
    strategies.get('layerwise-random').create(settings.pruning.strategy),
    firstTarget!,
  );
  const dense = () =>
    byHand(initial, everything, 0, streamOf('batch-order'), streamOf('dropout', 'ticket', 0));

  it('the dense network, its mask, and what it is rewound to', () => {
    const result = trained({ level: 0, nextTarget: firstTarget });
    expect(result.initialWeights).toEqual(initial);
    expect(result.nextMask).toEqual(mask);
    const hand = dense();
    expect(result.rewindPoint).toEqual(hand.rewindPoint);
    expectSame(result, hand);
  });

  it('a ticket sees the batches of the dense network, and drops other units', () => {
    const { rewindPoint } = dense();
    const result = trained({ level: 1, mask, rewindPoint });
    const hand = byHand(
      rewindPoint!,
      mask,
      REWIND,
      streamOf('batch-order'),
      streamOf('dropout', 'ticket', 1),
    );
    expectSame(result, hand);
  });

  it('a reinitialised control draws its weights by branch and level', () => {
    const result = trained({ level: 1, branch: 'random-reinit', mask, rewindPoint: initial });
    const weights = initialize(layout, fill, rng(...streamOf('branch', 'random-reinit', 1)));
    expect(result.initialWeights).toEqual(weights);
    const hand = byHand(
      weights,
      mask,
      REWIND,
      streamOf('batch-order'),
      streamOf('dropout', 'random-reinit', 1),
    );
    expectSame(result, hand);
  });

  it('a control in another order of the data has one of its own', () => {
    const result = trained({ level: 1, branch: 'other-data-order', mask, rewindPoint: initial });
    const hand = byHand(
      initial,
      mask,
      REWIND,
      streamOf('batch-order', 'other-data-order'),
      streamOf('dropout', 'other-data-order', 1),
    );
    expectSame(result, hand);
  });

  it('a fine-tuned control starts from the trained weights and keeps the last rate throughout', () => {
    const { finalWeights } = dense();
    const task = { mask, rewindPoint: initial, trained: finalWeights };
    const hand = byHand(
      finalWeights,
      mask,
      REWIND,
      streamOf('batch-order'),
      streamOf('dropout', 'fine-tune', 1),
      () => 0.25,
    );
    expectSame(trained({ level: 1, branch: 'fine-tune', ...task }), hand);
  });
});

it('images are changed by replicate, and as the data are ordered anew', () => {
  const images: Dataset = { ...tinyDataset({ features: 36 }), shape: [6, 6, 1] };
  const augmented = tinySettings({
    dataset: { id: 'mnist', validation: 60, flip: true, cropPadding: 1 },
    architecture: { id: 'mlp', widths: [] },
    training: {
      optimizer: { id: 'sgd', learningRate: 0.1 },
      batchSize: 20,
      iterations: 3,
      evaluateEvery: 3,
    },
    branches: ['other-data-order'],
    replicates: { count: 2, seed: SEED },
  });
  const data = trainingDataOf(augmented, images);
  const own = architectures.get('mlp').build(augmented.architecture, images.shape, images.classes);
  const whole = new Uint8Array(layoutOf(own).prunableCount).fill(1);
  const lotteryTrainer = new LotteryTrainer(kernels, augmented, images);
  for (const branch of ['ticket', 'other-data-order']) {
    const level = branch === 'ticket' ? 0 : 1;
    const result = lotteryTrainer.train(
      {
        key: { replicate: REPLICATE, level, branch },
        mask: whole,
        engine: 'dense',
        rewindPoint: undefined,
        nextTarget: undefined,
      },
      { onEvaluation: () => undefined, onIteration: () => true },
    );
    const noise = branch === 'ticket' ? [] : [branch];
    const recipe: BatchRecipe = {
      features: images.train.features,
      shape: images.shape,
      trainIndices: data.trainIndices,
      batchSize: 20,
      augmentation: { flip: true, cropPadding: 1 },
      needsMoments: false,
    };
    const maker = new BatchMaker(recipe, {
      order: streamOf('batch-order', ...noise),
      augmentation: streamOf('augmentation', ...noise),
    });
    const order = new BatchOrder(data.trainIndices, streamOf('batch-order', ...noise));
    const trainer = createTrainer('dense', {
      kernels,
      network: own,
      optimizer: augmented.training.optimizer,
      data,
      batchSize: 20,
      loss: {},
    });
    trainer.start(result.initialWeights, whole);
    const batch = new Int32Array(20);
    const features = new Uint8Array(20 * 36);
    const moments = { centers: new Float32Array(), divisors: new Float32Array() };
    for (let iteration = 0; iteration < 3; iteration += 1) {
      order.fill(iteration, batch);
      maker.make(iteration, { features, moments });
      trainer.step(batch, iteration + 1, 1, { features });
    }
    expect(trainer.weights()).toEqual(result.finalWeights);
    trainer.dispose();
  }
  lotteryTrainer.dispose();
});
