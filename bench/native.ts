/**
 * Measures native kernels against WebAssembly: a training step of LeNet-300-100 on MNIST, batch 60, Adam,
 * and an evaluation of 5,000 examples, by density. Both take turns in one process. Times are processor
 * times, which a shared machine disturbs least; ratios are between neighbouring blocks.
 *
 *     node provision/run.mjs --no-tensorflow bench/native.ts [density …]
 */
import process from 'node:process';
import { architectures } from '../src/main/engine/architectures/index.ts';
import { datasets } from '../src/main/engine/datasets/index.ts';
import { splitTraining } from '../src/main/engine/datasets/split.ts';
import { initialize } from '../src/main/engine/initializers/initializer.ts';
import { initializers } from '../src/main/engine/initializers/index.ts';
import { layoutOf } from '../src/main/engine/network.ts';
import { ensureSparseEngine } from '../src/main/engine/sparse/ensure.ts';
import { loadSparseModule, type SparseModule } from '../src/main/engine/sparse/kernels.ts';
import { reserveLaidOut } from '../src/main/engine/sparse/laid-out-examples.ts';
import { SparseTrainer } from '../src/main/engine/sparse/sparse-trainer.ts';
import { BatchOrder } from '../src/main/engine/training/batches.ts';
import { optimizers } from '../src/main/engine/training/optimizers/index.ts';
import { measured } from '../src/main/workbench/bench/statistics.ts';
import { maskInPlace } from '../src/shared/domain/mask.ts';
import { everyIndex } from '../src/shared/indices.ts';
import { rng } from '../src/shared/rng.ts';
import { processorTime } from './processor-time.ts';

const DENSITIES = [1, 0.51, 0.21, 0.135, 0.07, 0.036, 0.012];
const BATCH = 60;
const VALIDATION = 5000;
const BLOCKS = 15;
const STEPS = 200;

const chosen = process.argv.slice(2).map(Number);
await ensureSparseEngine(['strict']);
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
const weights = initialize(
  layout,
  initializers.get('glorot-normal').create({ id: 'glorot-normal' }),
  random,
);
const native = loadSparseModule('strict');
const trainers = [native, loadSparseModule('strict', { native: undefined })].map(trainerOn);
console.log(`times faster with ${native.nativeWidth ?? 'WebAssembly'} than with WebAssembly`);
console.log('density  step, ms  step  evaluation, ms  evaluation');
for (const density of chosen.length > 0 ? chosen : DENSITIES) measure(density);

function trainerOn(module: SparseModule): SparseTrainer {
  const optimizer = optimizers.get('adam').create({ id: 'adam', learningRate: 0.0012 });
  return new SparseTrainer(module, network, optimizer, { dataset, ...split, laidOut }, BATCH);
}

function measure(density: number): void {
  const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
    random.uniform() < density ? 1 : 0,
  );
  const masked = maskInPlace(layout, weights.slice(), mask);
  for (const trainer of trainers) trainer.start(masked, mask);
  const order = new BatchOrder(split.trainIndices, ['bench']);
  const batch = new Int32Array(BATCH);
  const steps: number[][] = [];
  const evaluations: number[][] = [];
  let iteration = 0;
  for (let block = 0; block <= BLOCKS; block += 1) {
    const ofSteps = trainers.map(
      (trainer) =>
        processorTime(() => {
          for (let step = 0; step < STEPS; step += 1) {
            order.fill((iteration += 1), batch);
            trainer.step(batch, iteration);
          }
        }) / STEPS,
    );
    const ofEvaluations = trainers.map((trainer) => processorTime(() => trainer.scoreValidation()));
    // The first block warms up caches and compilers.
    if (block === 0) continue;
    steps.push(ofSteps);
    evaluations.push(ofEvaluations);
  }
  const cells = [steps, evaluations].flatMap((blocks) => [
    measured(blocks.map(([ofNative = NaN]) => ofNative)).median.toFixed(3),
    measured(blocks.map(([ofNative = NaN, ofWasm = NaN]) => ofWasm / ofNative)).median.toFixed(2),
  ]);
  console.log(`${(100 * density).toFixed(1).padStart(6)}%  ${cells.join('  ')}`);
}
