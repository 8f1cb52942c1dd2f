/** Datasets of the user's own files. Files that have not changed are not read again. */
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
import { bytesToRead } from './reading.ts';
import { readInThread } from './reading-thread.ts';

/** The form asks for a summary at every change of a setting. */
const summaries = new FileCache<DatasetSummary>(32);

/** Only one, because decoded examples can fill the memory. Running searches keep their own. */
const decoded = new FileCache<Dataset>(1);

/** The files that the settings choose. */
interface FoundFiles {
  readonly files: readonly string[];
}

/** As `defineDataset`, for a dataset that is read from files. */
export function defineFileDataset<Hparams extends z.ZodObject, Found extends FoundFiles>(
  definition: Definition<Hparams> & {
    find(hparams: z.infer<Hparams>): Promise<Found>;
    /** Left out where the whole dataset has to be decoded for a summary. */
    summarize?(hparams: z.infer<Hparams>, found: Found): Promise<DatasetSummary>;
    load(hparams: z.infer<Hparams>, found: Found, onReading: OnReading): Promise<Dataset>;
  },
): DatasetDefinition {
  const { id, find, summarize } = definition;
  const load = async (hparams: z.infer<Hparams>, found: Found, onReading: OnReading) =>
    decoded.get([id, hparams], found.files, async () => {
      const bytes = await bytesToRead(found.files);
      if (bytes === undefined) return definition.load(hparams, found, onReading);
      const [first = id, ...others] = found.files;
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      const what = `${first}${more} (${bytes} bytes)`;
      return readInThread('load', id, { choice: { id, ...hparams } }, { what, onReading });
    });
  return defineDataset({
    ...definition,
    choosesThread: true,
    async summarize(hparams) {
      const found = await find(hparams);
      return summaries.get([id, hparams], found.files, async () => {
        if (summarize) return summarize(hparams, found);
        const dataset = await load(hparams, found, () => undefined);
        const { shape, classes, train, test, validation } = dataset;
        return {
          shape,
          classes,
          trainExamples: train.count,
          testExamples: test.count,
          ...(validation && { validationExamples: validation.count }),
        };
      });
    },
    load: async (hparams, onReading) => load(hparams, await find(hparams), onReading),
  });
}
