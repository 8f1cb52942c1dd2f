/**
 * A workload through tfjs-node's `model.fit`. tfjs has no masks, so its steps cost the same at
 * every density; see contestant.ts.
 *
 *     node tfjs-fit.ts WORKLOAD
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { loadTfjs } from '../../../engine/kernels/tfjs.ts';
import { BATCH_SIZE, type WorkloadId, WORKLOADS } from '../workloads.ts';
import { answer } from './answer.ts';

type Model = ReturnType<Tfjs['sequential']>;
type Tfjs = ReturnType<typeof loadTfjs>;
type Layer = Model['layers'][number];
type FitSettings = NonNullable<Parameters<Model['fit']>[2]>;

/** Without tfjs-node's progress bar. */
const SILENT_EPOCH: FitSettings = {
  batchSize: BATCH_SIZE,
  epochs: 1,
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is not exported
  verbose: 0,
};
/** The most steps in one call of `fit`. */
const EPOCH_STEPS = 50;

const id = process.argv[2] as WorkloadId;
const tf = loadTfjs();
const { train, shape, classes } = await WORKLOADS[id].dataset();
const examples = EPOCH_STEPS * BATCH_SIZE;
const length = train.features.length / train.count;
const inputs = tf.tidy(() =>
  tf
    .tensor(Float32Array.from(train.features.subarray(0, examples * length)), [examples, ...shape])
    .div(255),
);
const targets = tf.oneHot(tf.tensor1d(train.labels.slice(0, examples), 'int32'), classes);
let model = build();

answer(`ready tfjs-node ${tf.version['tfjs-node']}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [request, number] = line.split(' ');
  if (request === 'start') {
    model.dispose();
    model = build();
    answer('started');
  } else {
    answer(await secondsOf(Number(number)));
  }
}

async function secondsOf(steps: number): Promise<number> {
  let seconds = 0;
  for (let left = steps; left > 0; left -= EPOCH_STEPS) {
    const count = Math.min(left, EPOCH_STEPS) * BATCH_SIZE;
    const [someInputs, someTargets] = [inputs.slice(0, count), targets.slice(0, count)];
    const begin = performance.now();
    await model.fit(someInputs, someTargets, SILENT_EPOCH);
    seconds += (performance.now() - begin) / 1000;
    tf.dispose([someInputs, someTargets]);
  }
  return seconds;
}

function build(): Model {
  const built = tf.sequential({ layers: id === 'conv-2' ? convolutional() : fullyConnected() });
  built.compile({ optimizer: tf.train.adam(1.2e-3), loss: 'categoricalCrossentropy' });
  return built;
}

function fullyConnected(): Layer[] {
  return [tf.layers.flatten({ inputShape: [...shape] }), ...classifier([300, 100])];
}

function convolutional(): Layer[] {
  const convolution = (inputShape?: number[]): Layer =>
    tf.layers.conv2d({
      filters: 64,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: 'glorotNormal',
      ...(inputShape && { inputShape }),
    });
  return [
    convolution([...shape]),
    convolution(),
    tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
    tf.layers.flatten(),
    ...classifier([256, 256]),
  ];
}

function classifier(widths: readonly number[]): Layer[] {
  const dense = (units: number, activation: 'relu' | 'softmax'): Layer =>
    tf.layers.dense({ units, activation, kernelInitializer: 'glorotNormal' });
  return [...widths.map((units) => dense(units, 'relu')), dense(classes, 'softmax')];
}
