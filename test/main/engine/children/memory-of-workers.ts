/**
 * Trains LeNet-300-100 for a few steps on every worker of a pool, and writes the process's resident
 * bytes after that: `node memory-of-workers.ts WORKERS EXAMPLES`. Examples are of MNIST's size.
 */
import process from 'node:process';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import type { Dataset, ExampleSet } from '../../../../src/main/engine/datasets/dataset.ts';
import { allocateExamples } from '../../../../src/main/engine/datasets/memory.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import { startOwnWorkers } from '../../../../src/main/workbench/running/own-workers.ts';

const [workers, examples] = process.argv.slice(2).map(Number) as [number, number];
const { settings, layout } = await planSearch(
  parseSettings(registries, {
    training: { iterations: 60, evaluateEvery: 30, engine: 'dense' },
    replicates: { count: workers },
  }),
);
const filled = (count: number): ExampleSet => {
  const set = allocateExamples('bright squares', count, [28, 28]);
  for (let index = 0; index < set.features.length; index += 1) set.features[index] = index;
  for (let index = 0; index < count; index += 1) set.labels[index] = index % 10;
  return set;
};
const dataset: Dataset = {
  id: 'mnist',
  shape: [28, 28],
  classes: 10,
  train: filled(examples),
  test: filled(1000),
  fingerprint: 'bright squares',
};
const own = await startOwnWorkers('memory', { settings, dataset }, workers);
await Promise.all(
  Array.from({ length: workers }, (_, replicate) =>
    own.tasks.train({
      key: { replicate, level: 0, branch: 'ticket' },
      mask: new Uint8Array(layout.prunableCount).fill(1),
      engine: 'dense',
      rewindPoint: undefined,
      nextTarget: undefined,
    }),
  ),
);
console.log(process.memoryUsage.rss());
await own.close();
