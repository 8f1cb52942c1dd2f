/** A trainer that takes over from another one goes on with the same bits, alike on every engine. */
import { afterAll, describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { createTrainer } from '../../../../src/main/engine/training/engines.ts';
import { hasSparseUpdate } from '../../../../src/main/engine/training/optimizer-engines.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import type { Trainer, TrainerState } from '../../../../src/main/engine/training/trainer.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { ENGINE_IDS, type EngineId } from '../../../../src/shared/domain/engine.ts';
import {
  applyMask,
  halfMask,
  initialParameters,
  syntheticBatch,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const SHAPE = [8, 8, 3];
const CLASSES = 4;
const BATCH = 22;
const EXAMPLES = 60;
const STEPS = 9;
const SEED = 5;

/** What draws numbers, keeps statistics, and has parameters of every kind. */
const LAYERS = [
  { kind: 'conv2d', channels: 5, bias: false },
  { kind: 'batch-norm' },
  { kind: 'relu' },
  { kind: 'dropout', rate: 0.2 },
  { kind: 'residual', channels: 6, stride: 2, shortcut: 'projection' },
  { kind: 'global-average-pool' },
  { kind: 'dense', units: 9 },
  { kind: 'relu' },
  { kind: 'dropout', rate: 0.5 },
];

const kernels = new Kernels();
const tensors = kernels.tensorCount;
const network = architectures.get('custom').build({ id: 'custom', layers: LAYERS }, SHAPE, CLASSES);
const layout = layoutOf(network);
const mask = halfMask(layout);
const start = applyMask(layout, initialParameters(layout), mask);
const opened: Trainer[] = [];

afterAll(() => {
  for (const trainer of opened) trainer.dispose();
  expect(kernels.tensorCount).toBe(tensors);
});

function newTrainer(engine: EngineId, optimizer: Choice): Trainer {
  const trainer = createTrainer(engine, {
    kernels,
    network,
    optimizer,
    data: {
      dataset: syntheticDataset(SHAPE, EXAMPLES, CLASSES),
      trainIndices: new Int32Array(),
      validationIndices: Int32Array.from({ length: EXAMPLES }, (_, index) => index),
    },
    batchSize: BATCH,
    loss: { labelSmoothing: 0.1, clipNorm: 1 },
  });
  opened.push(trainer);
  return trainer;
}

/** Makes the steps after the first `done` ones, at a rate that changes. */
function train(trainer: Trainer, done: number, until: number): void {
  for (let step = done + 1; step <= until; step += 1) {
    trainer.step(syntheticBatch(step, BATCH, EXAMPLES), step, 1 / step);
  }
}

/** As integers, so that zeros of both signs and numbers that are none count. */
function bitsOf({ parameters, slots }: TrainerState): Uint32Array[] {
  return [parameters, ...slots].map((values) => new Uint32Array(Float32Array.from(values).buffer));
}

const CASES = optimizers.entries.flatMap(({ id }) => {
  const choice: Choice = { id, weightDecay: 0.01 };
  return ENGINE_IDS.filter((engine) => engine === 'dense' || hasSparseUpdate(choice)).map(
    (engine) => ({ id, engine, choice }),
  );
});

describe.each(CASES)('$id on the $engine engine', ({ engine, choice }) => {
  it('continues after any step in another trainer with the same bits', () => {
    const first = newTrainer(engine, choice);
    const other = newTrainer(engine, choice);
    first.start(start, mask, SEED);
    train(first, 0, STEPS);
    const expected = bitsOf(first.save());
    const scores = [first.scoreValidation(), first.scoreTest()];

    for (let done = 1; done <= STEPS; done += 1) {
      first.start(start, mask, SEED);
      train(first, 0, done);
      const state = first.save();
      // What it trained before leaves nothing behind, and neither does the other one's next training.
      other.start(start, mask, SEED + done);
      train(other, 0, done + 2);
      other.start(start, mask, SEED);
      other.restore(state);
      expect(bitsOf(other.save())).toEqual(bitsOf(state));
      first.start(start, new Uint8Array(layout.prunableCount).fill(1), SEED);
      train(first, 0, 1);
      train(other, done, STEPS);
      expect(bitsOf(other.save())).toEqual(expected);
      expect([other.scoreValidation(), other.scoreTest()]).toEqual(scores);
    }
  });

  it('keeps a state that later steps do not change', () => {
    const trainer = newTrainer(engine, choice);
    trainer.start(start, mask, SEED);
    train(trainer, 0, 2);
    const state = trainer.save();
    const bits = bitsOf(state);
    train(trainer, 2, 4);
    expect(bitsOf(state)).toEqual(bits);
    trainer.restore(state);
    train(trainer, 2, 4);
    expect(bitsOf(state)).toEqual(bits);
  });
});
