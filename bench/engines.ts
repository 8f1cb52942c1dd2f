/**
 * What a step of LeNet-300-100 costs (MNIST, batch 60, Adam, one thread) on the dense and on the
 * sparse engine, by density. The engines take turns, block by block, so that a machine that slows
 * down slows both; ratios are of neighbouring blocks. Both train for `WARM_UP` steps first: only then
 * are there the tiny numbers that optimizers end up with.
 *
 *     node provision/run.mjs bench/engines.ts [density …]
 */
import process from 'node:process';
import { architectures } from '../src/main/engine/architectures/index.ts';
import { datasets } from '../src/main/engine/datasets/index.ts';
import { splitTraining } from '../src/main/engine/datasets/split.ts';
import { initialize } from '../src/main/engine/initializers/initializer.ts';
import { initializers } from '../src/main/engine/initializers/index.ts';
import { Kernels } from '../src/main/engine/kernels/kernels.ts';
import { layoutOf } from '../src/main/engine/network.ts';
import { ensureWasm, SPARSE_MODULES } from '../src/main/engine/sparse/build.ts';
import { loadSparseModule } from '../src/main/engine/sparse/kernels.ts';
import { sparseUpdate } from '../src/main/engine/sparse/optimizer.ts';
import { SparseTrainer } from '../src/main/engine/sparse/sparse-trainer.ts';
import { BatchOrder } from '../src/main/engine/training/batches.ts';
import { DenseTrainer } from '../src/main/engine/training/dense-trainer.ts';
import { optimizers } from '../src/main/engine/training/optimizers/index.ts';
import type { Trainer } from '../src/main/engine/training/trainer.ts';
import { rng } from '../src/shared/rng.ts';
import { measured } from './statistics.ts';

const BATCH_SIZE = 60;
const WARM_UP = 1200;
const BLOCKS = 15;
const BLOCK_STEPS = 60;
const DENSITIES = [1, 0.51, 0.21, 0.135, 0.07, 0.036, 0.012];

const chosen = process.argv.slice(2).map(Number);
const dataset = await datasets.get('mnist').load({ id: 'mnist' });
const split = splitTraining(dataset.train.count, 5000, 1);
const network = architectures
  .get('lenet-300-100')
  .build({ id: 'lenet-300-100' }, dataset.shape, dataset.classes);
const layout = layoutOf(network);
const choice = { id: 'adam' };
const optimizer = optimizers.get(choice.id).create(choice);
const data = { dataset, ...split };
await ensureWasm();

const engines: readonly { readonly name: string; readonly trainer: Trainer }[] = [
  {
    name: 'dense',
    trainer: new DenseTrainer(new Kernels(), network, optimizer, data, BATCH_SIZE),
  },
  ...SPARSE_MODULES.map((kind) => ({
    name: kind === 'strict' ? 'sparse' : `sparse-${kind}`,
    trainer: new SparseTrainer(
      loadSparseModule(kind),
      network,
      optimizer,
      sparseUpdate(choice),
      data,
      BATCH_SIZE,
    ),
  })),
];

console.log(
  `LeNet-300-100, batch ${BATCH_SIZE}, Adam: medians of ${BLOCKS} blocks of ${BLOCK_STEPS} steps`,
);
console.log(
  `density  ${engines.map(({ name }) => name.padStart(14)).join('')}   ms a step; times faster`,
);
for (const density of chosen.length > 0 ? chosen : DENSITIES) {
  const blocks = compare(density);
  const [reference] = blocks;
  const cells = blocks.map((times) => measured(times).median.toFixed(3).padStart(14)).join('');
  const ratios = blocks
    .slice(1)
    .map((times) => measured(times.map((time, block) => reference![block]! / time)))
    .map(({ median, min, max }) => `${median.toFixed(2)} [${min.toFixed(2)}, ${max.toFixed(2)}]`);
  console.log(`${(100 * density).toFixed(1).padStart(6)}%  ${cells}   ${ratios.join('   ')}`);
}
for (const { trainer } of engines) trainer.dispose();

/** Milliseconds a step of every block, by engine. */
function compare(density: number): number[][] {
  const random = rng('bench', density);
  const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
    random.uniform() < density ? 1 : 0,
  );
  const fill = initializers.get('glorot-normal').create({ id: 'glorot-normal' });
  const weights = initialize(layout, fill, random);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      if (mask[maskOffset + index] === 0) weights[offset + index] = 0;
    }
  }
  const order = new BatchOrder(split.trainIndices, ['bench']);
  const batch = new Int32Array(BATCH_SIZE);
  const train = (trainer: Trainer, from: number, steps: number): number => {
    const start = performance.now();
    for (let iteration = from; iteration < from + steps; iteration += 1) {
      order.fill(iteration, batch);
      trainer.step(batch, iteration + 1);
    }
    return (performance.now() - start) / steps;
  };
  for (const { trainer } of engines) {
    trainer.start(weights, mask);
    train(trainer, 0, WARM_UP);
  }
  const times: number[][] = engines.map(() => []);
  for (let block = 0; block < BLOCKS; block += 1) {
    for (const [index, { trainer }] of engines.entries()) {
      times[index]!.push(train(trainer, WARM_UP + block * BLOCK_STEPS, BLOCK_STEPS));
    }
  }
  return times;
}
