/** LeNet-300-100 on MNIST, batch 60, Adam, on the sparse engine: what benchmarks of its kernels train. */
import { architectures } from '../src/main/engine/architectures/index.ts';
import { datasets } from '../src/main/engine/datasets/index.ts';
import { splitTraining } from '../src/main/engine/datasets/split.ts';
import { initialize } from '../src/main/engine/initializers/initializer.ts';
import { initializers } from '../src/main/engine/initializers/index.ts';
import { layoutOf } from '../src/main/engine/network.ts';
import type { SparseModule } from '../src/main/engine/sparse/kernels.ts';
import { reserveLaidOut } from '../src/main/engine/sparse/laid-out-examples.ts';
import { SparseTrainer } from '../src/main/engine/sparse/sparse-trainer.ts';
import { BatchOrder } from '../src/main/engine/training/batches.ts';
import { optimizers } from '../src/main/engine/training/optimizers/index.ts';
import { maskInPlace } from '../src/shared/domain/mask.ts';
import { everyIndex } from '../src/shared/indices.ts';
import { rng } from '../src/shared/rng.ts';

export const DENSITIES: readonly number[] = [1, 0.51, 0.21, 0.135, 0.07, 0.036, 0.012];

const BATCH = 60;
const VALIDATION = 5000;

export interface LenetOnMnist {
  trainerOn(module: SparseModule): SparseTrainer;
  /** Starts all of them with the same weights under the same random mask. */
  start(trainers: readonly SparseTrainer[], density: number): void;
  /** Trains for some steps. */
  train(trainer: SparseTrainer, steps: number): void;
}

export async function lenetOnMnist(): Promise<LenetOnMnist> {
  const dataset = await datasets.get('mnist').load({ id: 'mnist' });
  const network = architectures
    .get('lenet-300-100')
    .build({ id: 'lenet-300-100' }, dataset.shape, dataset.classes);
  const layout = layoutOf(network);
  const split = splitTraining(dataset.train.labels, VALIDATION, 1);
  const laidOut = reserveLaidOut(
    network,
    dataset.train,
    split.validationIndices,
    everyIndex(dataset.test.count),
  );
  const random = rng('bench');
  const glorot = initializers.get('glorot-normal').create({ id: 'glorot-normal' });
  const weights = initialize(layout, glorot, random);
  const order = new BatchOrder(split.trainIndices, ['bench']);
  const batch = new Int32Array(BATCH);
  let iteration = 0;
  return {
    trainerOn(module) {
      const optimizer = optimizers.get('adam').create({ id: 'adam', learningRate: 0.0012 });
      return new SparseTrainer(module, network, optimizer, { dataset, ...split, laidOut }, BATCH);
    },
    start(trainers, density) {
      const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
        random.uniform() < density ? 1 : 0,
      );
      const masked = maskInPlace(layout, weights.slice(), mask);
      for (const trainer of trainers) trainer.start(masked, mask);
      iteration = 0;
    },
    train(trainer, steps) {
      for (let step = 0; step < steps; step += 1) {
        order.fill((iteration += 1), batch);
        trainer.step(batch, iteration);
      }
    },
  };
}
