import { describe, expect, it } from 'vitest';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { LayerSpec } from '../../../../src/main/engine/layers/spec.ts';
import { DenseTrainer } from '../../../../src/main/engine/training/dense-trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import type { LossOptions } from '../../../../src/main/engine/training/trainer.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import {
  applyMask,
  halfMask,
  initialParameters,
  networkOf,
  syntheticBatch,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';
import { stateOf } from '../../../support/trainer-state.ts';

const kernels = new Kernels();
const BATCH = 12;

const SMALL: readonly LayerSpec[] = [
  { kind: 'flatten', name: 'flatten' },
  { kind: 'dense', name: 'fc1', inputs: 16, outputs: 12 },
  { kind: 'relu', name: 'relu1' },
  { kind: 'dense', name: 'output', inputs: 12, outputs: 10 },
];
const CONVOLUTIONAL: readonly LayerSpec[] = [
  {
    kind: 'conv2d',
    name: 'conv1',
    inputs: 1,
    outputs: 6,
    kernelSize: 3,
    stride: 1,
    padding: 'same',
    hasBias: true,
  },
  { kind: 'batch-norm', name: 'norm1', channels: 6, momentum: 0.1, epsilon: 1e-5 },
  { kind: 'relu', name: 'relu1' },
  { kind: 'dropout', name: 'dropout1', rate: 0.25 },
  { kind: 'max-pool', name: 'pool1', size: 2, stride: 2, padding: 'valid' },
  { kind: 'flatten', name: 'flatten' },
  { kind: 'dense', name: 'output', inputs: 24, outputs: 10 },
];

function trainerOf(
  layers: readonly LayerSpec[],
  optimizer: Choice,
  options: LossOptions = {},
): DenseTrainer {
  const shape = [4, 4, 1];
  return new DenseTrainer(
    kernels,
    networkOf(shape, layers),
    optimizers.get(optimizer.id).create(optimizer),
    {
      dataset: syntheticDataset(shape, 100),
      trainIndices: new Int32Array(),
      validationIndices: Int32Array.of(3, 5, 8),
    },
    BATCH,
    options,
  );
}

function run(trainer: DenseTrainer, steps: number, seed = 0): void {
  const { layout } = trainer;
  const mask = halfMask(layout);
  trainer.start(applyMask(layout, initialParameters(layout), mask), mask, seed);
  for (let step = 0; step < steps; step += 1) {
    trainer.step(syntheticBatch(step, BATCH, 100), step + 1);
  }
}

const withDecay = optimizers.entries.map(({ id }) => ({ id, weightDecay: 0.01 }));

describe('a masked training', () => {
  it.each([...withDecay, { id: 'rmsprop', momentum: 0.9 }])(
    'with $id keeps masked weights and their slots exactly zero over 100 steps',
    (optimizer) => {
      for (const layers of [SMALL, CONVOLUTIONAL]) {
        const trainer = trainerOf(layers, optimizer, { labelSmoothing: 0.1, clipNorm: 1 });
        run(trainer, 100);
        const mask = halfMask(trainer.layout);
        const state = stateOf(trainer);
        for (const values of [state.parameters, ...state.slots]) {
          let moved = 0;
          for (const { maskOffset, offset, size } of trainer.layout.prunable) {
            for (let index = 0; index < size; index += 1) {
              const value = values[offset + index]!;
              if (mask[maskOffset + index] === 0) expect(value).toBe(0);
              else if (value !== 0) moved += 1;
            }
          }
          expect(moved).toBeGreaterThan(0);
        }
        trainer.dispose();
      }
    },
  );

  it.each([...withDecay])('with $id gives the same bits again', (optimizer) => {
    for (const layers of [SMALL, CONVOLUTIONAL]) {
      const trainer = trainerOf(layers, optimizer);
      run(trainer, 30, 5);
      const first = { ...stateOf(trainer), validation: trainer.scoreValidation() };
      run(trainer, 30, 5);
      expect({ ...stateOf(trainer), validation: trainer.scoreValidation() }).toEqual(first);
      trainer.dispose();

      const another = trainerOf(layers, optimizer);
      run(another, 30, 5);
      expect(stateOf(another)).toEqual({ parameters: first.parameters, slots: first.slots });
      another.dispose();
    }
  });

  it('leaves the number of tensors as it was over 10,000 steps', () => {
    const trainer = trainerOf(SMALL, { id: 'adam' });
    run(trainer, 1);
    const before = kernels.tensorCount;
    run(trainer, 10_000);
    expect(kernels.tensorCount).toBe(before);
    trainer.dispose();
  }, 60_000);

  it.each(optimizers.entries.map(({ id }) => ({ id })))(
    'with $id leaves no tensor behind, neither in steps nor when it is disposed of',
    (optimizer) => {
      const before = kernels.tensorCount;
      const trainer = trainerOf(CONVOLUTIONAL, optimizer, { labelSmoothing: 0.1, clipNorm: 1 });
      run(trainer, 1);
      const working = kernels.tensorCount;
      run(trainer, 20);
      trainer.scoreTest();
      trainer.gradients(syntheticBatch(0, BATCH, 100));
      expect(kernels.tensorCount).toBe(working);
      trainer.dispose();
      expect(kernels.tensorCount).toBe(before);
    },
  );
});

describe('scoreTraining', () => {
  it('holds the tensors of the last training examples alone, however many were measured', () => {
    const trainer = trainerOf(SMALL, { id: 'sgd' });
    run(trainer, 1);
    const [few, many] = [10, 90].map((length) => Int32Array.from({ length }, (_, index) => index));
    const first = trainer.scoreTraining(few!);
    const held = kernels.tensorCount;
    expect(trainer.scoreTraining(many!)).not.toEqual(first);
    for (let round = 0; round < 5; round += 1) trainer.scoreTraining(few!.slice());
    expect(trainer.scoreTraining(few!)).toEqual(first);
    expect(kernels.tensorCount).toBe(held);
    trainer.dispose();
  });
});

describe('running statistics', () => {
  it('stay as they are while gradients are looked at', () => {
    const trainer = trainerOf(CONVOLUTIONAL, { id: 'sgd' });
    run(trainer, 10);
    const before = stateOf(trainer);
    const score = trainer.scoreTest();
    trainer.gradients(syntheticBatch(3, BATCH, 100));
    expect(trainer.scoreTest()).toEqual(score);
    expect(stateOf(trainer)).toEqual(before);
    trainer.dispose();
  });
});

describe('step', () => {
  it('multiplies the learning rate by the factor of a schedule', () => {
    const trainer = trainerOf(SMALL, { id: 'sgd', learningRate: 0.25 });
    const { layout } = trainer;
    const initial = initialParameters(layout);
    const mask = new Uint8Array(layout.prunableCount).fill(1);
    const moved = (learningRateFactor: number): number => {
      trainer.start(initial, mask);
      trainer.step(syntheticBatch(0, BATCH, 100), 1, learningRateFactor);
      const parameters = trainer.weights();
      return Math.hypot(...parameters.map((value, index) => value - initial[index]!));
    };
    expect(moved(0)).toBe(0);
    expect(moved(0.5) / moved(1)).toBeCloseTo(0.5, 4);
    trainer.dispose();
  });
});

describe('gradients', () => {
  it('are those of a step of gradient descent, zero where the mask is, and change nothing', () => {
    const trainer = trainerOf(SMALL, { id: 'sgd', learningRate: 1 });
    run(trainer, 3);
    const before = trainer.weights();
    const batch = syntheticBatch(3, BATCH, 100);
    const gradients = trainer.gradients(batch);
    expect(trainer.weights()).toEqual(before);
    trainer.step(batch, 4);
    const after = trainer.weights();
    // The step rounds its result once.
    for (const [index, gradient] of gradients.entries()) {
      expect(after[index]).toBe(Math.fround(before[index]! - gradient));
    }
    const { layout } = trainer;
    // A negative gradient times a mask of 0 is -0, which adding 0 makes 0.
    expect(applyMask(layout, gradients, halfMask(layout)).map((value) => value + 0)).toEqual(
      gradients.map((value) => value + 0),
    );
    trainer.dispose();
  });
});
