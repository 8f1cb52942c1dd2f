import { describe, expect, it } from 'vitest';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import type { ParameterSpec } from '../../../../src/shared/domain/layout.ts';
import type { NetworkSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { SPARSE_MODULES } from '../../../../src/main/engine/sparse/build.ts';
import { loadSparseModule, type SparseModule } from '../../../../src/main/engine/sparse/kernels.ts';
import { DenseTrainer } from '../../../../src/main/engine/training/dense-trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import type { LossOptions } from '../../../../src/main/engine/training/trainer.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { largest, largestDifference } from './differences.ts';
import {
  batchAt,
  exampleOf,
  fullyConnected,
  learnableDataset,
  type Probe,
  probe,
  randomMask,
  randomWeights,
  sparseDataset,
} from './harness.ts';
import { Reference, softmax } from './reference.ts';
import type { TrainerState } from '../../../../src/main/engine/training/trainer.ts';
import { stateOf } from '../../../support/trainer-state.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const DENSITIES = [1, 0.51, 0.21, 0.135, 0.07, 0.036, 0.012];
const CHOICES: readonly Choice[] = optimizers.entries.map(({ id }) => ({ id }));
/** Optimizers with other settings than their defaults. */
const VARIANTS: readonly Choice[] = [
  { id: 'rmsprop', momentum: 0.9 },
  ...optimizers.entries.map(({ id }) => ({ id, weightDecay: 0.05 })),
];
/** Half an ulp of a weight of 1 in each of 100 steps comes to 6e-6. */
const WEIGHT_TOLERANCE = 4e-6;
/** Relative to the largest value of a slot; one in 2^24 is 6e-8. */
const SLOT_TOLERANCE = 3e-6;
const NETWORK = fullyConnected([70, 40, 20, 10]);
const DATASET = sparseDataset([70], 10);

interface Problem {
  readonly network?: NetworkSpec;
  readonly dataset?: Dataset;
  readonly batchSize?: number;
  readonly options?: LossOptions;
  readonly mask?: Uint8Array;
  readonly module?: SparseModule;
}

/** The engine's state and the reference's after some steps from the same weights. */
function trainBoth(choice: Choice, density: number, steps: number, problem: Problem = {}) {
  const { network = NETWORK, dataset = DATASET, batchSize = 60, options = {} } = problem;
  const layout = layoutOf(network);
  const mask = problem.mask ?? randomMask(layout, density);
  const weights = randomWeights(layout, mask);
  const { module } = problem;
  const { trainer, signs } = probe(network, dataset, choice, batchSize, {
    ...options,
    ...(module && { module }),
  });
  const reference = new Reference(network, weights, mask, choice, options);
  trainer.start(weights, mask);
  for (let step = 1; step <= steps; step += 1) {
    const batch = batchAt(step, batchSize, dataset.train.count);
    trainer.step(batch, step);
    reference.step(examplesOf(dataset, batch), labelsOf(dataset, batch), step, signs());
  }
  return { state: stateOf(trainer), reference, trainer, mask };
}

const examplesOf = (dataset: Dataset, batch: Int32Array): Float64Array[] =>
  Array.from(batch, (index) => exampleOf(dataset.train, index));

const labelsOf = (dataset: Dataset, batch: Int32Array): Int32Array =>
  batch.map((index) => dataset.train.labels[index]!);

function expectSame(state: TrainerState, reference: Reference): void {
  const { parameters, slots } = state;
  expect(largestDifference(parameters, reference.parameters)).toBeLessThan(WEIGHT_TOLERANCE);
  expect(slots.length).toBe(reference.slots.length);
  for (const [index, slot] of slots.entries()) {
    const expected = reference.slots[index]!;
    expect(largestDifference(slot, expected)).toBeLessThan(SLOT_TOLERANCE * largest(expected));
  }
}

describe('100 steps beside a float64 reference', () => {
  it.each(CHOICES.flatMap((choice) => DENSITIES.map((density) => ({ ...choice, density }))))(
    'with $id at density $density',
    ({ id, density }) => {
      const { state, reference } = trainBoth({ id }, density, 100);
      expectSame(state, reference);
    },
  );

  it.each(VARIANTS)('with %o', (choice) => {
    const { state, reference } = trainBoth(choice, 0.3, 100);
    expectSame(state, reference);
  });

  it.each(DENSITIES)('with relaxed SIMD at density %f', (density) => {
    const module = loadSparseModule('relaxed');
    const { state, reference } = trainBoth({ id: 'adam' }, density, 100, { module });
    expectSame(state, reference);
  });

  it('with smoothed labels and clipped gradients', () => {
    const options = { labelSmoothing: 0.1, clipNorm: 0.2 };
    const { state, reference } = trainBoth({ id: 'momentum' }, 0.3, 100, { options });
    expectSame(state, reference);
  });

  it('follows a learning rate schedule', () => {
    const layout = layoutOf(NETWORK);
    const mask = randomMask(layout, 0.3);
    const weights = randomWeights(layout, mask);
    const { trainer, signs } = probe(NETWORK, DATASET, { id: 'adam' }, 12);
    const reference = new Reference(NETWORK, weights, mask, { id: 'adam' });
    trainer.start(weights, mask);
    for (let step = 1; step <= 20; step += 1) {
      const batch = batchAt(step, 12, DATASET.train.count);
      const factor = 1 / step;
      trainer.step(batch, step, factor);
      const examples = examplesOf(DATASET, batch);
      reference.step(examples, labelsOf(DATASET, batch), step, signs(), factor);
    }
    expectSame(stateOf(trainer), reference);
  });

  it('counts the values near zero for which the reference took the engine’s sign', () => {
    const { reference } = trainBoth({ id: 'nesterov' }, 0.135, 100);
    expect(reference.followed).toBeLessThan(5);
  });
});

describe('gradients beside a float64 reference', () => {
  it.each([
    { widths: [784, 300, 100, 10], batchSize: 60, density: 0.2 },
    { widths: [5, 1, 3, 17, 2], batchSize: 1, density: 0.7 },
    { widths: [16, 17, 3], batchSize: 7, density: 1 },
    { widths: [17, 3, 1, 2], batchSize: 61, density: 0.6 },
    { widths: [33, 40, 31], batchSize: 100, density: 0.1 },
    { widths: [3072, 8, 11], batchSize: 32, density: 0.5 },
    { widths: [1, 2], batchSize: 33, density: 1 },
    { widths: [50, 4, 4, 4, 4, 4, 4], batchSize: 5, density: 0.8 },
    ...[9, 13, 17, 21, 25, 29].map((batchSize) => ({
      widths: [30, 20, 10],
      batchSize,
      density: 0.4,
    })),
  ])('of $widths with batches of $batchSize', ({ widths, batchSize, density }) => {
    const network = fullyConnected(widths);
    const dataset = sparseDataset([widths[0]!], widths.at(-1)!);
    const { reference, trainer, mask } = trainBoth({ id: 'sgd' }, density, 1, {
      network,
      dataset,
      batchSize,
    });
    const weights = randomWeights(reference.layout, mask, 2);
    const again = new Reference(network, weights, mask, { id: 'sgd' });
    trainer.start(weights, mask);
    const batch = batchAt(9, batchSize, dataset.train.count);
    const gradients = trainer.gradients(batch);
    const expected = again.gradients(examplesOf(dataset, batch), labelsOf(dataset, batch));
    // An average of terms of up to 1, which may cancel almost completely.
    const tolerance = 2e-6 * largest(expected) + 2 ** -23;
    expect(largestDifference(gradients, expected)).toBeLessThan(tolerance);
    expect(largest(expected)).toBeGreaterThan(0);
  });

  it('with units that have no input, no output, or neither', () => {
    const layout = layoutOf(NETWORK);
    const mask = randomMask(layout, 0.5);
    const [first, second] = layout.prunable as readonly [ParameterSpec, ParameterSpec];
    for (let input = 0; input < 70; input += 1) {
      for (const unit of [0, 7, 39]) mask[first.maskOffset + input * 40 + unit] = 0;
    }
    for (const unit of [7, 12]) {
      mask.fill(0, second.maskOffset + unit * 20, second.maskOffset + (unit + 1) * 20);
    }
    const { state, reference } = trainBoth({ id: 'adam' }, 0.5, 20, { mask });
    expectSame(state, reference);
  });

  it('with no weight left', () => {
    const mask = new Uint8Array(layoutOf(NETWORK).prunableCount);
    const { state, reference } = trainBoth({ id: 'adam' }, 0, 20, { mask });
    expectSame(state, reference);
  });
});

describe('a training', () => {
  it.each([...CHOICES, ...VARIANTS])(
    'keeps pruned weights and slots exactly zero with %o',
    (choice) => {
      const { state, reference, mask } = trainBoth(choice, 0.2, 30);
      for (const values of [state.parameters, ...state.slots]) {
        let moved = 0;
        for (const { maskOffset, offset, size } of reference.layout.prunable) {
          for (let index = 0; index < size; index += 1) {
            const value = values[offset + index]!;
            if (mask[maskOffset + index] === 0) expect(Object.is(value, 0)).toBe(true);
            else if (value !== 0) moved += 1;
          }
        }
        expect(moved).toBeGreaterThan(0);
      }
    },
  );

  it('gives the same bits again, in the same trainer and in another', () => {
    for (const kind of SPARSE_MODULES) {
      const layout = layoutOf(NETWORK);
      const mask = randomMask(layout, 0.2);
      const weights = randomWeights(layout, mask);
      const first = probe(NETWORK, DATASET, { id: 'adam' }, 61, { module: loadSparseModule(kind) });
      const second = probe(NETWORK, DATASET, { id: 'adam' }, 61, {
        module: loadSparseModule(kind),
      });
      const run = ({ trainer }: Probe) => {
        trainer.start(weights, mask);
        for (let step = 1; step <= 30; step += 1) {
          trainer.step(batchAt(step, 61, DATASET.train.count), step);
        }
        return { ...stateOf(trainer), score: trainer.scoreTest() };
      };
      const expected = run(first);
      expect(run(first)).toEqual(expected);
      // Training with another mask in between changes nothing.
      second.trainer.start(randomWeights(layout, mask), randomMask(layout, 0.9));
      second.trainer.step(batchAt(1, 61, DATASET.train.count), 1);
      expect(run(second)).toEqual(expected);
    }
  });

  it('is not changed by evaluation or by reading its state', () => {
    const layout = layoutOf(NETWORK);
    const mask = randomMask(layout, 0.2);
    const weights = randomWeights(layout, mask);
    const run = (looks: boolean) => {
      const { trainer } = probe(NETWORK, DATASET, { id: 'adam' }, 10);
      trainer.start(weights, mask);
      for (let step = 1; step <= 10; step += 1) {
        trainer.step(batchAt(step, 10, DATASET.train.count), step);
        if (looks) {
          trainer.scoreTest();
          trainer.scoreValidation();
          trainer.gradients(batchAt(99, 10, DATASET.train.count));
          stateOf(trainer);
        }
      }
      return stateOf(trainer);
    };
    expect(run(true)).toEqual(run(false));
  });

  it('starts from exactly the weights it is given, with slots of zero', () => {
    const layout = layoutOf(NETWORK);
    const { trainer } = probe(NETWORK, DATASET, { id: 'adam' }, 10);
    for (const density of [0.2, 1, 0.05]) {
      const mask = randomMask(layout, density);
      const weights = randomWeights(layout, mask);
      trainer.start(weights, mask);
      const { parameters, slots } = stateOf(trainer);
      expect(parameters).toEqual(weights);
      for (const slot of slots) expect(largest(slot)).toBe(0);
      trainer.step(batchAt(1, 10, DATASET.train.count), 1);
    }
  });

  it('takes no more memory over the levels of a search, nor over many searches', () => {
    const layout = layoutOf(NETWORK);
    const { trainer, memory } = probe(NETWORK, DATASET, { id: 'adam' }, 10);
    const search = (): void => {
      for (let level = 0; level < 20; level += 1) {
        const mask = randomMask(layout, 0.8 ** level);
        trainer.start(randomWeights(layout, mask), mask);
        trainer.step(batchAt(level, 10, DATASET.train.count), 1);
      }
    };
    search();
    const before = memory();
    for (let repetition = 0; repetition < 20; repetition += 1) search();
    expect(memory()).toBe(before);
  });

  it.each(CHOICES)('with $id leaves no subnormal number where gradients stay zero', (choice) => {
    const dataset = sparseDataset([70], 10);
    dataset.train.features.fill(0, 70);
    const layout = layoutOf(NETWORK);
    const mask = randomMask(layout, 1);
    const { trainer } = probe(NETWORK, dataset, choice, 4);
    trainer.start(randomWeights(layout, mask), mask);
    trainer.step(Int32Array.of(0, 0, 0, 0), 1);
    // From here on all inputs are zero.
    for (let step = 2; step <= 2000; step += 1) trainer.step(Int32Array.of(1, 2, 3, 4), step);
    for (const slot of stateOf(trainer).slots) {
      for (const value of slot) {
        if (value !== 0 && Math.abs(value) < 2 ** -126) expect.fail(`${value} is subnormal`);
      }
    }
  });

  it('shows that it has diverged', () => {
    const layout = layoutOf(NETWORK);
    const mask = randomMask(layout, 1);
    const { trainer } = probe(NETWORK, DATASET, { id: 'sgd', learningRate: 1000 }, 10);
    trainer.start(
      randomWeights(layout, mask).map((weight) => weight * 1e6),
      mask,
    );
    for (let step = 1; step <= 50; step += 1) {
      trainer.step(batchAt(step, 10, DATASET.train.count), step);
    }
    expect(Number.isFinite(trainer.scoreValidation().loss)).toBe(false);
  });
});

describe('scores', () => {
  it.each([1, 3, 63, 64, 65, 300])('of %i examples are those of the reference', (count) => {
    const layout = layoutOf(NETWORK);
    const mask = randomMask(layout, 0.5);
    const weights = randomWeights(layout, mask);
    const validation = Int32Array.from({ length: count }, (_, index) => 299 - index);
    const { trainer } = probe(NETWORK, DATASET, { id: 'sgd' }, 60, { validation });
    trainer.start(weights, mask);
    const reference = new Reference(NETWORK, weights, mask, { id: 'sgd' });
    const logits = reference.logits(examplesOf(DATASET, validation));
    const labels = labelsOf(DATASET, validation);
    let loss = 0;
    let correct = 0;
    for (const [index, row] of logits.entries()) {
      loss -= Math.log(softmax(row)[labels[index]!]!);
      if (row.indexOf(Math.max(...row)) === labels[index]) correct += 1;
    }
    const score = trainer.scoreValidation();
    expect(score.accuracy).toBe(correct / count);
    expect(Math.abs(score.loss - loss / count)).toBeLessThan(5e-7);
  });

  it('count the first of equal logits', () => {
    const mask = new Uint8Array(layoutOf(NETWORK).prunableCount);
    const { trainer } = probe(NETWORK, DATASET, { id: 'sgd' }, 60);
    trainer.start(new Float32Array(layoutOf(NETWORK).parameterCount), mask);
    const { labels, count } = DATASET.test;
    const zeros = labels.reduce((sum, label) => sum + (label === 0 ? 1 : 0), 0);
    expect(trainer.scoreTest().accuracy).toBe(zeros / count);
    expect(trainer.scoreTest().loss).toBeCloseTo(Math.log(10), 6);
  });

  it('stay finite where the probability of a class is almost zero', () => {
    const network = fullyConnected([4, 3]);
    const dataset = sparseDataset([4], 3);
    const layout = layoutOf(network);
    const mask = new Uint8Array(layout.prunableCount);
    const weights = new Float32Array(layout.parameterCount);
    weights.set([0, 500, 70], layout.parameterCount - 3);
    const { trainer } = probe(network, dataset, { id: 'sgd' }, 4, {
      validation: Int32Array.of(dataset.train.labels.indexOf(0)),
    });
    trainer.start(weights, mask);
    expect(trainer.scoreValidation()).toEqual({ loss: 500, accuracy: 0 });
  });
});

describe('both engines', () => {
  it('learn as well from the same weights, mask and batches', () => {
    const network = fullyConnected([30, 40, 20, 3]);
    const dataset = learnableDataset(30, 3);
    const layout = layoutOf(network);
    const mask = randomMask(layout, 0.3);
    const weights = randomWeights(layout, mask);
    const choice = { id: 'adam' };
    const { trainer: sparse } = probe(network, dataset, choice, 20);
    const dense = new DenseTrainer(
      new Kernels(),
      network,
      optimizers.get(choice.id).create(choice),
      { dataset, trainIndices: new Int32Array(), validationIndices: Int32Array.of(1, 2) },
      20,
    );
    for (const trainer of [sparse, dense]) {
      trainer.start(weights, mask);
      for (let step = 1; step <= 300; step += 1) trainer.step(batchAt(step, 20, 300), step);
    }
    expect(sparse.scoreTest().accuracy).toBeGreaterThan(0.9);
    expect(Math.abs(sparse.scoreTest().accuracy - dense.scoreTest().accuracy)).toBeLessThan(0.02);
    expect(Math.abs(sparse.scoreTest().loss - dense.scoreTest().loss)).toBeLessThan(0.01);
    dense.dispose();
  });
});
