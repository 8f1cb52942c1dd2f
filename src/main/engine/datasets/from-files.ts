/** Datasets of the user's own files, which are not read again as long as they stay as they are. */
import type { z } from 'zod';
import type { Definition } from '../../../shared/domain/definition.ts';
import {
  type Dataset,
  type DatasetDefinition,
  type DatasetSummary,
  defineDataset,
  type OnReading,
} from './dataset.ts';
import { FileCache } from './file-cache.ts';

/** A form asks for one at every change. */
const summaries = new FileCache<DatasetSummary>(32);

/** One: decoded examples can fill the memory, and running searches hold on to their own. */
const decoded = new FileCache<Dataset>(1);

/** The files that a choice means. */
interface FoundFiles {
  readonly files: readonly string[];
}

/** As `defineDataset`, of files. */
export function defineFileDataset<Hparams extends z.ZodObject, Found extends FoundFiles>(
  definition: Definition<Hparams> & {
    find(hparams: z.infer<Hparams>): Promise<Found>;
    /** Left out where nothing can be said before everything is decoded. */
    summarize?(hparams: z.infer<Hparams>, found: Found): Promise<DatasetSummary>;
    load(hparams: z.infer<Hparams>, found: Found, onReading: OnReading): Promise<Dataset>;
  },
): DatasetDefinition {
  const { id, find, summarize } = definition;
  const load = async (hparams: z.infer<Hparams>, found: Found, onReading: OnReading) =>
    decoded.get([id, hparams], found.files, () => definition.load(hparams, found, onReading));
  return defineDataset({
    ...definition,
    async summarize(hparams) {
      const found = await find(hparams);
      return summaries.get([id, hparams], found.files, async () => {
        if (summarize) return summarize(hparams, found);
        const { shape, classes, train, test } = await load(hparams, found, () => undefined);
        return { shape, classes, trainExamples: train.count, testExamples: test.count };
      });
    },
    load: async (hparams, onReading) => load(hparams, await find(hparams), onReading),
  });
}
