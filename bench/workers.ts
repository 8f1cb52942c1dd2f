import { registries } from '../src/main/workbench/registries.ts';
import { WorkerPool } from '../src/main/workbench/worker-pool.ts';
import { datasets } from '../src/main/engine/datasets/index.ts';
import { parseSettings } from '../src/shared/domain/settings.ts';
import { type Measured, measured } from './statistics.ts';

const ROUNDS = 3;
const observer = { onProgress: () => undefined, onEvaluation: () => undefined };

/** How much more two workers train than one: twice the time of one training over that of two. */
export async function workerThroughput(): Promise<Measured> {
  const settings = parseSettings(registries, {
    training: { iterations: 1000, evaluateEvery: 1000 },
    replicates: { count: 2 },
  });
  const dataset = await datasets.get('mnist').load({ id: 'mnist' });
  const pool = await WorkerPool.start({ id: 'bench', settings, dataset }, 2);
  const train = (replicate: number) =>
    pool.run(
      {
        key: { replicate, level: 0, branch: 'ticket' },
        mask: new Uint8Array(266_200).fill(1),
        engine: 'dense',
        rewindPoint: undefined,
        nextTarget: undefined,
      },
      observer,
    );
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  try {
    await Promise.all([train(0), train(1)]);
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const alone = await timed(() => train(0));
      const together = await timed(() => Promise.all([train(0), train(1)]));
      ratios.push((2 * alone) / together);
    }
    return measured(ratios);
  } finally {
    await pool.close();
  }
}
