/**
 * Measures where the sparse engine becomes faster than the dense one: the measurements behind the
 * table in src/main/workbench/running/engine-rule.ts. For every network and batch size it trains and
 * evaluates both engines under the same random mask, with Adam on examples without zeros (the sparse
 * engine skips zeros, so real images are faster). The engines take turns in blocks of steps, or of
 * evaluations. Times are processor times, which a shared machine disturbs least; ratios are between
 * neighbouring blocks.
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
import { reserveLaidOut } from '../src/main/engine/sparse/laid-out-examples.ts';
import { BatchOrder } from '../src/main/engine/training/batches.ts';
import { createTrainer } from '../src/main/engine/training/engines.ts';
import type { Trainer } from '../src/main/engine/training/trainer.ts';
import { measured, timesFaster } from '../src/main/workbench/bench/statistics.ts';
import type { Choice } from '../src/shared/domain/definition.ts';
import { maskInPlace } from '../src/shared/domain/mask.ts';
import { rng } from '../src/shared/rng.ts';
import { processorTime } from './processor-time.ts';

const CLASSES = 10;
const EXAMPLES = 512;
const BLOCKS = 5;
/** Processor time of a block, milliseconds: enough for the clock's resolution. */
const BLOCK_MILLISECONDS = 30;

interface Workload {
  readonly architecture: Choice;
  readonly shape: readonly number[];
  readonly batchSizes: readonly number[];
}

const DIGITS = [28, 28, 1];
const COLOURS = [32, 32, 3];
const DENSITIES = [1, 0.8, 0.64, 0.51, 0.41, 0.33, 0.26, 0.21, 0.1];

const WORKLOADS: Readonly<Record<string, Workload>> = {
  'mlp-20': {
    architecture: { id: 'mlp', widths: [20] },
    shape: DIGITS,
    batchSizes: [10, 60, 256],
  },
  'lenet-300-100': {
    architecture: { id: 'lenet-300-100' },
    shape: DIGITS,
    batchSizes: [10, 60, 128, 512],
  },
  'mlp-1000-1000': {
    architecture: { id: 'mlp', widths: [1000, 1000] },
    shape: DIGITS,
    batchSizes: [60, 256],
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
  },
  'lenet-5': {
    architecture: { id: 'lenet-5' },
    shape: DIGITS,
    batchSizes: [16, 60, 128],
  },
  'conv-2': {
    architecture: { id: 'conv-2' },
    shape: COLOURS,
    batchSizes: [16, 60],
  },
  'conv-4': {
    architecture: { id: 'conv-4' },
    shape: COLOURS,
    batchSizes: [60],
  },
  'resnet-20': {
    architecture: { id: 'resnet-20' },
    shape: COLOURS,
    batchSizes: [16, 128],
  },
};

const chosen = process.argv.slice(2);
await ensureSparseEngine(['strict']);
const kernels = new Kernels();
console.log('| network | batch | part | dense, ms | sparse against dense, by density |');
console.log('| ------- | ----- | ---- | --------- | -------------------------------- |');
for (const [name, workload] of Object.entries(WORKLOADS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  for (const batchSize of workload.batchSizes) measure(name, workload, batchSize);
}

function measure(name: string, workload: Workload, batchSize: number): void {
  const { architecture, shape } = workload;
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
    validationIndices: trainIndices,
    laidOut: reserveLaidOut(network, examples, trainIndices, trainIndices),
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
  const step = partOf('step');
  const evaluation = partOf(`evaluation of ${EXAMPLES}`);
  for (const density of DENSITIES) {
    const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
      random.uniform() < density ? 1 : 0,
    );
    const masked = maskInPlace(layout, weights.slice(), mask);
    for (const trainer of [dense, sparse]) trainer.start(masked, mask);
    let iteration = 0;
    step.measure(density, (trainer) => {
      order.fill((iteration += 1), batch);
      trainer.step(batch, iteration);
    });
    evaluation.measure(density, (trainer) => trainer.scoreValidation());
  }
  dense.dispose();
  sparse.dispose();
  for (const { part, times, ratios } of [step, evaluation]) {
    const milliseconds = measured(times).median.toPrecision(3);
    console.log(`| ${name} | ${batchSize} | ${part} | ${milliseconds} | ${ratios.join(', ')} |`);
  }

  function partOf(part: string) {
    const denseTimes: number[] = [];
    const ratios: string[] = [];
    return {
      part,
      times: denseTimes,
      ratios,
      measure(density: number, work: (trainer: Trainer) => void): void {
        // The first calls warm up caches and compilers.
        for (const trainer of [dense, sparse]) timeOfCall(trainer, 3, work);
        const calls = Math.max(1, Math.ceil(BLOCK_MILLISECONDS / timeOfCall(dense, 3, work)));
        const times = Array.from({ length: BLOCKS }, () =>
          [dense, sparse].map((trainer) => timeOfCall(trainer, calls, work)),
        );
        const own = times.map(([ofDense = NaN]) => ofDense);
        const { median } = timesFaster(
          own,
          times.map(([, ofSparse = NaN]) => ofSparse),
        );
        denseTimes.push(...own);
        ratios.push(`${Math.round(100 * density)} %: ${median.toFixed(2)}`);
      },
    };
  }
}

/** Milliseconds of one call. */
function timeOfCall(trainer: Trainer, calls: number, work: (trainer: Trainer) => void): number {
  const time = processorTime(() => {
    for (let call = 0; call < calls; call += 1) work(trainer);
  });
  return time / calls;
}

function settingsOf({ id: _id, ...settings }: Choice): Readonly<Record<string, unknown>> {
  return settings;
}
