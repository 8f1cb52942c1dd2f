import { parseSettings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { registries } from '../settings/registries.ts';
import { planSearch } from '../planning/search-plan.ts';
import { startOwnWorkers } from '../running/own-workers.ts';
import { type Measured, measured } from './statistics.ts';

/**
 * How many trainings two workers finish in the time in which one worker finishes 1, on the dense
 * engine: twice the time of one training over that of two at once.
 */
export async function twoWorkerThroughput(steps: number, rounds: number): Promise<Measured> {
  const { settings, layout } = await planSearch(
    parseSettings(registries, {
      training: { iterations: steps, evaluateEvery: steps, engine: 'dense' },
      replicates: { count: 2 },
    }),
  );
  const dataset = await datasets.get(settings.dataset.id).load(settings.dataset);
  const workers = await startOwnWorkers('bench', { settings, dataset }, 2);
  const train = (replicate: number) =>
    workers.tasks.train({
      key: { replicate, level: 0, branch: TICKET_BRANCH },
      mask: new Uint8Array(layout.prunableCount).fill(1),
      engine: 'dense',
      rewindPoint: undefined,
      nextTarget: undefined,
    });
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  try {
    // Both workers compile and warm up.
    await Promise.all([train(0), train(1)]);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const alone = await timed(() => train(0));
      const together = await timed(() => Promise.all([train(0), train(1)]));
      ratios.push((2 * alone) / together);
    }
    return measured(ratios);
  } finally {
    await workers.close();
  }
}
