import { catalog } from '../catalog.ts';
import { datasetOverview } from '../datasets.ts';
import { presets } from '../presets.ts';
import type { HandlersOf } from './handlers.ts';

export function catalogHandlers(): HandlersOf<'catalog' | 'presets' | 'datasets'> {
  return {
    catalog: () => catalog(),
    presets: () => presets(),
    datasets: () => datasetOverview(),
  };
}
