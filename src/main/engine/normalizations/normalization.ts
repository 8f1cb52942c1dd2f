/** How stored features become the input of a network. */
import { z } from 'zod';
import type { Definition } from '../../../shared/domain/definition.ts';
import type { Features } from '../datasets/dataset.ts';

/**
 * Every feature becomes (feature − center) / divisor, in float32, when it is gathered into a batch.
 * So memory holds a dataset only once, as stored. Divisors are never 0.
 */
export type Normalization =
  /** One divisor for all features, and no center. */
  | { readonly kind: 'uniform'; readonly divisor: 1 | 255 }
  /** One center and divisor for each entry of the last axis: a channel of images, else a feature. */
  | {
      readonly kind: 'channels';
      readonly centers: Float32Array;
      readonly divisors: Float32Array;
    }
  /** Each example by its own mean and deviation; see `momentsOfExamples`. */
  | { readonly kind: 'examples' };

/**
 * The examples that a normalisation is fitted to: training examples, without validation and test.
 */
export interface NormalizedExamples {
  readonly features: Features;
  /** Features of one example. */
  readonly size: number;
  readonly channels: number;
  /** The training examples. */
  readonly indices: Int32Array;
}

export interface NormalizationDefinition extends Definition {
  fit(examples: NormalizedExamples): Normalization;
}

export function defineNormalization(
  definition: Omit<NormalizationDefinition, 'hparams'>,
): NormalizationDefinition {
  return { ...definition, hparams: z.object({}) };
}

export const AS_STORED: Normalization = { kind: 'uniform', divisor: 1 };
export const BYTES_TO_UNIT: Normalization = { kind: 'uniform', divisor: 255 };

/** The default normalisation: bytes to [0, 1], floats unchanged. */
export function plainNormalization(features: Features): Normalization {
  return features instanceof Uint8Array ? BYTES_TO_UNIT : AS_STORED;
}
