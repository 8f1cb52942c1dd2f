import { beforeAll, describe, expect, it } from 'vitest';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { loadSparseModule } from '../../../../src/main/engine/sparse/kernels.ts';
import { DenseTrainer } from '../../../../src/main/engine/training/dense-trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import type { TrainerState } from '../../../../src/main/engine/training/trainer.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import {
  batchAt,
  exampleOf,
  fullyConnected,
  probe,
  randomMask,
  randomWeights,
  sparseDataset,
} from './harness.ts';
import { Reference, softmax } from './reference.ts';

beforeAll(ensureWasm);

const DENSITIES = [1, 0.51, 0.21, 0.135, 0.07, 0.036, 0.012];
const CHOICES: readonly Choice[] = [
  { id: 'sgd' },
  { id: 'momentum' },
  { id: 'nesterov' },
  { id: 'adam' },
  { id: 'adamw' },
  { id: 'rmsprop' },
  { id: 'rmsprop', momentum: 0.9 },
  { id: 'sgd', weightDecay: 0.01 },
  { id: 'adam', weightDecay: 0.01 },
];
const NETWORK = fullyConnected([70, 40, 20, 10]);
const DATASET = sparseDataset([70], 10);

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < a.length; index += 1) {
    const difference = Math.abs(a[index]! - b[index]!);
    // Written so that NaN is the largest of all.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

function largest(values: ArrayLike<number>): number {
  return largestDifference(values, new Float64Array(values.length));
}

describe('100 steps beside a float64 reference', () => {
  it.each(CHOICES.flatMap((choice) => DENSITIES.map((density) => ({ choice, density }))))(
    '$choice at density $density',
    ({ choice, density }) => {
      const layout = layoutOf(NETWORK);
      const mask = randomMask(layout, density);
      const weights = randomWeights(layout, mask);
      const { trainer, signs } = probe(NETWORK, DATASET, choice, 60);
      const reference = new Reference(NETWORK, weights, mask, choice);
      trainer.start(weights, mask);
      for (let step = 1; step <= 100; step += 1) {
        const batch = batchAt(step, 60, DATASET.train.count);
        trainer.step(batch, step);
        reference.step(
          Array.from(batch, (index) => exampleOf(DATASET.train, index)),
          Int32Array.from(batch, (index) => DATASET.train.labels[index]!),
          step,
          signs(),
        );
      }
      const state = trainer.state();
      console.log(JSON.stringify(choice), density, largestDifference(state.parameters, reference.parameters), state.slots.map((s,k)=>largestDifference(s, reference.slots[k]!)/largest(reference.slots[k]!)), reference.followed);
    },
  );
});
