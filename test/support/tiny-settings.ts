import { parseSettings, type Settings } from '../../src/shared/domain/settings.ts';
import { registries } from '../../src/main/workbench/registries.ts';

/** Settings that train in milliseconds on `tinyDataset`; any part can be replaced. */
export function tinySettings(changes: Record<string, unknown> = {}): Settings {
  return parseSettings(registries, {
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
}
