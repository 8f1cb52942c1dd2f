import { z } from 'zod';
import { defineBranch } from './branch.ts';

/**
 * The ticket with another sample of SGD noise (Frankle et al. 2020, "Linear Mode Connectivity",
 * section 2). It shows how much difference the order of the batches alone can make.
 */
export const otherDataOrder = defineBranch({
  id: 'other-data-order',
  label: 'Other data order',
  description: 'The ticket, trained with the examples in another order.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  ordersDataAnew: true,
  prepare: ({ mask, rewindPoint }) => ({ weights: rewindPoint, mask }),
});
