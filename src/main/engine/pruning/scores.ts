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
      const magnitude = Math.abs(scores[index]!);
      if (magnitude > largest) largest = magnitude;
    }
  }
  const scale = largest === 0 ? 1 : largest;
  const scaled = new Float32Array(layout.prunableCount);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      scaled[maskOffset + index] = scores[offset + index]! / scale;
    }
  }
  return scaled;
}

/** values ⊙ weights, in place of the values. */
export function timesWeights(values: Float64Array, weights: Float64Array): Float64Array {
  for (let index = 0; index < values.length; index += 1) values[index]! *= weights[index]!;
  return values;
}

/** |values|, in place. */
export function absolute(values: Float64Array): Float64Array {
  for (let index = 0; index < values.length; index += 1) values[index] = Math.abs(values[index]!);
  return values;
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
