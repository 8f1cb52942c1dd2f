/** What stands between features as they are stored and the input of a network. */
import { z } from 'zod';
import type { Definition } from '../../../shared/domain/definition.ts';
import type { Features } from '../datasets/dataset.ts';

/**
 * Every feature becomes (feature − center) / divisor, in float32, when it is gathered into a batch:
 * nothing is kept of a dataset but its bytes or floats. Divisors are never 0.
 */
export type Normalization =
  /** As stored, divided by 255 or 1. */
  | { readonly kind: 'uniform'; readonly divisor: 1 | 255 }
  /** By channel, or by feature where examples are no images: along their last axis. */
  | {
      readonly kind: 'channels';
      readonly centers: Float32Array;
      readonly divisors: Float32Array;
    }
  /** Each example by itself, whichever set it is from; see `momentsOfExamples`. */
  | { readonly kind: 'examples' };

/** The training examples beside validation: what is known of the data before it is tested. */
export interface NormalizedExamples {
  readonly features: Features;
  /** Features of one example. */
  readonly size: number;
  readonly channels: number;
  /** The examples that are trained on. */
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

/** For data of which nothing more is known: bytes in [0, 1], floats as they are. */
export function plainNormalization(features: Features): Normalization {
  return features instanceof Uint8Array ? BYTES_TO_UNIT : AS_STORED;
}
