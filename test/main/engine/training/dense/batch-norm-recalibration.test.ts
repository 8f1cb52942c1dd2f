import { expect, it } from 'vitest';
import { Kernels } from '../../../../../src/main/engine/kernels/kernels.ts';
import type { NetworkSpec } from '../../../../../src/main/engine/layers/spec.ts';
import { createDenseTrainer } from '../../../../../src/main/engine/training/engines.ts';
import { rng } from '../../../../../src/shared/rng.ts';
import { tinyDataset } from '../../../../support/tiny-dataset.ts';

const BATCH = 20;
const UNITS = 5;

it('running statistics are the mean of the batches’ at the current weights', () => {
  const kernels = new Kernels();
  const dataset = tinyDataset();
  const network: NetworkSpec = {
    inputShape: [12],
    classes: 3,
    layers: [
      { kind: 'dense', name: 'a', inputs: 12, outputs: UNITS },
      { kind: 'batch-norm', name: 'n', channels: UNITS, momentum: 0.3, epsilon: 1e-5 },
      { kind: 'relu', name: 'r' },
      { kind: 'dense', name: 'b', inputs: UNITS, outputs: 3 },
    ],
  };
  const trainIndices = Int32Array.from({ length: 170 }, (_, index) => index + 7);
  const trainer = createDenseTrainer({
    kernels,
    network,
    optimizer: { id: 'sgd', learningRate: 0.1 },
    data: { dataset, trainIndices, validationIndices: Int32Array.of(0, 1, 2) },
    batchSize: BATCH,
    loss: {},
  });
  const random = rng('retake-statistics');
  const parameters = Float32Array.from({ length: trainer.layout.parameterCount }, () =>
    random.normal(),
  );
  const mask = new Uint8Array(trainer.layout.prunableCount).fill(1);
  const part = (values: Float32Array, name: string): Float32Array => {
    const { offset, size } = trainer.layout.parameters.find((each) => each.name === name)!;
    return values.subarray(offset, offset + size);
  };
  part(parameters, 'n.running-variance').fill(3);

  trainer.start(parameters, mask);
  trainer.recalibrateBatchNorm(trainIndices);
  const recalibrated = trainer.weights();

  // In double precision; the ten examples that fill no batch are left out.
  const kernel = part(parameters, 'a.kernel');
  const bias = part(parameters, 'a.bias');
  const mean = new Float64Array(UNITS);
  const variance = new Float64Array(UNITS);
  const batches = Math.floor(trainIndices.length / BATCH);
  for (let batch = 0; batch < batches; batch += 1) {
    const examples = trainIndices.subarray(batch * BATCH, (batch + 1) * BATCH);
    for (let unit = 0; unit < UNITS; unit += 1) {
      const values = Array.from(examples, (example) => {
        let sum = bias[unit]!;
        for (let feature = 0; feature < 12; feature += 1) {
          const value = dataset.train.features[example * 12 + feature]! / 255;
          sum += value * kernel[feature * UNITS + unit]!;
        }
        return sum;
      });
      const average = values.reduce((a, b) => a + b, 0) / BATCH;
      mean[unit]! += average / batches;
      const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
      variance[unit]! += squares / (BATCH - 1) / batches;
    }
  }
  for (let unit = 0; unit < UNITS; unit += 1) {
    expect(part(recalibrated, 'n.running-mean')[unit]).toBeCloseTo(mean[unit]!, 5);
    expect(part(recalibrated, 'n.running-variance')[unit]).toBeCloseTo(variance[unit]!, 5);
  }
  expect([...part(recalibrated, 'n.gamma')]).toEqual([...part(parameters, 'n.gamma')]);
  expect([...part(recalibrated, 'a.kernel')]).toEqual([...kernel]);
  trainer.dispose();
  expect(kernels.tensorCount).toBe(0);
});
