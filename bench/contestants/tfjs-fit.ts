/**
 * The same network through tfjs-node's `model.fit`, one thread, without a mask (tfjs has none): one
 * line of input is a number of steps, one line of output the seconds they took.
 */
import { createInterface } from 'node:readline';
import type { ModelFitArgs } from '@tensorflow/tfjs-node';
import { datasets } from '../../src/main/engine/datasets/index.ts';
import { loadTfjs } from '../../src/main/engine/kernels/tfjs.ts';

const BATCH_SIZE = 60;
const EXAMPLES = 30_000;
/** Without tfjs-node's progress bar. */
const SILENT_EPOCH: ModelFitArgs = {
  batchSize: BATCH_SIZE,
  epochs: 1,
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is not exported
  verbose: 0,
};

const tf = loadTfjs();
const { train } = await datasets.get('mnist').load({ id: 'mnist' });
const features = tf.tensor2d(Float32Array.from(train.features.subarray(0, EXAMPLES * 784)), [
  EXAMPLES,
  784,
]);
const inputs = tf.tidy(() => features.div(255));
const targets = tf.oneHot(tf.tensor1d(train.labels.slice(0, EXAMPLES), 'int32'), 10);
const kernelInitializer = 'glorotNormal';
const model = tf.sequential({
  layers: [
    tf.layers.dense({ inputShape: [784], units: 300, activation: 'relu', kernelInitializer }),
    tf.layers.dense({ units: 100, activation: 'relu', kernelInitializer }),
    tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer }),
  ],
});
model.compile({ optimizer: tf.train.adam(1.2e-3), loss: 'categoricalCrossentropy' });

console.log(`ready tfjs-node ${tf.version['tfjs-node']}`);
for await (const line of createInterface({ input: process.stdin })) {
  const count = Number(line) * BATCH_SIZE;
  const [someInputs, someTargets] = [inputs.slice(0, count), targets.slice(0, count)];
  const start = performance.now();
  await model.fit(someInputs, someTargets, SILENT_EPOCH);
  console.log((performance.now() - start) / 1000);
  tf.dispose([someInputs, someTargets]);
}
