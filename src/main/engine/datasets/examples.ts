/** Decoded examples in memory that all workers share. */
import type { ExampleShape } from '../layers/spec.ts';

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
