import type { PruningContext } from './strategy.ts';

/** |w| after training, for each prunable weight in the mask's order. */
export function magnitudes({ layout, trained }: PruningContext): Float32Array {
  const scores = new Float32Array(layout.prunableCount);
  for (const { offset, maskOffset, size } of layout.prunable) {
    for (let index = 0; index < size; index += 1) {
      scores[maskOffset + index] = Math.abs(trained[offset + index]!);
    }
  }
  return scores;
}
