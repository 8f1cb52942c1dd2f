import { z } from 'zod';
import { shuffleInPlace } from '../../../../shared/rng.ts';
import { defineBranch } from './branch.ts';

/**
 * The other half of the ablation (Frankle et al. 2020, "Missing the Mark", section 5): the original
 * weights under a mask with the same layer densities that was not chosen for them.
 */
export const shuffledMask = defineBranch({
  id: 'shuffled-mask',
  label: 'Shuffled mask',
  description: 'The original initial weights, with the mask shuffled within each layer.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  prepare({ layout, mask, rewindPoint, random }) {
    const shuffled = mask.slice();
    for (const { maskOffset, size } of layout.prunable) {
      shuffleInPlace(shuffled.subarray(maskOffset, maskOffset + size), random);
    }
    return { weights: rewindPoint, mask: shuffled };
  },
});
