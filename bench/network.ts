/**
 * Measures a training step of a whole network on colour images of 32x32, by density: the dense engine
 * and the sparse one, native where it can be, and relaxed. The engines take turns under the same mask. Times are
 * processor times, which a shared machine disturbs least; ratios are between neighbouring steps.
 *
 *     node provision/run.mjs bench/network.ts [architecture] [batch] [density …]
 */
import process from 'node:process';
import { architectures } from '../src/main/engine/architectures/index.ts';
import { allocateExamples } from '../src/main/engine/datasets/memory.ts';
import { initialize } from '../src/main/engine/initializers/initializer.ts';
import { initializers } from '../src/main/engine/initializers/index.ts';
import { Kernels } from '../src/main/engine/kernels/kernels.ts';
import { layoutOf } from '../src/main/engine/network.ts';
import { ensureSparseEngine } from '../src/main/engine/sparse/ensure.ts';
import { nativeStatus } from '../src/main/engine/sparse/native.ts';
import { BatchOrder } from '../src/main/engine/training/batches.ts';
import { createTrainer } from '../src/main/engine/training/engines.ts';
import { measured } from '../src/main/workbench/bench/statistics.ts';
import { ENGINE_IDS } from '../src/shared/domain/engine.ts';
import { maskInPlace } from '../src/shared/domain/mask.ts';
import { rng } from '../src/shared/rng.ts';

const SHAPE = [32, 32, 3];
const CLASSES = 10;
const EXAMPLES = 512;
const STEPS = 7;
const DENSITIES = [1, 0.2, 0.1, 0.05, 0.02];

const [id = 'resnet-20', size = '128', ...chosen] = process.argv.slice(2);
const batchSize = Number(size);
const network = architectures.get(id).build({ id }, SHAPE, CLASSES);
const layout = layoutOf(network);
const random = rng('bench');
const examples = allocateExamples('noise', EXAMPLES, SHAPE);
for (let index = 0; index < examples.features.length; index += 1) {
  examples.features[index] = random.below(256);
}
for (let index = 0; index < EXAMPLES; index += 1) examples.labels[index] = random.below(CLASSES);
const trainIndices = Int32Array.from({ length: EXAMPLES }, (_, index) => index);
await ensureSparseEngine();
const kernels = new Kernels();
const trainers = ENGINE_IDS.map((engine) =>
  createTrainer(engine, {
    kernels,
    network,
    optimizer: { id: 'momentum', learningRate: 0.01 },
    data: {
      dataset: {
        id: 'noise',
        shape: SHAPE,
        classes: CLASSES,
        train: examples,
        test: examples,
        fingerprint: '',
      },
      trainIndices,
      validationIndices: Int32Array.of(0),
    },
    batchSize,
    loss: {},
  }),
);
const weights = initialize(
  layout,
  initializers.get('he-normal').create({ id: 'he-normal' }),
  random,
);
const order = new BatchOrder(trainIndices, ['bench']);
const batch = new Int32Array(batchSize);

console.log(`${id}, batch ${batchSize}: medians of ${STEPS} steps`);
const sparse = nativeStatus().width ?? 'strict';
console.log(`density  dense ms  ${sparse} ms (times faster)  relaxed ms (times faster)`);
for (const density of chosen.length > 0 ? chosen.map(Number) : DENSITIES) {
  const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
    random.uniform() < density ? 1 : 0,
  );
  const masked = maskInPlace(layout, weights.slice(), mask);
  for (const trainer of trainers) trainer.start(masked, mask);
  const times: number[][] = trainers.map(() => []);
  for (let step = 0; step <= STEPS; step += 1) {
    order.fill(step, batch);
    for (const [index, trainer] of trainers.entries()) {
      const before = process.cpuUsage();
      trainer.step(batch, step + 1);
      const { user, system } = process.cpuUsage(before);
      // The first step warms up caches and compilers.
      if (step > 0) times[index]!.push((user + system) / 1000);
    }
  }
  const [reference, ...ours] = times as [number[], ...number[][]];
  const cells = ours.map((each) => {
    const ratio = measured(each.map((time, step) => reference[step]! / time)).median;
    return `${measured(each).median.toFixed(0).padStart(12)} (${ratio.toFixed(2)})`;
  });
  const [percent, milliseconds] = [100 * density, measured(reference).median];
  console.log(
    `${percent.toFixed(0).padStart(6)}%  ${milliseconds.toFixed(0).padStart(8)}${cells.join('      ')}`,
  );
}
for (const trainer of trainers) trainer.dispose();
