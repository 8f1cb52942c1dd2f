/** The straight line between the weights of two networks, and the errors along it. */
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { largest } from '../../../shared/extremes.ts';
import type { Score } from '../training/trainer.ts';

/** Errors are fractions of examples, 0..1; losses mean cross-entropy in nats. */
export interface PathErrors {
  /** `[points]`: error at each α. */
  readonly error: Float64Array;
  /** `[points]`: loss at each α. */
  readonly loss: Float64Array;
  /** The largest error on the path minus the mean of its two ends (Frankle et al. 2020). */
  readonly barrier: number;
}

/** (1 − α) one + α other, in double precision. */
export function interpolate(one: Float32Array, other: Float32Array, alpha: number): Float32Array {
  return one.map((value, index) => (1 - alpha) * value + alpha * other[index]!);
}

export function pathErrors(scores: readonly Score[]): PathErrors {
  const error = Float64Array.from(scores, ({ accuracy }) => 1 - accuracy);
  return {
    error,
    loss: Float64Array.from(scores, ({ loss }) => loss),
    barrier: barrierOf(error),
  };
}

/** The largest error on the path, its ends included, minus the mean of the two ends. */
export function barrierOf(error: ArrayLike<number>): number {
  return largest(Array.from(error)) - errorAtEnds(error);
}

export function errorAtEnds(error: ArrayLike<number>): number {
  return (error[0]! + error[error.length - 1]!) / 2;
}

export function distanceBetween(
  one: Float32Array,
  other: Float32Array,
  layout: ParameterLayout,
): number {
  let sum = 0;
  for (const { trainable, offset, size } of layout.parameters) {
    if (!trainable) continue;
    for (let index = offset; index < offset + size; index += 1) {
      sum += (one[index]! - other[index]!) ** 2;
    }
  }
  return Math.sqrt(sum);
}
