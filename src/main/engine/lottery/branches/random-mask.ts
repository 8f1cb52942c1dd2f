import { z } from 'zod';
import { countKept } from '../../../../shared/domain/mask.ts';
import { shuffleInPlace } from '../../../../shared/rng.ts';
import { defineBranch } from './branch.ts';

/**
 * Frankle & Carbin, figure 1, dashed lines: a subnetwork that shares only the number of weights in
 * each layer with the ticket.
 */
export const randomMask = defineBranch({
  id: 'random-mask',
  label: 'Fully random subnetwork',
  description: 'A random mask with the same layer densities, and newly drawn weights.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  drawsFrom: 'layer-counts',
  prepare({ layout, mask, initialize, random }) {
    const drawn = new Uint8Array(mask.length);
    for (const { maskOffset, size } of layout.prunable) {
      const own = drawn.subarray(maskOffset, maskOffset + size);
      own.fill(1, 0, countKept(mask.subarray(maskOffset, maskOffset + size)));
      shuffleInPlace(own, random);
    }
    return { weights: initialize(random), mask: drawn };
  },
});
