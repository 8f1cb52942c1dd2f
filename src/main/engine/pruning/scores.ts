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
  let largest = 0;
  for (const { offset, size } of layout.prunable) {
    for (let index = offset; index < offset + size; index += 1) {
      largest = Math.max(largest, Math.abs(scores[index]!));
    }
  }
  const scale = largest === 0 ? 1 : largest;
  return prunableScores(layout, (index) => scores[index]! / scale);
}

/** m ⊙ θ in float64: pruned weights are exactly zero, everything else is as it was. */
export function maskedWeights(
  layout: ParameterLayout,
  weights: Float32Array,
  mask: Mask,
): Float64Array {
  const masked = Float64Array.from(weights);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      if (mask[maskOffset + index] === 0) masked[offset + index] = 0;
    }
  }
  return masked;
}
