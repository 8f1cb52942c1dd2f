/** Scores by which strategies rank weights. */
import { maskInPlace, type Mask } from '../../../shared/domain/mask.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { PruningContext } from './strategy.ts';

/** Values of the prunable parameters, in the mask's order. */
export function prunableScores(
  layout: ParameterLayout,
  scoreOf: (parameterIndex: number) => number,
): Float32Array {
  const scores = new Float32Array(layout.prunableCount);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      scores[maskOffset + index] = scoreOf(offset + index);
    }
  }
  return scores;
}

/** |w| after training. */
export function magnitudes({ layout, trained }: PruningContext): Float32Array {
  return prunableScores(layout, (index) => Math.abs(trained[index]!));
}

/**
 * Float64 scores as float32, relative to the largest magnitude. This keeps their order and avoids
 * overflow. Scores that differ by less than float32 resolves become ties.
 */
export function scaledScores(layout: ParameterLayout, scores: Float64Array): Float32Array {
  return scaledProducts(layout, scores, new Float64Array(scores.length).fill(1));
}

/** `scores` ⊙ `factors`, scaled as in `scaledScores`. */
export function scaledProducts(
  layout: ParameterLayout,
  scores: Float64Array,
  factors: Float64Array,
): Float32Array {
  const scale = largestProduct(layout, scores, factors);
  const scaled = new Float32Array(layout.prunableCount);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      const place = offset + index;
      scaled[maskOffset + index] = (scores[place]! * factors[place]!) / scale;
    }
  }
  return scaled;
}

/**
 * |gradient ⊙ weights|, scaled as in `scaledScores`.
 *
 * @param into receives the result.
 */
export function saliency(
  layout: ParameterLayout,
  gradient: Float64Array,
  weights: Float64Array,
  into = new Float32Array(layout.prunableCount),
): Float32Array {
  const scale = largestProduct(layout, gradient, weights);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      const place = offset + index;
      into[maskOffset + index] = Math.abs(gradient[place]! * weights[place]!) / scale;
    }
  }
  return into;
}

/** The largest |one ⊙ other| of the prunable parameters; 1 if all are zero. */
function largestProduct(layout: ParameterLayout, one: Float64Array, other: Float64Array): number {
  let largest = 0;
  for (const { offset, size } of layout.prunable) {
    for (let index = offset; index < offset + size; index += 1) {
      const magnitude = Math.abs(one[index]! * other[index]!);
      if (magnitude > largest) largest = magnitude;
    }
  }
  return largest === 0 ? 1 : largest;
}

/** m ⊙ θ in float64. */
export function maskedWeights(
  layout: ParameterLayout,
  weights: Float32Array,
  mask: Mask,
): Float64Array {
  return maskInPlace(layout, new Float64Array(weights), mask);
}
