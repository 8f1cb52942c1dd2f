import { z } from 'zod';
import { defineBranch } from './branch.ts';

/** Zhou et al. 2019, section 5: what the mask alone, on weights as they were, makes of the network. */
export const supermask = defineBranch({
  id: 'supermask',
  label: 'Supermask',
  description: 'The ticket as it is, evaluated without any training.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: false,
  prepare: ({ mask, rewindPoint }) => ({ weights: rewindPoint, mask }),
});
