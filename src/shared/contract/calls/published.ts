/** Published figures, and experiments that reproduce them. */
import { z } from 'zod';
import type { OwnSeries, PublishedFile } from '../../published/schema.ts';
import type { DownloadableFile } from '../records/host.ts';
import type { ReproductionOverview } from '../records/reproductions.ts';
import { call, nothing, returns } from './call.ts';
import { id, workers } from './inputs.ts';

/** How much of a published experiment is run. */
const reproductionSize = {
  /** The length of trainings; 1 is in full. */
  scale: z.number().gt(0).lte(1).default(1),
  /** At most so many; all by default. */
  replicates: z.int().min(1).max(1000).optional(),
};

export const PUBLISHED_CALLS = {
  /** The published figures that charts against density can show. */
  'published.list': call(nothing, returns<readonly PublishedFile[]>()),
  /** One's own points for charts against density, from the text of a CSV file. Saves nothing. */
  'published.readPoints': call(
    z.strictObject({ name: z.string().min(1).max(255), text: z.string().max(200_000) }),
    returns<readonly OwnSeries[]>(),
  ),
  /** The published experiments that can be reproduced, with cost, searches and claims so far. */
  'reproduce.list': call(
    z.strictObject({ ...reproductionSize, workers }),
    returns<readonly ReproductionOverview[]>(),
  ),
  /** Saves the searches of an experiment that are not saved yet, and queues what is not finished. */
  'reproduce.start': call(
    z.strictObject({
      name: id,
      ...reproductionSize,
      /** The number of concurrent trainings; one per core by default. */
      workers,
    }),
    returns<ReproductionOverview>(),
  ),
  /** Trains a few steps to estimate the cost of an experiment. Needs an idle machine. */
  'reproduce.calibrate': call(
    z.strictObject({
      name: id,
      ...reproductionSize,
      workers,
    }),
    returns<ReproductionOverview>(),
  ),
  /** The report of what has been measured so far: a zip file of Markdown, figures and summary. */
  'reproduce.report': call(
    z.strictObject({ name: id, ...reproductionSize }),
    returns<DownloadableFile>(),
  ),
} as const;
