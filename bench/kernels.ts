/**
 * Where a training step of LeNet-300-100 on MNIST spends its time on the sparse engine, kernel by kernel,
 * with native kernels and with WebAssembly. The two take turns in one process. The rest is JavaScript,
 * gathering the examples, and reading the clock twice a kernel.
 *
 *     node provision/run.mjs --no-tensorflow bench/kernels.ts [density …]
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { ensureSparseEngine } from '../src/main/engine/sparse/ensure.ts';
import {
  loadSparseModule,
  type SparseKernels,
  type SparseModule,
} from '../src/main/engine/sparse/kernels.ts';
import { DENSITIES, lenetOnMnist } from './lenet-on-mnist.ts';

const BLOCKS = 10;
const STEPS = 200;

/** Kernels that take less than this share of a step are not listed. */
const LEAST_SHARE = 0.01;

/** Milliseconds by kernel. */
type Times = Map<string, number>;

const chosen = process.argv.slice(2).map(Number);
await ensureSparseEngine(['strict']);
const lenet = await lenetOnMnist();
const native = loadSparseModule('strict');
const contestants = [native, loadSparseModule('strict', { native: undefined })].map((module) => {
  const times: Times = new Map();
  return { times, trainer: lenet.trainerOn(timed(module, times)) };
});
for (const density of chosen.length > 0 ? chosen : DENSITIES) measure(density);

function timed(module: SparseModule, times: Times): SparseModule {
  return {
    ...module,
    instantiate() {
      const instance = module.instantiate();
      const kernels = Object.entries(instance.kernels).map(([name, kernel]) => [
        name,
        (...parameters: unknown[]) => {
          const start = performance.now();
          const result = (kernel as (...parameters: unknown[]) => unknown)(...parameters);
          times.set(name, (times.get(name) ?? 0) + performance.now() - start);
          return result;
        },
      ]);
      return { ...instance, kernels: Object.fromEntries(kernels) as SparseKernels };
    },
  };
}

function measure(density: number): void {
  const trainers = contestants.map(({ trainer }) => trainer);
  lenet.start(trainers, density);
  for (const trainer of trainers) lenet.train(trainer, STEPS);
  for (const { times } of contestants) times.clear();
  const totals = [0, 0];
  for (let block = 0; block < BLOCKS; block += 1) {
    for (const [at, trainer] of trainers.entries()) {
      const start = performance.now();
      lenet.train(trainer, STEPS);
      totals[at]! += performance.now() - start;
    }
  }
  const [ofNative, ofWasm] = contestants.map(({ times }) => times);
  const steps = BLOCKS * STEPS;
  console.log(
    `${(100 * density).toFixed(1)}%: ${native.nativeWidth ?? 'WebAssembly'}, µs  share  WebAssembly, µs  times faster`,
  );
  const line = (name: string, own: number, other: number): void => {
    const cells = [
      ((1000 * own) / steps).toFixed(1).padStart(7),
      `${((100 * own) / totals[0]!).toFixed(0)}%`.padStart(5),
      ((1000 * other) / steps).toFixed(1).padStart(7),
      (other / own).toFixed(2),
    ];
    console.log(`  ${name.padEnd(22)}${cells.join('  ')}`);
  };
  const sorted = [...ofNative!].toSorted(([, one], [, other]) => other - one);
  for (const [name, time] of sorted) {
    if (time >= LEAST_SHARE * totals[0]!) line(name, time, ofWasm!.get(name) ?? NaN);
  }
  const inKernels = contestants.map(({ times }) => [...times.values()].reduce((a, b) => a + b, 0));
  line('the rest', totals[0]! - inKernels[0]!, totals[1]! - inKernels[1]!);
  line('a step', totals[0]!, totals[1]!);
}
