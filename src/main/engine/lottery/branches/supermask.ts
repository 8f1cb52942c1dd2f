import { z } from 'zod';
import { UNTRAINED_BRANCH } from '../../../../shared/domain/plan.ts';
import type { BranchDefinition } from './branch.ts';

/** Zhou et al. 2019, section 5: what the mask alone, on weights as they were, makes of the network. */
export const supermask: BranchDefinition = {
  id: UNTRAINED_BRANCH,
  label: 'Supermask',
  description: 'The ticket as it is, evaluated without any training.',
  hparams: z.object({}),
  prepare: ({ mask, rewindPoint }) => ({ weights: rewindPoint, mask }),
};
