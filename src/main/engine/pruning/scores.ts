/** What strategies rank weights by. */
import type { ParameterLayout } from '../network.ts';
import type { Mask, PruningContext } from './strategy.ts';

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
 * Scores in float64 as float32, relative to the largest magnitude: their order stays, and none
 * overflows. Ones that differ by less than float32 can tell are ties.
 */
export function scaledScores(layout: ParameterLayout, scores: Float64Array): Float32Array {
  return scaledProducts(layout, scores, undefined);
}

/** |gradient ⊙ weights| as `scaledScores` has it. */
export function saliency(
  layout: ParameterLayout,
  gradient: Float64Array,
  weights: Float64Array,
): Float32Array {
  const scores = scaledProducts(layout, gradient, weights);
  for (let index = 0; index < scores.length; index += 1) scores[index] = Math.abs(scores[index]!);
  return scores;
}

/** `scores` ⊙ `factors`, if there are any, in two passes that keep nothing in between. */
export function scaledProducts(
  layout: ParameterLayout,
  scores: Float64Array,
  factors: Float64Array | undefined,
): Float32Array {
  let largest = 0;
  for (const { offset, size } of layout.prunable) {
    for (let index = offset; index < offset + size; index += 1) {
      const score = factors ? scores[index]! * factors[index]! : scores[index]!;
      const magnitude = Math.abs(score);
      if (magnitude > largest) largest = magnitude;
    }
  }
  const scale = largest === 0 ? 1 : largest;
  const scaled = new Float32Array(layout.prunableCount);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      const place = offset + index;
      const score = factors ? scores[place]! * factors[place]! : scores[place]!;
      scaled[maskOffset + index] = score / scale;
    }
  }
  return scaled;
}

/** |m ⊙ θ| in float64, for all parameters. */
export function maskedMagnitudes(
  layout: ParameterLayout,
  weights: Float32Array,
  mask: Mask,
): Float64Array {
  const masked = new Float64Array(weights.length);
  for (let index = 0; index < weights.length; index += 1) masked[index] = Math.abs(weights[index]!);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1)
      masked[offset + index]! *= mask[maskOffset + index]!;
  }
  return masked;
}

/** m ⊙ θ in float64: pruned weights are exactly zero, everything else is as it was. */
export function maskedWeights(
  layout: ParameterLayout,
  weights: Float32Array,
  mask: Mask,
): Float64Array {
  const masked = new Float64Array(weights);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      if (mask[maskOffset + index] === 0) masked[offset + index] = 0;
    }
  }
  return masked;
}
