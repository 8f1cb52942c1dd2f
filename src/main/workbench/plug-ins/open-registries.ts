import type { PlugInRegistries } from '../../engine/plug-ins/load.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { workerRegistries } from '../../engine/plug-ins/worker-registries.ts';
import { exporters } from '../../exporters/index.ts';

/** Everything that plug-ins may add to. */
export const openRegistries: Required<PlugInRegistries> = {
  ...workerRegistries,
  datasets,
  exporters,
};
