/**
 * Measures where the sparse engine becomes faster than the dense one: the measurements behind the
 * table in src/main/workbench/running/engine-rule.ts. For every network and batch size it trains
 * both engines under the same random mask, with Adam on examples without zeros (the sparse engine
 * skips zeros, so real images are faster). The engines take turns in blocks of steps. Times are
 * processor times, which a shared machine disturbs least; ratios are between neighbouring blocks.
 *
 *     node provision/run.mjs bench/engines.ts [network …]
 */
import process from 'node:process';
import { architectures } from '../src/main/engine/architectures/index.ts';
import { allocateExamples } from '../src/main/engine/datasets/memory.ts';
import { initialize } from '../src/main/engine/initializers/initializer.ts';
import { initializers } from '../src/main/engine/initializers/index.ts';
import { Kernels } from '../src/main/engine/kernels/kernels.ts';
import { layoutOf } from '../src/main/engine/network.ts';
import { ensureSparseEngine } from '../src/main/engine/sparse/ensure.ts';
import { BatchOrder } from '../src/main/engine/training/batches.ts';
import { createTrainer } from '../src/main/engine/training/engines.ts';
import type { Trainer } from '../src/main/engine/training/trainer.ts';
import { measured, timesFaster } from '../src/main/workbench/bench/statistics.ts';
import type { Choice } from '../src/shared/domain/definition.ts';
import { maskInPlace } from '../src/shared/domain/mask.ts';
import { rng } from '../src/shared/rng.ts';

const CLASSES = 10;
const EXAMPLES = 512;
const BLOCKS = 5;
/** Processor time of a block, milliseconds: enough for the clock's resolution. */
const BLOCK_MILLISECONDS = 30;

interface Workload {
  readonly architecture: Choice;
  readonly shape: readonly number[];
  readonly batchSizes: readonly number[];
  /** In falling order. */
  readonly densities: readonly number[];
}

const DIGITS = [28, 28, 1];
const COLOURS = [32, 32, 3];
const FLAT_DENSITIES = [1, 0.8, 0.64, 0.51, 0.41, 0.33, 0.26, 0.21];
const IMAGE_DENSITIES = [0.51, 0.33, 0.26, 0.21, 0.17, 0.13, 0.1];

const WORKLOADS: Readonly<Record<string, Workload>> = {
  'mlp-20': {
    architecture: { id: 'mlp', widths: [20] },
    shape: DIGITS,
    batchSizes: [10, 60, 256],
    densities: FLAT_DENSITIES,
  },
  'lenet-300-100': {
    architecture: { id: 'lenet-300-100' },
    shape: DIGITS,
    batchSizes: [10, 60, 128, 512],
    densities: FLAT_DENSITIES,
  },
  'mlp-1000-1000': {
    architecture: { id: 'mlp', widths: [1000, 1000] },
    shape: DIGITS,
    batchSizes: [60, 256],
    densities: FLAT_DENSITIES,
  },
  'dense-batch-norm': {
    architecture: {
      id: 'custom',
      layers: [
        { kind: 'flatten' },
        { kind: 'dense', units: 300 },
        { kind: 'batch-norm' },
        { kind: 'relu' },
        { kind: 'dense', units: 100 },
        { kind: 'batch-norm' },
        { kind: 'relu' },
      ],
    },
    shape: DIGITS,
    batchSizes: [60, 256],
    densities: FLAT_DENSITIES,
  },
  'lenet-5': {
    architecture: { id: 'lenet-5' },
    shape: DIGITS,
    batchSizes: [16, 60, 128],
    densities: IMAGE_DENSITIES,
  },
  'conv-2': {
    architecture: { id: 'conv-2' },
    shape: COLOURS,
    batchSizes: [16, 60],
    densities: IMAGE_DENSITIES,
  },
  'conv-4': {
    architecture: { id: 'conv-4' },
    shape: COLOURS,
    batchSizes: [60],
    densities: IMAGE_DENSITIES,
  },
  'resnet-20': {
    architecture: { id: 'resnet-20' },
    shape: COLOURS,
    batchSizes: [16, 128],
    densities: IMAGE_DENSITIES,
  },
};

const chosen = process.argv.slice(2);
await ensureSparseEngine(['strict']);
const kernels = new Kernels();
console.log('| network | batch | dense, ms | sparse against dense, by density |');
console.log('| ------- | ----- | --------- | -------------------------------- |');
for (const [name, workload] of Object.entries(WORKLOADS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  for (const batchSize of workload.batchSizes) measure(name, workload, batchSize);
}

function measure(name: string, workload: Workload, batchSize: number): void {
  const { architecture, shape, densities } = workload;
  const definition = architectures.get(architecture.id);
  const network = definition.build(
    { ...definition.hparams.parse(settingsOf(architecture)), id: architecture.id },
    shape,
    CLASSES,
  );
  const layout = layoutOf(network);
  const random = rng('bench');
  const examples = allocateExamples('noise', EXAMPLES, shape);
  for (let index = 0; index < examples.features.length; index += 1) {
    examples.features[index] = 1 + random.below(255);
  }
  for (let index = 0; index < EXAMPLES; index += 1) examples.labels[index] = random.below(CLASSES);
  const trainIndices = Int32Array.from({ length: EXAMPLES }, (_, index) => index);
  const data = {
    dataset: {
      id: 'noise',
      shape,
      classes: CLASSES,
      train: examples,
      test: examples,
      fingerprint: '',
    },
    trainIndices,
    validationIndices: Int32Array.of(0),
  };
  const ingredients = {
    kernels,
    network,
    optimizer: { id: 'adam', learningRate: 0.001 },
    data,
    batchSize,
    loss: {},
  };
  const dense = createTrainer('dense', ingredients);
  const sparse = createTrainer('sparse', ingredients);
  const weights = initialize(
    layout,
    initializers.get('he-normal').create({ id: 'he-normal' }),
    random,
  );
  const order = new BatchOrder(trainIndices, ['bench']);
  const batch = new Int32Array(batchSize);
  const denseTimes: number[] = [];
  const ratios = densities.map((density) => {
    const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
      random.uniform() < density ? 1 : 0,
    );
    const masked = maskInPlace(layout, weights.slice(), mask);
    for (const trainer of [dense, sparse]) trainer.start(masked, mask);
    let step = 0;
    const block = (trainer: Trainer, steps: number): number => {
      const before = process.cpuUsage();
      for (let each = 0; each < steps; each += 1) {
        order.fill((step += 1), batch);
        trainer.step(batch, step);
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000 / steps;
    };
    // The first steps warm up caches and compilers.
    for (const trainer of [dense, sparse]) block(trainer, 3);
    const steps = Math.max(1, Math.ceil(BLOCK_MILLISECONDS / block(dense, 3)));
    const times = Array.from({ length: BLOCKS }, () => [block(dense, steps), block(sparse, steps)]);
    const own = times.map(([ofDense = NaN]) => ofDense);
    denseTimes.push(...own);
    const { median } = timesFaster(
      own,
      times.map(([, ofSparse = NaN]) => ofSparse),
    );
    return `${Math.round(100 * density)} %: ${median.toFixed(2)}`;
  });
  dense.dispose();
  sparse.dispose();
  console.log(
    `| ${name} | ${batchSize} | ${measured(denseTimes).median.toPrecision(3)} | ${ratios.join(', ')} |`,
  );
}

function settingsOf({ id: _id, ...settings }: Choice): Readonly<Record<string, unknown>> {
  return settings;
}
