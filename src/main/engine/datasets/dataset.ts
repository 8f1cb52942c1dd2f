/** Datasets as entries of their registry: their settings, sizes, and how they are read. */
import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import { DATASET_SETTINGS } from '../../../shared/domain/settings.ts';
import type { Download } from './download.ts';
import type { Dataset, DatasetSummary, OnReading } from './examples.ts';
import { givenShape, shapeOf, withShape } from './given-shape.ts';
import { currentMemoryLimit, withMemoryLimit } from './memory.ts';
import { isLarge, isLargeInMemory } from './reading.ts';
import { readInThread } from './reading-thread.ts';

export type {
  Dataset,
  DatasetSummary,
  ExampleSet,
  Features,
  LeftOut,
  OnReading,
} from './examples.ts';

export interface DatasetDefinition extends Definition {
  /** How a dataset that is neither built in nor the user's own gets onto this machine. */
  readonly download?: Download;
  /**
   * Sizes, shape and classes, without decoding the features.
   *
   * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
   */
  summarize(choice: Choice): Promise<DatasetSummary>;
  /** @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation. */
  load(choice: Choice, onReading?: OnReading): Promise<Dataset>;
}

/** Types a dataset's functions by its own settings, without the settings that all datasets share. */
export function defineDataset<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> & {
    readonly download?: Download;
    /** Whether `load` itself decides whether a thread reads. */
    readonly choosesThread?: boolean;
    summarize(hparams: z.infer<Hparams>): Promise<DatasetSummary>;
    load(hparams: z.infer<Hparams>, onReading: OnReading): Promise<Dataset>;
  },
): DatasetDefinition {
  const parse = ({ shape: _shape, ...choice }: Choice) =>
    hparamsOf(definition, withoutCommon(choice));
  return {
    ...definition,
    async summarize(choice) {
      const summary = await definition.summarize(parse(choice));
      const shape = shapeOf(definition.id, summary.shape, givenShape(choice));
      return shape === summary.shape ? summary : { ...summary, shape };
    },
    async load(choice, onReading = () => undefined) {
      const { id } = definition;
      const hparams = parse(choice);
      const named = (size: string) => ({ what: `the dataset ${id} (${size})`, onReading });
      if (!definition.choosesThread) {
        const size = isLarge(await definition.summarize(hparams));
        if (size) return readInThread('load', id, { choice }, named(size));
      }
      const dataset = await withMemoryLimit(currentMemoryLimit(), () =>
        definition.load(hparams, onReading),
      );
      const shape = givenShape(choice);
      const size = isLargeInMemory(dataset);
      if (shape && size) return readInThread('reshape', id, { dataset, shape }, named(size));
      return withShape(dataset, shape);
    },
  };
}

/** What the decoded examples follow from: the dataset's own settings, and the shape given to them. */
export function withoutCommon({ id, ...settings }: Choice): Choice {
  const own = Object.entries(settings).filter(
    ([name]) => name === 'shape' || !DATASET_SETTINGS.includes(name),
  );
  return { id, ...Object.fromEntries(own) };
}
