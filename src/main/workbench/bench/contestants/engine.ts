/**
 * One of our engines on a workload, or on the smallest network of its graph; see contestant.ts.
 *
 *     node engine.ts WORKLOAD ENGINE [smallest]
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { maskInPlace } from '../../../../shared/domain/mask.ts';
import { rng } from '../../../../shared/rng.ts';
import { splitTraining } from '../../../engine/datasets/split.ts';
import { initialize } from '../../../engine/initializers/initializer.ts';
import { initializers } from '../../../engine/initializers/index.ts';
import { Kernels } from '../../../engine/kernels/kernels.ts';
import { BatchOrder } from '../../../engine/training/batches.ts';
import { nativeKernels } from '../../../engine/sparse/native.ts';
import { createTrainer } from '../../../engine/training/engines.ts';
import { engineIdOf, type OurEngine } from '../report.ts';
import {
  BATCH_SIZE,
  networkOf,
  smallestOf,
  VALIDATION,
  type WorkloadId,
  WORKLOADS,
} from '../workloads.ts';
import { answer } from './answer.ts';

const [id, engine, size] = process.argv.slice(2) as [WorkloadId, OurEngine, 'smallest' | undefined];
if (engine === 'sparse-wasm') process.env['TICKET_NATIVE'] = '0';
const { dataset, network } = size === 'smallest' ? smallestOf(id) : await workload();
const split = splitTraining(dataset.train.labels, VALIDATION, 1);
const kernels = new Kernels();
const trainer = createTrainer(engineIdOf(engine), {
  kernels,
  network,
  optimizer: { id: 'adam' },
  data: { dataset, ...split },
  batchSize: BATCH_SIZE,
  loss: {},
});
const fill = initializers.get('glorot-normal').create({ id: 'glorot-normal' });
const order = new BatchOrder(split.trainIndices, ['bench']);
const batch = new Int32Array(BATCH_SIZE);
let iteration = 0;

answer(`ready ${softwareOf(engine)}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [request, number] = line.split(' ');
  if (request === 'start') {
    start(Number(number));
    answer('started');
  } else {
    answer(secondsOf(Number(number)));
  }
}

function softwareOf(name: OurEngine): string {
  if (name === 'dense') return `TensorFlow ${kernels.version}`;
  const [native] = name === 'sparse' ? nativeKernels() : [];
  return native ? `native ${native.width}` : 'WebAssembly';
}

async function workload() {
  const full = await WORKLOADS[id].dataset();
  return { dataset: full, network: networkOf(id, full) };
}

function start(density: number): void {
  const { layout } = trainer;
  const random = rng('bench', density);
  const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
    random.uniform() < density ? 1 : 0,
  );
  trainer.start(maskInPlace(layout, initialize(layout, fill, random), mask), mask);
  iteration = 0;
}

function secondsOf(steps: number): number {
  const begin = performance.now();
  for (const end = iteration + steps; iteration < end; iteration += 1) {
    order.fill(iteration, batch);
    trainer.step(batch, iteration + 1);
  }
  return (performance.now() - begin) / 1000;
}
