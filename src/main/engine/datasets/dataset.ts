/** Datasets as the engine sees them: decoded examples in memory that every worker shares. */
import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import { DATASET_SETTINGS } from '../../../shared/domain/settings.ts';
import type { ExampleShape } from '../network.ts';
import type { Download } from './download.ts';

/** What can be said of a dataset without decoding its features. */
export interface DatasetSummary {
  readonly shape: ExampleShape;
  /** Labels are below this. */
  readonly classes: number;
  readonly trainExamples: number;
  readonly testExamples: number;
}

/** Bytes are shades from 0 to 255, as images store them; floats are whatever was measured. */
export type Features = Uint8Array | Float32Array;

export interface ExampleSet<Kind extends Features = Features> {
  readonly count: number;
  /** `[count, ...shape]`, row-major, in shared memory aligned to 64 bytes; floats are finite. */
  readonly features: Kind;
  /** `[count]`, class indices below `classes`, in the same kind of memory. */
  readonly labels: Int32Array;
}

export interface Dataset {
  readonly id: string;
  readonly shape: ExampleShape;
  readonly classes: number;
  readonly train: ExampleSet;
  /** Its features are of the same kind as those of `train`. */
  readonly test: ExampleSet;
  /** SHA-256, hex, over the decoded content: the same whatever file the bytes came from. */
  readonly fingerprint: string;
}

/** Told what is being read, and how far it is, where that takes longer than a moment. */
export type OnReading = (what: string) => void;

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

/** Types a dataset's functions by its own settings, without those that every dataset has. */
export function defineDataset<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> & {
    readonly download?: Download;
    summarize(hparams: z.infer<Hparams>): Promise<DatasetSummary>;
    load(hparams: z.infer<Hparams>, onReading: OnReading): Promise<Dataset>;
  },
): DatasetDefinition {
  const parse = (choice: Choice) => hparamsOf(definition, withoutCommon(choice));
  return {
    ...definition,
    summarize: async (choice) => definition.summarize(parse(choice)),
    load: async (choice, onReading = () => undefined) => definition.load(parse(choice), onReading),
  };
}

/** What the decoded examples follow from. */
export function withoutCommon({ id, ...settings }: Choice): Choice {
  const own = Object.entries(settings).filter(([name]) => !DATASET_SETTINGS.includes(name));
  return { id, ...Object.fromEntries(own) };
}
