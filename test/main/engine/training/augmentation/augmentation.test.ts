import { afterAll, describe, expect, it } from 'vitest';
import { architectures } from '../../../../../src/main/engine/architectures/index.ts';
import type { Dataset } from '../../../../../src/main/engine/datasets/dataset.ts';
import { Kernels } from '../../../../../src/main/engine/kernels/kernels.ts';
import { LotteryTrainer } from '../../../../../src/main/engine/lottery/lottery-trainer.ts';
import { layoutOf } from '../../../../../src/main/engine/network.ts';
import { normalizations } from '../../../../../src/main/engine/normalizations/index.ts';
import { momentsOfExamples } from '../../../../../src/main/engine/normalizations/statistics.ts';
import { Assembler } from '../../../../../src/main/engine/training/augmentation/assembler.ts';
import {
  type Augmentation,
  type BatchKeys,
  BatchMaker,
  type BatchRecipe,
} from '../../../../../src/main/engine/training/augmentation/augment.ts';
import { BatchOrder } from '../../../../../src/main/engine/training/batches.ts';
import { createTrainer } from '../../../../../src/main/engine/training/engines.ts';
import type { AugmentedExamples } from '../../../../../src/main/engine/training/trainer.ts';
import type { EngineId } from '../../../../../src/shared/domain/engine.ts';
import { tinySettings } from '../../../../support/tiny-settings.ts';
import { randomMask, randomWeights, sparseDataset } from '../../sparse/harness.ts';
import { stateOf } from '../../../../support/trainer-state.ts';
import { buildWasmFirst } from '../../../../support/wasm.ts';

buildWasmFirst();

const BATCH = 37;
const SHAPE = [5, 6, 2] as const;
const SIZE = 5 * 6 * 2;
const BYTES = sparseDataset(SHAPE, 10);
const FLOATS: Dataset = {
  ...BYTES,
  train: { ...BYTES.train, features: Float32Array.from(BYTES.train.features, (byte) => -byte) },
};
const KEYS = { order: ['order'], augmentation: ['augmentation'] };

function recipeOf(dataset: Dataset, augmentation: Augmentation, needsMoments = false): BatchRecipe {
  return {
    features: dataset.train.features,
    shape: dataset.shape,
    trainIndices: Int32Array.from({ length: dataset.train.count }, (_, index) => index),
    batchSize: BATCH,
    augmentation,
    needsMoments,
  };
}

const emptyMemory = (dataset: Dataset) => ({
  features:
    dataset.train.features instanceof Uint8Array
      ? new Uint8Array(BATCH * SIZE)
      : new Float32Array(BATCH * SIZE),
  moments: { centers: new Float32Array(BATCH), divisors: new Float32Array(BATCH) },
});

function made(recipe: BatchRecipe, dataset: Dataset, iteration: number, keys: BatchKeys = KEYS) {
  const memory = emptyMemory(dataset);
  new BatchMaker(recipe, keys).make(iteration, memory);
  return memory;
}

/** NumPy's np.pad, a slice, and [:, ::-1]: every picture that an image may become, as text. */
function variantsOf(image: readonly number[], { flip, cropPadding }: Augmentation): string[] {
  const [height, width, channels] = SHAPE;
  const at = (row: number, column: number, channel: number): number =>
    row < 0 || row >= height || column < 0 || column >= width
      ? 0
      : image[(row * width + column) * channels + channel]!;
  const variants: string[] = [];
  for (let down = -cropPadding; down <= cropPadding; down += 1) {
    for (let right = -cropPadding; right <= cropPadding; right += 1) {
      for (const mirrored of flip ? [false, true] : [false]) {
        const picture: number[] = [];
        for (let row = 0; row < height; row += 1) {
          for (let column = 0; column < width; column += 1) {
            const seen = mirrored ? width - 1 - column : column;
            for (let channel = 0; channel < channels; channel += 1) {
              picture.push(at(row + down, seen + right, channel));
            }
          }
        }
        variants.push(picture.join());
      }
    }
  }
  return variants;
}

describe.each([
  { flip: true, cropPadding: 0 },
  { flip: false, cropPadding: 2 },
  { flip: true, cropPadding: 1 },
])('augmentation by %o', (augmentation) => {
  it.each([
    { kind: 'bytes', dataset: BYTES },
    { kind: 'floats', dataset: FLOATS },
  ])('makes all that NumPy makes of an image of $kind, as often as each other', ({ dataset }) => {
    const recipe = recipeOf(dataset, augmentation);
    const { features } = dataset.train;
    const order = new BatchOrder(recipe.trainIndices, KEYS.order);
    const examples = new Int32Array(BATCH);
    const maker = new BatchMaker(recipe, KEYS);
    const memory = emptyMemory(dataset);
    const counts = new Map<number, number>();
    const batches = 100;
    for (let iteration = 0; iteration < batches; iteration += 1) {
      order.fill(iteration, examples);
      maker.make(iteration, memory);
      for (const [place, example] of examples.entries()) {
        const own = [...features.subarray(example * SIZE, (example + 1) * SIZE)];
        const picture = memory.features.subarray(place * SIZE, (place + 1) * SIZE).join();
        const variant = variantsOf(own, augmentation).indexOf(picture);
        expect(variant).toBeGreaterThanOrEqual(0);
        counts.set(variant, (counts.get(variant) ?? 0) + 1);
      }
    }
    const total = (2 * augmentation.cropPadding + 1) ** 2 * (augmentation.flip ? 2 : 1);
    expect(counts.size).toBe(total);
    const expected = (batches * BATCH) / total;
    for (const count of counts.values()) {
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
  });
});

const BOTH: Augmentation = { flip: true, cropPadding: 2 };

describe('batches that are made ahead', () => {
  const assemblers: Assembler[] = [];
  afterAll(() => {
    for (const assembler of assemblers) assembler.dispose();
  });
  const open = (recipe: BatchRecipe) => {
    const assembler = new Assembler(recipe);
    assemblers.push(assembler);
    return assembler;
  };
  const copyOf = ({ features, moments }: AugmentedExamples) => ({
    features: features.slice(),
    moments: moments && { centers: [...moments.centers], divisors: [...moments.divisors] },
  });
  /** Blocks the thread, as a step of a training does. */
  const step = (milliseconds: number): void => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  };

  it.each([
    { kind: 'bytes', dataset: BYTES, needsMoments: false },
    { kind: 'bytes', dataset: BYTES, needsMoments: true },
    { kind: 'floats', dataset: FLOATS, needsMoments: true },
  ])(
    'are those made on the spot, whoever is faster: $kind, moments $needsMoments',
    ({ dataset, needsMoments }) => {
      const recipe = recipeOf(dataset, BOTH, needsMoments);
      const assembler = open(recipe);
      for (const [from, pause] of [
        [0, 0],
        [7, 3],
        [0, 1],
      ] as const) {
        const batches = assembler.start(KEYS, from, 60);
        for (let iteration = from; iteration < 60; iteration += 1) {
          if (pause > 0) step(pause);
          const { features, moments } = made(recipe, dataset, iteration);
          const expected = { features, moments: needsMoments ? moments : undefined };
          expect(copyOf(batches.at(iteration))).toEqual(
            copyOf(expected.moments ? { features, moments } : { features }),
          );
        }
      }
    },
  );

  it('are there when they are needed, in front of steps that take their time', () => {
    const assembler = open(recipeOf(BYTES, BOTH));
    // Whatever the machine is busy with, the thread starts before long.
    const deadline = performance.now() + 20_000;
    for (;;) {
      const before = assembler.madeHere;
      const batches = assembler.start(KEYS, 0, 20);
      for (let iteration = 0; iteration < 20; iteration += 1) {
        step(5);
        batches.at(iteration);
      }
      if (assembler.madeHere - before < 10) return;
      expect(performance.now()).toBeLessThan(deadline);
    }
  });

  it('of a training that was given up do not get into the next one', () => {
    const recipe = recipeOf(BYTES, BOTH);
    const assembler = open(recipe);
    for (let training = 0; training < 30; training += 1) {
      const keys = { order: ['order', training], augmentation: ['augmentation', training] };
      const batches = assembler.start(keys, 0, 1000);
      for (let iteration = 0; iteration < 3; iteration += 1) {
        const { features } = made(recipe, BYTES, iteration, keys);
        expect(batches.at(iteration).features).toEqual(features);
        if (training % 2 === 0) step(1);
      }
    }
  });
});

const kernels = new Kernels();

describe.each(['dense', 'sparse', 'sparse-relaxed'] as const)('the %s engine', (engine) => {
  it.each([
    ...normalizations.entries.map(({ id }) => ({ id, architecture: 'lenet-300-100' })),
    ...normalizations.entries.map(({ id }) => ({ id, architecture: 'conv-2' })),
  ])('trains $architecture on what it is shown: $id', ({ id, architecture }) => {
    const dataset = sparseDataset([8, 8, 3], 10);
    const size = 8 * 8 * 3;
    const fit = (features: Uint8Array) =>
      normalizations.get(id).fit({
        features,
        size,
        channels: 3,
        indices: Int32Array.from({ length: 50 }, (_, index) => index),
      });
    const normalization = fit(dataset.train.features as Uint8Array);
    const examples = Int32Array.from({ length: BATCH }, (_, place) => (place * 7) % 300);
    const shown = Uint8Array.from({ length: BATCH * size }, (_, at) => (at * 37) % 251);
    const moments = momentsOfExamples(shown, BATCH, size);
    const run = (data: Dataset, changed: AugmentedExamples | undefined, isShownTwice = true) => {
      const network = architectures
        .get(architecture)
        .build({ id: architecture, width: 0.1 }, data.shape, data.classes);
      const layout = layoutOf(network);
      const mask = randomMask(layout, 0.5);
      const trainer = createTrainer(engine satisfies EngineId, {
        kernels,
        network,
        optimizer: { id: 'adam' },
        data: {
          dataset: data,
          trainIndices: examples,
          validationIndices: Int32Array.of(290, 291),
          normalization,
        },
        batchSize: BATCH,
        loss: {},
      });
      trainer.start(randomWeights(layout, mask), mask);
      trainer.step(examples, 1, 1, changed);
      // What was shown once is not shown again.
      trainer.step(examples, 2, 1, isShownTwice ? changed : undefined);
      const state = stateOf(trainer);
      trainer.dispose();
      return state;
    };
    const written = dataset.train.features.slice();
    for (const [place, example] of examples.entries()) {
      written.set(shown.subarray(place * size, (place + 1) * size), example * size);
    }
    const expected = run({ ...dataset, train: { ...dataset.train, features: written } }, undefined);
    const changed = { features: shown, moments };
    expect(run(dataset, changed)).toEqual(expected);
    expect(run(dataset, changed, false)).not.toEqual(expected);
    expect(run(dataset, undefined)).not.toEqual(expected);
  });
});

describe('a search with augmentation', () => {
  const dataset = sparseDataset([6, 6, 1], 10);
  const base = { id: 'mnist', validation: 60 };

  function train(choice: object, key: object = {}, branch = 'ticket', engine: EngineId = 'dense') {
    const settings = tinySettings({
      dataset: { ...base, ...choice },
      branches: ['other-data-order'],
    });
    const lotteryTrainer = new LotteryTrainer(kernels, settings, dataset);
    const network = architectures
      .get(settings.architecture.id)
      .build(settings.architecture, dataset.shape, dataset.classes);
    const { initialWeights, finalWeights, evaluations } = lotteryTrainer.train(
      {
        key: { replicate: 0, level: 0, branch, ...key },
        engine,
        mask: new Uint8Array(layoutOf(network).prunableCount).fill(1),
        rewindPoint: undefined,
        nextTarget: undefined,
      },
      { onEvaluation: () => undefined, onIteration: () => true },
    );
    lotteryTrainer.dispose();
    return { initialWeights, finalWeights, evaluations };
  }

  it.each(['dense', 'sparse'] as const)(
    'gives the same bits again, and others than without: %s',
    (engine) => {
      const expected = train({ flip: true, cropPadding: 1 }, {}, 'ticket', engine);
      expect(train({ flip: true, cropPadding: 1 }, {}, 'ticket', engine)).toEqual(expected);
      const others = [{ flip: true }, { cropPadding: 1 }, {}].map((choice) =>
        train(choice, {}, 'ticket', engine),
      );
      const weights = [expected, ...others].map(({ finalWeights }) => finalWeights.join());
      expect(new Set(weights).size).toBe(4);
      // It is measured on images as they are.
      for (const { evaluations } of others) expect(evaluations[0]).toEqual(expected.evaluations[0]);
    },
  );

  it('shows every branch the same images, unless it is to see others', () => {
    const choice = { flip: true, cropPadding: 1 };
    const ticket = train(choice, { level: 1 });
    const reordered = train(choice, { level: 1 }, 'other-data-order');
    expect(reordered.initialWeights).toEqual(ticket.initialWeights);
    expect(reordered.finalWeights).not.toEqual(ticket.finalWeights);
    expect(train(choice, { level: 2 }).finalWeights).toEqual(ticket.finalWeights);
    expect(train(choice, { replicate: 1 }).finalWeights).not.toEqual(ticket.finalWeights);
  });
});
