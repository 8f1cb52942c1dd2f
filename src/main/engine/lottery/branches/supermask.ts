import { z } from 'zod';
import { defineBranch } from './branch.ts';

/** Zhou et al. 2019, section 5: the accuracy of the mask on untrained weights. */
export const supermask = defineBranch({
  id: 'supermask',
  label: 'Supermask',
  description: 'The ticket, evaluated without training.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: false,
  prepare: ({ mask, rewindPoint }) => ({ weights: rewindPoint, mask }),
});
