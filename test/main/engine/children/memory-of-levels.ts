/**
 * Trains the tickets of a search of three replicates on MNIST on one worker thread, and writes the process's resident
 * bytes after every level: `node --expose-gc memory-of-levels.ts ENGINE ARCHITECTURE ITERATIONS`,
 * the architecture in JSON.
 */
import process from 'node:process';
import type { EngineId } from '../../../../src/shared/domain/engine.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import { startOwnWorkers } from '../../../../src/main/workbench/running/own-workers.ts';

const [engine, architecture, iterations] = process.argv.slice(2) as [EngineId, string, string];
await ensureWasm();
const { settings, layout, targets } = await planSearch(
  parseSettings(registries, {
    // Evaluations take most of the time, and hold one batch however many examples there are.
    dataset: { id: 'mnist', validation: 250, testSubset: 250 },
    architecture: JSON.parse(architecture) as unknown,
    training: { iterations: Number(iterations), evaluateEvery: Number(iterations) / 2, engine },
    pruning: { strategy: { id: 'layerwise-magnitude' }, schedule: 'iterative', levels: 20 },
    branches: [],
    replicates: { count: 3 },
  }),
);
const dataset = await datasets.get('mnist').load(settings.dataset);
const own = await startOwnWorkers('memory', { settings, dataset }, 1);
for (let replicate = 0; replicate < settings.replicates.count; replicate += 1) {
  let mask: Uint8Array = new Uint8Array(layout.prunableCount).fill(1);
  for (let level = 0; level <= targets.length; level += 1) {
    const { nextMask } = await own.tasks.train({
      key: { replicate, level, branch: 'ticket' },
      mask,
      engine,
      rewindPoint: undefined,
      nextTarget: targets[level],
    });
    mask = nextMask ?? mask;
    globalThis.gc?.();
    console.log(process.memoryUsage.rss());
  }
}
await own.close();
