/** Decoded examples in memory that all workers share. */
import type { LeftOut } from '../../../shared/domain/data-summary.ts';
import type { ExampleShape } from '../layers/spec.ts';

export type { LeftOut };

/** What is known of a dataset without decoding its features. */
export interface DatasetSummary {
  readonly shape: ExampleShape;
  /** Labels are below this. */
  readonly classes: number;
  readonly trainExamples: number;
  readonly testExamples: number;
  /** Examples of the dataset's own validation set. Undefined unless the settings ask for that set. */
  readonly validationExamples?: number;
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
  /**
   * The dataset's own validation set, like `test`. Undefined unless the settings ask for it: then a
   * part of `train` is drawn for validation.
   */
  readonly validation?: ExampleSet;
  /** SHA-256 of the decoded content, in hex. It does not depend on the file format. */
  readonly fingerprint: string;
  /** By class. Default: the classes have numbers only. */
  readonly classNames?: readonly string[];
  /** What the features come from, in order. Default: the features have numbers only. */
  readonly columns?: readonly DatasetColumn[];
  /** True if the test set was drawn from the training examples. */
  readonly isTestHeldOut?: boolean;
  /** What the files hold but the dataset does not. */
  readonly leftOut?: readonly LeftOut[];
}

/** A column of a table. */
export interface DatasetColumn {
  readonly name: string;
  /** The words of a categorical column, each with a feature of its own. A numeric column has none. */
  readonly words?: readonly string[];
}

/** Called while reading takes long, with a description of what is read and how far it is. */
export type OnReading = (what: string) => void;
