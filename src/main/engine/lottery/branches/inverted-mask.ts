import { z } from 'zod';
import { countKept } from '../../../../shared/domain/mask.ts';
import { defineBranch } from './branch.ts';

/**
 * The weights that pruning removed, instead of those it kept. The density is 1 minus the ticket's,
 * so a fair comparison is with a network of as many weights. A layer that is not pruned stays
 * whole.
 */
export const invertedMask = defineBranch({
  id: 'inverted-mask',
  label: 'Inverted mask',
  description: 'The original weights under the inverted mask: the weights that pruning removed.',
  hparams: z.object({}),
  keepsDensity: false,
  isTrained: true,
  prepare({ layout, mask, rewindPoint }) {
    const inverted = mask.map((kept) => 1 - kept);
    for (const { maskOffset, size } of layout.prunable) {
      const own = inverted.subarray(maskOffset, maskOffset + size);
      if (countKept(own) === 0) own.fill(1);
    }
    return { weights: rewindPoint, mask: inverted };
  },
});
