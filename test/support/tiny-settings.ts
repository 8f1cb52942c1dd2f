import { parseSettings, resolveEpochs, type Settings } from '../../src/shared/domain/settings.ts';
import { registries } from '../../src/main/workbench/settings/registries.ts';

/** The size of `tinyDataset`. */
const TINY_SIZE = { id: 'tiny', trainExamples: 240, testExamples: 60, shape: [12] };

/** Settings that train in milliseconds on `tinyDataset`; any part can be replaced. */
export function tinySettings(changes: Record<string, unknown> = {}): Settings {
  const written = parseSettings(registries, {
    dataset: { id: 'mnist', validation: 60 },
    architecture: { id: 'mlp', widths: [8, 6] },
    training: {
      optimizer: { id: 'adam', learningRate: 0.01 },
      batchSize: 20,
      iterations: 30,
      evaluateEvery: 10,
    },
    pruning: { strategy: { id: 'layerwise-magnitude' }, schedule: 'iterative', levels: 2 },
    branches: ['random-reinit'],
    replicates: { count: 2, seed: 7 },
    ...changes,
  });
  return resolveEpochs(registries, written, TINY_SIZE);
}
