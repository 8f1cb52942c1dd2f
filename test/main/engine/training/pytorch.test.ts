import { describe, expect, it } from 'vitest';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import { createTrainer } from '../../../../src/main/engine/training/engines.ts';
import { ENGINE_IDS } from '../../../../src/shared/domain/engine.ts';
import {
  applyMask,
  expectClose,
  halfMask,
  initialParameters,
  networkOf,
  parameterOf,
  readFixture,
  syntheticBatch,
  syntheticDataset,
} from '../../../fixtures/pytorch/fixture.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const kernels = new Kernels();
const { batch, examples, cases } = readFixture('trainings');

/**
 * Roundings grow over the steps: two and a half bits of the largest value of a tensor are allowed
 * beside what they cost PyTorch's own float32, in the tensor of the case where it lost most.
 */
const TOLERANCE = { factor: 8, roundings: 64 };

it('there are cases of every optimizer', () => {
  expect([...new Set(cases.map(({ settings }) => settings.optimizer.id))].sort()).toEqual(
    optimizers.entries.map(({ id }) => id).sort(),
  );
});

describe.each(ENGINE_IDS)('masked training equals PyTorch to float32 rounding, %s', (engine) => {
  it.each(cases)(
    '$name, $steps steps',
    ({ settings, inputShape, seed, steps, layers, expected }) => {
      const dataset = syntheticDataset(inputShape, examples);
      const { optimizer, ...loss } = settings;
      const trainer = createTrainer(engine, {
        kernels,
        network: networkOf(inputShape, layers),
        optimizer,
        data: { dataset, trainIndices: new Int32Array(), validationIndices: Int32Array.of(0) },
        batchSize: batch,
        loss,
      });
      const { layout } = trainer;
      const mask = halfMask(layout);
      trainer.start(applyMask(layout, initialParameters(layout, seed), mask), mask);
      for (let step = 0; step < steps; step += 1) {
        trainer.step(syntheticBatch(step, batch, examples), step + 1);
      }
      const parameters = trainer.weights();
      trainer.dispose();

      expect(layout.parameters.map(({ name }) => name).sort()).toEqual(
        Object.keys(expected).sort(),
      );
      const digests = Object.entries(expected);
      const float32Error = Math.max(...digests.map(([, digest]) => digest.float32Error));
      for (const [name, exact] of digests) {
        const digest = { ...exact, float32Error };
        expectClose(parameterOf(layout, parameters, name), digest, name, TOLERANCE);
      }
    },
  );
});
