/**
 * Measures a convolution, 3x3, 64 to 64 channels on images of 32x32, batch 60: forward pass and gradients
 * with respect to input and kernel, in TensorFlow's dense kernels and in the sparse engine's, by
 * density. The kernels take turns; ratios are between neighbouring runs.
 *
 *     node provision/run.mjs bench/convolution.ts [density …]
 */
import process from 'node:process';
import { convolutionWindow, Kernels } from '../src/main/engine/kernels/kernels.ts';
import { alignedFloats } from '../src/main/engine/kernels/memory.ts';
import { conv2dLayer } from '../src/main/engine/layers/kinds/conv2d.ts';
import { layoutOf } from '../src/main/engine/network.ts';
import { reservePlanes } from '../src/main/engine/sparse/activation.ts';
import { Arena } from '../src/main/engine/sparse/arena.ts';
import { ensureSparseEngine } from '../src/main/engine/sparse/ensure.ts';
import { loadSparseModule, type SparseModule } from '../src/main/engine/sparse/kernels.ts';
import { vectorsOf } from '../src/main/engine/sparse/layout.ts';
import { conv2d } from '../src/main/engine/sparse/layers/conv2d.ts';
import { PackedParameters } from '../src/main/engine/sparse/packed-parameters.ts';
import { rng } from '../src/shared/rng.ts';
import { measured } from '../src/main/workbench/bench/statistics.ts';

const BATCH = 60;
const SIZE = 32;
const CHANNELS = 64;
const RUNS = 15;
const DENSITIES = [1, 0.51, 0.2, 0.1, 0.05, 0.02];
const LAYER = conv2dLayer('conv', CHANNELS, CHANNELS, { hasBias: false });

const chosen = process.argv.slice(2).map(Number);
const layout = layoutOf({ inputShape: [SIZE, SIZE, CHANNELS], classes: 1, layers: [LAYER] });
await ensureSparseEngine();
const modules = [
  loadSparseModule('strict'),
  loadSparseModule('strict', { native: undefined }),
  loadSparseModule('relaxed'),
];
const dense = denseConvolution();
console.log(
  `3x3, ${CHANNELS} to ${CHANNELS}, ${SIZE}x${SIZE}, batch ${BATCH}: medians of ${RUNS} runs`,
);
console.log(
  `density  dense ms  ${modules[0]?.nativeWidth ?? 'strict'} ms (times faster)  strict ms (times faster)  relaxed ms (times faster)`,
);
for (const density of chosen.length > 0 ? chosen : DENSITIES) {
  const sparse = modules.map((module) => sparseConvolution(module, density));
  const times: number[][] = [dense, ...sparse].map(() => []);
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [index, convolution] of [dense, ...sparse].entries()) {
      const start = performance.now();
      convolution();
      // The first run warms up caches and compilers.
      if (run > 0) times[index]!.push(performance.now() - start);
    }
  }
  const [reference, ...ours] = times as [number[], ...number[][]];
  const cells = ours.map((each) => {
    const ratio = measured(each.map((time, run) => reference[run]! / time)).median;
    return `${measured(each).median.toFixed(1).padStart(12)} (${ratio.toFixed(2)})`;
  });
  const [percent, milliseconds] = [100 * density, measured(reference).median];
  console.log(
    `${percent.toFixed(0).padStart(6)}%  ${milliseconds.toFixed(1).padStart(8)}${cells.join('      ')}`,
  );
}

function denseConvolution(): () => void {
  const kernels = new Kernels();
  const shape = [BATCH, SIZE, SIZE, CHANNELS];
  const filled = (count: number, of: readonly number[]) => {
    const values = alignedFloats(count);
    const random = rng('bench', count);
    for (let index = 0; index < count; index += 1) values[index] = random.normal();
    return kernels.shareMemory(values, of);
  };
  const input = filled(BATCH * SIZE * SIZE * CHANNELS, shape);
  const gradient = filled(BATCH * SIZE * SIZE * CHANNELS, shape);
  const kernel = filled(9 * CHANNELS * CHANNELS, [3, 3, CHANNELS, CHANNELS]);
  const inputShape = kernels.shareMemory(Int32Array.from(shape), [4]);
  const kernelShape = kernels.shareMemory(Int32Array.of(3, 3, CHANNELS, CHANNELS), [4]);
  const window = convolutionWindow(1, 'same');
  return () => {
    kernels.scope(() => {
      kernels.conv2d(input, kernel, window);
      kernels.conv2dInputGrad(inputShape, kernel, gradient, window);
      kernels.conv2dKernelGrad(input, kernelShape, gradient, window);
    });
  };
}

function sparseConvolution(module: SparseModule, density: number): () => void {
  const { kernels, memory } = module.instantiate();
  const arena = new Arena(memory, kernels.firstFreeByte());
  const parameters = new PackedParameters(arena, layout, 0);
  const vectors = vectorsOf(BATCH);
  const margin = { top: 1, left: 1, bottom: 1, right: 1 };
  const pass = { vectors, examples: BATCH, isTraining: true, firstExample: 0, seed: 0, step: 1 };
  const shape = { height: SIZE, width: SIZE, channels: CHANNELS };
  const input = reservePlanes(arena, shape, margin, vectors);
  const layer = conv2d(LAYER, {
    kernels,
    arena,
    input,
    outputShape: [SIZE, SIZE, CHANNELS],
    margin,
    maximumVectors: vectors,
    needsInputGradient: true,
    ownsInput: true,
    isWholeBatch: false,
    isReluFused: false,
    isOutputRecomputed: false,
    areGradientsRecomputed: false,
    segment: (name) => parameters.segment(`conv.${name}`),
    sequence: () => ({ output: input, layers: [], inner: [] }),
    discard: () => undefined,
  });
  const random = rng('bench', density);
  const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
    random.uniform() < density ? 1 : 0,
  );
  parameters.reserve(mask);
  layer.reserve?.();
  arena.commit();
  parameters.load(Float32Array.from({ length: layout.parameterCount }, () => random.normal()));
  layer.index?.();
  for (const start of [input.values, layer.output.gradients]) {
    const values = arena.floats(start, SIZE * SIZE * CHANNELS * BATCH);
    for (let index = 0; index < values.length; index += 1) values[index] = (index % 97) / 97;
  }
  return () => {
    layer.forward(pass);
    kernels.clearGradient(parameters.trainableBytes, parameters.gradients);
    layer.backward(pass);
  };
}
