/**
 * One of our engines on LeNet-300-100, MNIST, batch 60, Adam, one thread: one line of input is a
 * number of steps, one line of output the seconds they took.
 */
import { createInterface } from 'node:readline';
import { architectures } from '../../src/main/engine/architectures/index.ts';
import { datasets } from '../../src/main/engine/datasets/index.ts';
import { splitTraining } from '../../src/main/engine/datasets/split.ts';
import { initialize } from '../../src/main/engine/initializers/initializer.ts';
import { initializers } from '../../src/main/engine/initializers/index.ts';
import { Kernels } from '../../src/main/engine/kernels/kernels.ts';
import { BatchOrder } from '../../src/main/engine/training/batches.ts';
import { DenseTrainer } from '../../src/main/engine/training/dense-trainer.ts';
import { optimizers } from '../../src/main/engine/training/optimizers/index.ts';
import { rng } from '../../src/shared/rng.ts';

const BATCH_SIZE = 60;
const density = Number(process.argv[2] ?? 1);

const dataset = await datasets.get('mnist').load({ id: 'mnist' });
const split = splitTraining(dataset.train.count, 5000, 1);
const network = architectures
  .get('lenet-300-100')
  .build({ id: 'lenet-300-100' }, dataset.shape, dataset.classes);
const optimizer = optimizers.get('adam').create({ id: 'adam' });
const kernels = new Kernels();
const trainer = new DenseTrainer(kernels, network, optimizer, { dataset, ...split }, BATCH_SIZE);

const random = rng('bench', density);
const mask = new Uint8Array(trainer.layout.prunableCount);
for (let index = 0; index < mask.length; index += 1) {
  mask[index] = random.uniform() < density ? 1 : 0;
}
const fill = initializers.get('glorot-normal').create({ id: 'glorot-normal' });
const weights = initialize(trainer.layout, fill, random);
for (const { offset, maskOffset, size } of trainer.layout.prunable) {
  for (let index = 0; index < size; index += 1) {
    if (mask[maskOffset + index] === 0) weights[offset + index] = 0;
  }
}
trainer.start(weights, mask);

const order = new BatchOrder(split.trainIndices, ['bench']);
const batch = new Int32Array(BATCH_SIZE);
let iteration = 0;
console.log(`ready TensorFlow ${kernels.version}`);
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  for (const end = iteration + Number(line); iteration < end; iteration += 1) {
    order.fill(iteration, batch);
    trainer.step(batch, iteration + 1);
  }
  console.log((performance.now() - start) / 1000);
}
