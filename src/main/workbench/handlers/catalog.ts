import { catalog } from '../settings/catalog.ts';
import { datasetOverview } from '../datasets/overview.ts';
import { presets } from '../settings/presets.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = 'catalog' | 'presets' | 'datasets' | `dataset.${'fetch' | 'add' | 'stop'}`;

export function catalogHandlers({ fetches }: HandlerContext): HandlersOf<Names> {
  return {
    catalog: () => catalog(),
    presets: () => presets(),
    datasets: () => datasetOverview((id) => fetches.progressOf(id)),
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
