import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Kernels } from '../../../src/main/engine/kernels/kernels.ts';
import { LotteryTrainer } from '../../../src/main/engine/lottery/lottery-trainer.ts';
import { layoutOf } from '../../../src/main/engine/network.ts';
import { architectures } from '../../../src/main/engine/architectures/index.ts';
import { plannedTargets } from '../../../src/main/engine/pruning/levels.ts';
import { ensureWasm } from '../../../src/main/engine/sparse/build.ts';
import { tinyDataset } from '../../support/tiny-dataset.ts';
import { tinySettings } from '../../support/tiny-settings.ts';

const MEGABYTE = 1e6;
const LEVELS = 20;

/** What a program of children/ wrote, number by number. */
async function numbersFrom(
  child: string,
  ...args: readonly (string | number)[]
): Promise<number[]> {
  const file = path.join(import.meta.dirname, 'children', child);
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    file,
    ...args.map(String),
  ]);
  return stdout.trim().split('\n').map(Number);
}

describe('a search of 20 levels', () => {
  const convolutional = {
    id: 'custom',
    layers: [
      { kind: 'conv2d', channels: 8, stride: 2, bias: false },
      { kind: 'batch-norm' },
      { kind: 'relu' },
      { kind: 'residual', channels: 8, stride: 2 },
      { kind: 'conv2d', channels: 16 },
      { kind: 'relu' },
      { kind: 'max-pool' },
      { kind: 'flatten' },
      { kind: 'dropout', rate: 0.2 },
      { kind: 'dense', units: 500 },
      { kind: 'relu' },
    ],
  };
  it.each([
    { engine: 'dense', architecture: { id: 'lenet-300-100' }, iterations: 30 },
    { engine: 'sparse', architecture: { id: 'lenet-300-100' }, iterations: 30 },
    { engine: 'dense', architecture: convolutional, iterations: 10 },
    { engine: 'sparse', architecture: convolutional, iterations: 10 },
  ])('takes no more memory at its end: $architecture.id, $engine', async (search) => {
    const { engine, architecture, iterations } = search;
    const written = JSON.stringify(architecture);
    const resident = await numbersFrom('memory-of-levels.ts', engine, written, iterations);
    expect(resident).toHaveLength(3 * (LEVELS + 1));
    // The worker's garbage comes and goes by some 30 MB, so the least of many levels counts. A
    // training's result is 2.7 MB: kept from the first replicate to the last it would be 90 MB.
    const early = Math.min(...resident.slice(6, LEVELS + 1));
    const late = Math.min(...resident.slice(-15));
    expect((late - early) / MEGABYTE).toBeLessThan(60);
  });

  it.each(['dense', 'sparse'] as const)('holds as many tensors at its end, %s', async (engine) => {
    await ensureWasm();
    const kernels = new Kernels();
    const dataset = tinyDataset();
    const settings = tinySettings({
      pruning: { strategy: { id: 'layerwise-magnitude', fraction: 0.1 }, levels: LEVELS },
    });
    const lotteryTrainer = new LotteryTrainer(kernels, settings, dataset);
    const { architecture, pruning } = settings;
    const layout = layoutOf(
      architectures.get(architecture.id).build(architecture, dataset.shape, dataset.classes),
    );
    const targets = plannedTargets(pruning, layout);
    const counts: number[] = [];
    let mask: Uint8Array = new Uint8Array(layout.prunableCount).fill(1);
    for (let level = 0; level <= LEVELS; level += 1) {
      const { nextMask } = lotteryTrainer.train(
        {
          key: { replicate: 0, level, branch: 'ticket' },
          mask,
          engine,
          rewindPoint: undefined,
          nextTarget: targets[level],
        },
        { onEvaluation: () => undefined, onIteration: () => true },
      );
      mask = nextMask ?? mask;
      counts.push(kernels.tensorCount);
    }
    lotteryTrainer.dispose();
    expect(new Set(counts).size).toBe(1);
    expect(kernels.tensorCount).toBe(0);
  });
});

describe('a convolutional network', () => {
  /**
   * Megabytes beyond TensorFlow's own, with room for what runs and machines differ by. ResNet-20
   * keeps the input of every batch normalisation, 98 MB, and on the dense engine what its residual
   * blocks give, another 44 MB.
   */
  it.each([
    { architecture: 'resnet-20', batch: 128, engine: 'dense', measured: 190, limit: 220 },
    { architecture: 'resnet-20', batch: 128, engine: 'sparse', measured: 152, limit: 180 },
    { architecture: 'conv-2', batch: 60, engine: 'dense', measured: 124, limit: 150 },
    { architecture: 'conv-2', batch: 60, engine: 'sparse', measured: 75, limit: 120 },
  ])(
    'takes $measured MB: $architecture, $engine',
    async ({ architecture, batch, engine, limit }) => {
      // V8's garbage and the places of TensorFlow's blocks make runs differ by some 30 MB, upward.
      // One run below the limit shows what is needed; further ones follow only above it.
      const runs: number[] = [];
      do {
        runs.push(...(await numbersFrom('memory-of-networks.ts', engine, architecture, batch)));
      } while (runs.length < 3 && Math.min(...runs) / MEGABYTE >= limit);
      expect(Math.min(...runs) / MEGABYTE).toBeLessThan(limit);
    },
  );
});

describe('worker threads', () => {
  /** Megabytes that the second, third and fourth worker take, each. */
  async function costOfWorker(examples: number): Promise<number> {
    const [one] = await numbersFrom('memory-of-workers.ts', 1, examples);
    const [four] = await numbersFrom('memory-of-workers.ts', 4, examples);
    return (four! - one!) / 3 / MEGABYTE;
  }

  it('take less than 120 MB each, with the dataset in memory once', async () => {
    const withMnist = await costOfWorker(60_000);
    expect(withMnist).toBeLessThan(120);
    // Four times as many examples are 141 MB more: a worker that copied them would take as much more.
    const withFourTimesMnist = await costOfWorker(240_000);
    expect(withFourTimesMnist - withMnist).toBeLessThan(40);
  });
});
