import { z } from 'zod';
import { defineBranch } from './branch.ts';

/**
 * The ticket under another noise of SGD (Frankle et al. 2020, "Linear Mode Connectivity", section 2):
 * how much of a difference is luck of the batches.
 */
export const otherDataOrder = defineBranch({
  id: 'other-data-order',
  label: 'Other data order',
  description: 'The ticket itself, with the training examples in another order.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  ordersDataAnew: true,
  prepare: ({ mask, rewindPoint }) => ({ weights: rewindPoint, mask }),
});
