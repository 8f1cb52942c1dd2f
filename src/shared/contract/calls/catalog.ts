/** What a search can be made of: the catalog, presets and datasets. */
import { z } from 'zod';
import type { DataReading } from '../../domain/data-summary.ts';
import type { Catalog, Preset } from '../records/catalog.ts';
import type { DatasetOverview } from '../records/datasets.ts';
import { call, nothing, returns } from './call.ts';
import { id, settingsDraft } from './inputs.ts';

export const CATALOG_CALLS = {
  catalog: call(nothing, returns<Catalog>()),
  presets: call(nothing, returns<readonly Preset[]>()),
  datasets: call(nothing, returns<readonly DatasetOverview[]>()),
  /**
   * Starts to download a dataset. Events follow: `dataset-progress`, `dataset-changed`, `dataset-failed`.
   * An interrupted download continues where it broke off.
   */
  'dataset.fetch': call(z.strictObject({ id }), returns<undefined>()),
  /** Starts to add a dataset from files, archives or folders on this machine. The same events follow. */
  'dataset.add': call(
    z.strictObject({ id, paths: z.array(z.string().min(1).max(4096)).min(1).max(100) }),
    returns<undefined>(),
  ),
  /**
   * Reads the dataset of these settings, and says what was read and what looks wrong. Undefined if it
   * has more features than `most`, all examples together.
   */
  'dataset.read': call(
    z.strictObject({ settings: settingsDraft, most: z.int().min(1).optional() }),
    returns<DataReading | undefined>(),
  ),
  /** Stops a `dataset.fetch` or `dataset.add`. Does nothing if none is running. */
  'dataset.stop': call(z.strictObject({ id }), returns<undefined>()),
} as const;
