import { z } from 'zod';
import { defineBranch } from './branch.ts';

/**
 * Zhou et al. 2019, section 4.2: survivors keep only their sign. All weights of a layer get the same
 * magnitude, the standard deviation (around 0) of the layer's initial weights.
 */
export const signOnly = defineBranch({
  id: 'sign-only',
  label: 'Signs only',
  description: 'The ticket’s mask and signs, with one magnitude for all weights of a layer.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  prepare({ layout, mask, rewindPoint, initial }) {
    const weights = rewindPoint.slice();
    for (const { offset, size } of layout.prunable) {
      const own = initial.subarray(offset, offset + size);
      const deviation = Math.sqrt(own.reduce((sum, weight) => sum + weight ** 2, 0) / size);
      for (let index = offset; index < offset + size; index += 1) {
        weights[index] = Math.sign(rewindPoint[index]!) * deviation;
      }
    }
    return { weights, mask };
  },
});
