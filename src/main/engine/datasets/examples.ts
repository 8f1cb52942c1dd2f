/** Decoded examples in memory that every worker shares. */
import type { ExampleShape } from '../layers/spec.ts';

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
  /** Of the same kind of features as `train`. */
  readonly test: ExampleSet;
  /** SHA-256, hex, over the decoded content: the same whatever file the bytes came from. */
  readonly fingerprint: string;
}
