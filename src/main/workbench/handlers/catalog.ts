import { catalog } from '../settings/catalog.ts';
import { datasetOverview } from '../datasets/overview.ts';
import { featureCount, readDataset } from '../datasets/data-reading.ts';
import { parseSettings } from '../../../shared/domain/settings.ts';
import { registries } from '../settings/registries.ts';
import { presets } from '../settings/presets.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = 'catalog' | 'presets' | 'datasets' | `dataset.${'read' | 'fetch' | 'add' | 'stop'}`;

export function catalogHandlers({ fetches }: HandlerContext): HandlersOf<Names> {
  return {
    catalog: () => catalog(),
    presets: () => presets(),
    datasets: () => datasetOverview((id) => fetches.progressOf(id)),
    'dataset.read': async ({ settings, most = Infinity }) => {
      const parsed = parseSettings(registries, settings);
      return (await featureCount(parsed)) > most ? undefined : readDataset(parsed);
    },
    'dataset.fetch': ({ id }) => {
      fetches.fetch(id);
      return undefined;
    },
    'dataset.add': ({ id, paths }) => {
      fetches.add(id, paths);
      return undefined;
    },
    'dataset.stop': ({ id }) => {
      fetches.stop(id);
      return undefined;
    },
  };
}
