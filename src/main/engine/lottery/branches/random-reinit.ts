import { z } from 'zod';
import { defineBranch } from './branch.ts';

/**
 * The paper's control (Frankle & Carbin, section 1): the structure of the ticket with other initial
 * weights. If the ticket wins and this does not, the original initialisation mattered.
 */
export const randomReinit = defineBranch({
  id: 'random-reinit',
  label: 'Random reinitialisation',
  description: 'The ticket’s mask with newly drawn initial weights.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  prepare: ({ mask, initialize, random }) => ({ weights: initialize(random), mask }),
});
