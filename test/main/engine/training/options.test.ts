/** What settings of a training, dropout and running statistics do, alike on every engine. */
import { afterAll, describe, expect, it } from 'vitest';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { LayerSpec } from '../../../../src/main/engine/layers/spec.ts';
import { createTrainer } from '../../../../src/main/engine/training/engines.ts';
import type { LossOptions } from '../../../../src/main/engine/training/trainer.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { ENGINE_IDS, type EngineId } from '../../../../src/shared/domain/engine.ts';
import {
  applyMask,
  halfMask,
  initialParameters,
  networkOf,
  parameterOf,
  syntheticBatch,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';
import { stateOf } from '../../../support/trainer-state.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const SHAPE = [4, 4, 1];
const EXAMPLES = 100;
const BATCH = 20;
const STEEPEST: Choice = { id: 'sgd', learningRate: 1 };

const conv: LayerSpec = {
  kind: 'conv2d',
  name: 'conv',
  inputs: 1,
  outputs: 6,
  kernelSize: 3,
  stride: 1,
  padding: 'same',
  hasBias: true,
};
const norm: LayerSpec = {
  kind: 'batch-norm',
  name: 'norm',
  channels: 6,
  momentum: 0.1,
  epsilon: 1e-5,
};
const flatten: LayerSpec = { kind: 'flatten', name: 'flatten' };
const output = (inputs: number): LayerSpec => ({
  kind: 'dense',
  name: 'output',
  inputs,
  outputs: 10,
});
const NORMALIZED = [conv, norm, { kind: 'relu', name: 'relu' } as const, flatten, output(96)];

const kernels = new Kernels();
const tensors = kernels.tensorCount;
afterAll(() => {
  expect(kernels.tensorCount).toBe(tensors);
});

interface Problem {
  readonly engine: EngineId;
  readonly layers: readonly LayerSpec[];
  readonly optimizer?: Choice;
  readonly loss?: LossOptions;
  readonly batchSize?: number;
  readonly validation?: readonly number[];
}

/** Gives a trainer to `use`, and takes it back. */
function withTrainer<Result>(
  {
    engine,
    layers,
    optimizer = STEEPEST,
    loss = {},
    batchSize = BATCH,
    validation = [3, 5, 8],
  }: Problem,
  use: (trainer: ReturnType<typeof createTrainer>) => Result,
): Result {
  const trainer = createTrainer(engine, {
    kernels,
    network: networkOf(SHAPE, layers),
    optimizer,
    data: {
      dataset: syntheticDataset(SHAPE, EXAMPLES),
      trainIndices: new Int32Array(),
      validationIndices: Int32Array.from(validation),
    },
    batchSize,
    loss,
  });
  try {
    return use(trainer);
  } finally {
    trainer.dispose();
  }
}

/** What this many steps change every parameter by. */
function movement(problem: Problem, { steps = 1, seed = 0, isPruned = true } = {}): Float32Array {
  return withTrainer(problem, (trainer) => {
    const { layout } = trainer;
    const mask = isPruned ? halfMask(layout) : new Uint8Array(layout.prunableCount).fill(1);
    const start = applyMask(layout, initialParameters(layout), mask);
    trainer.start(start, mask, seed);
    for (let step = 0; step < steps; step += 1) {
      trainer.step(syntheticBatch(step, BATCH, EXAMPLES), step + 1);
    }
    return trainer.weights().map((value, index) => value - start[index]!);
  });
}

/** Euclidean, of what is trained: running statistics move by themselves. */
function trainedNorm(problem: Problem, moved: Float32Array): number {
  return withTrainer(problem, ({ layout }) =>
    Math.hypot(
      ...layout.parameters
        .filter(({ trainable }) => trainable)
        .flatMap(({ offset, size }) => [...moved.subarray(offset, offset + size)]),
    ),
  );
}

describe.each(ENGINE_IDS)('on the engine %s', (engine) => {
  const problem = { engine, layers: NORMALIZED };

  it('label smoothing changes what is learnt, but not how it is measured', () => {
    const scores = [0, 0.3].map((labelSmoothing) =>
      withTrainer({ ...problem, loss: { labelSmoothing } }, (trainer) => {
        const { layout } = trainer;
        trainer.start(initialParameters(layout), new Uint8Array(layout.prunableCount).fill(1));
        return trainer.scoreValidation();
      }),
    );
    expect(scores[1]).toEqual(scores[0]);
    expect(movement({ ...problem, loss: { labelSmoothing: 0.3 } })).not.toEqual(movement(problem));
  });

  it('label smoothing leads to its own target, classes alike', () => {
    // At weights of 0 every class has 1/10: the bias's gradient is 1/10 − its mean target.
    const layers = [flatten, output(16)];
    const labelSmoothing = 0.4;
    const bias = withTrainer({ engine, layers, loss: { labelSmoothing } }, (trainer) => {
      const { layout } = trainer;
      trainer.start(
        new Float32Array(layout.parameterCount),
        new Uint8Array(layout.prunableCount).fill(1),
      );
      trainer.step(syntheticBatch(0, BATCH, EXAMPLES), 1);
      return parameterOf(layout, trainer.weights(), 'output.bias');
    });
    const { labels } = syntheticDataset(SHAPE, EXAMPLES).train;
    const batch = syntheticBatch(0, BATCH, EXAMPLES);
    for (const [label, moved] of bias.entries()) {
      const share = batch.filter((example) => labels[example] === label).length / BATCH;
      const target = (1 - labelSmoothing) * share + labelSmoothing / 10;
      expect(moved).toBeCloseTo(target - 0.1, 6);
    }
  });

  it.each([true, false])('clips by the norm of all gradients together, pruned: %s', (isPruned) => {
    const free = movement(problem, { isPruned });
    const whole = trainedNorm(problem, free);
    const clipNorm = 0.5 * whole;
    const clipped = movement({ ...problem, loss: { clipNorm } }, { isPruned });
    // torch.nn.utils.clip_grad_norm_ multiplies by this.
    const factor = clipNorm / (whole + 1e-6);
    expect(trainedNorm(problem, clipped) / (factor * whole)).toBeCloseTo(1, 5);
    const { layout } = withTrainer(problem, (trainer) => trainer);
    for (const { name, trainable } of layout.parameters) {
      const [before, after] = [free, clipped].map((moved) => parameterOf(layout, moved, name));
      const expected = trainable ? before!.map((value) => factor * value) : before!;
      for (const [index, value] of after!.entries()) {
        expect(Math.abs(value - expected[index]!), name).toBeLessThan(1e-6 * whole);
      }
    }
    expect(movement({ ...problem, loss: { clipNorm: 1.01 * whole } }, { isPruned })).toEqual(free);
  });

  it('clips what the loss gives, and adds weight decay behind it', () => {
    const decayed = { ...problem, optimizer: { ...STEEPEST, weightDecay: 0.1 } };
    const [plain, both] = [problem, decayed].map((each) =>
      movement({ ...each, loss: { clipNorm: 0.01 } }),
    );
    withTrainer(problem, ({ layout }) => {
      const start = applyMask(layout, initialParameters(layout), halfMask(layout));
      for (const { offset, size, trainable } of layout.parameters) {
        for (let index = offset; index < offset + size; index += 1) {
          const pull = trainable ? -0.1 * start[index]! : 0;
          expect(both![index]! - plain![index]!).toBeCloseTo(pull, 6);
        }
      }
    });
  });

  describe('dropout', () => {
    const RATE = 0.75;
    const dropped = (name: string, rate: number): LayerSpec => ({ kind: 'dropout', name, rate });
    /** Which features of a batch of one were kept, and by how much they grew. */
    const factorsOf = (name: string, seed: number, step = 1, rate = RATE): number[] =>
      withTrainer(
        { engine, layers: [flatten, dropped(name, rate), output(16)], batchSize: 1 },
        (trainer) => {
          const { layout } = trainer;
          trainer.start(
            new Float32Array(layout.parameterCount),
            new Uint8Array(layout.prunableCount).fill(1),
            seed,
          );
          trainer.step(Int32Array.of(0), step);
          const parameters = trainer.weights();
          // Δw = factor · x · Δb, for weights of 0.
          const [moved] = parameterOf(layout, parameters, 'output.bias');
          const kernel = parameterOf(layout, parameters, 'output.kernel');
          const { features } = syntheticDataset(SHAPE, EXAMPLES).train;
          return Array.from({ length: 16 }, (_, feature) => {
            const x = features[feature]! / 255;
            return kernel[10 * feature]! / (x * moved!);
          });
        },
      );

    it('drops whole values, and what stays grows by 1 / (1 − rate)', () => {
      const factors = Array.from({ length: 30 }, (_, seed) => factorsOf('drop', seed)).flat();
      const kept = factors.filter((factor) => factor !== 0);
      for (const factor of kept) expect(factor).toBeCloseTo(1 / (1 - RATE), 4);
      // 480 draws at 1/4: four standard deviations are 38.
      expect(kept.length).toBeGreaterThan(120 - 38);
      expect(kept.length).toBeLessThan(120 + 38);
    });

    it('follows from seed, layer and step, on every engine alike', () => {
      const isKept = (...drawn: Parameters<typeof factorsOf>) =>
        factorsOf(...drawn).map((factor) => factor !== 0);
      const first = isKept('drop', 5);
      expect(isKept('drop', 5)).toEqual(first);
      expect(isKept('drop', 6)).not.toEqual(first);
      expect(isKept('other', 5)).not.toEqual(first);
      expect(isKept('drop', 5, 2)).not.toEqual(first);
      expect(first.map(Number).join('')).toBe('0010000100000001');
    });

    it('begins anew with the seed of every training', () => {
      const layers = [flatten, dropped('drop', RATE), output(16)];
      const [first, second, again] = withTrainer({ engine, layers }, (trainer) =>
        [5, 6, 5].map((seed) => {
          const { layout } = trainer;
          const mask = new Uint8Array(layout.prunableCount).fill(1);
          trainer.start(initialParameters(layout), mask, seed);
          trainer.step(syntheticBatch(0, BATCH, EXAMPLES), 1);
          return trainer.weights();
        }),
      );
      expect(second).not.toEqual(first);
      expect(again).toEqual(first);
    });

    it('is off in evaluation', () => {
      const scoreWith = (rate: number) =>
        withTrainer({ engine, layers: [flatten, dropped('drop', rate), output(16)] }, (trainer) => {
          const { layout } = trainer;
          trainer.start(initialParameters(layout), new Uint8Array(layout.prunableCount).fill(1), 3);
          return trainer.scoreTest();
        });
      expect(scoreWith(RATE)).toEqual(scoreWith(0));
    });
  });

  describe('running statistics', () => {
    const trained = (validation: readonly number[]) =>
      withTrainer({ ...problem, optimizer: { id: 'adam' }, validation }, (trainer) => {
        const { layout } = trainer;
        const mask = halfMask(layout);
        const start = applyMask(layout, initialParameters(layout), mask);
        const train = () => {
          trainer.start(start, mask);
          for (let step = 0; step < 5; step += 1) {
            trainer.step(syntheticBatch(step, BATCH, EXAMPLES), step + 1);
          }
          return { ...stateOf(trainer), score: trainer.scoreValidation() };
        };
        const once = train();
        return { layout, start, once, again: train() };
      });

    it('move, have no slots, and begin anew with every training', () => {
      const { layout, start, once, again } = trained([3, 5]);
      expect(again).toEqual(once);
      for (const name of ['norm.running-mean', 'norm.running-variance']) {
        const [before, after] = [start, once.parameters].map((all) =>
          parameterOf(layout, all, name),
        );
        expect(after).not.toEqual(before);
        for (const slot of once.slots) {
          expect(parameterOf(layout, slot, name).every((value) => value === 0)).toBe(true);
        }
      }
    });

    it('are what an evaluation goes by: an example has its loss in any company', () => {
      const [one, other, both] = [[3], [5], [3, 5]].map(
        (validation) => trained(validation).once.score.loss,
      );
      expect(both).toBeCloseTo((one! + other!) / 2, 6);
    });

    it('make a difference: by other ones, other losses', () => {
      withTrainer(problem, (trainer) => {
        const { layout } = trainer;
        const mask = new Uint8Array(layout.prunableCount).fill(1);
        const start = initialParameters(layout);
        trainer.start(start, mask);
        const before = trainer.scoreValidation();
        const shifted = start.slice();
        parameterOf(layout, shifted, 'norm.running-mean').fill(0.3);
        trainer.start(shifted, mask);
        expect(trainer.scoreValidation()).not.toEqual(before);
      });
    });
  });
});
