/**
 * Measures native kernels against WebAssembly: a training step of LeNet-300-100 on MNIST, batch 60, Adam,
 * and an evaluation of 5,000 examples, by density. Both take turns in one process. Times are processor
 * times, which a shared machine disturbs least; ratios are between neighbouring blocks.
 *
 *     node provision/run.mjs --no-tensorflow bench/native.ts [density …]
 */
import process from 'node:process';
import { ensureSparseEngine } from '../src/main/engine/sparse/ensure.ts';
import { loadSparseModule } from '../src/main/engine/sparse/kernels.ts';
import { measured } from '../src/main/workbench/bench/statistics.ts';
import { DENSITIES, lenetOnMnist } from './lenet-on-mnist.ts';
import { processorTime } from './processor-time.ts';

const BLOCKS = 15;
const STEPS = 200;

const chosen = process.argv.slice(2).map(Number);
await ensureSparseEngine(['strict']);
const lenet = await lenetOnMnist();
const native = loadSparseModule('strict');
const modules = [native, loadSparseModule('strict', { native: undefined })];
const trainers = modules.map((module) => lenet.trainerOn(module));
console.log(`times faster with ${native.nativeWidth ?? 'WebAssembly'} than with WebAssembly`);
console.log('density  step, ms  step  evaluation, ms  evaluation');
for (const density of chosen.length > 0 ? chosen : DENSITIES) measure(density);

function measure(density: number): void {
  lenet.start(trainers, density);
  const steps: number[][] = [];
  const evaluations: number[][] = [];
  for (let block = 0; block <= BLOCKS; block += 1) {
    const ofSteps = trainers.map(
      (trainer) => processorTime(() => lenet.train(trainer, STEPS)) / STEPS,
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
