import { z } from 'zod';
import { defineBranch } from './branch.ts';

/**
 * Han et al. 2015: what pruning was for before there were tickets. The same mask on the weights that
 * the level before has trained, trained on for as long as the ticket, at the final learning rate.
 */
export const fineTune = defineBranch({
  id: 'fine-tune',
  label: 'Fine-tune',
  description:
    'The same mask on the trained weights of the level before, at the last learning rate.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  needsTrainedWeights: true,
  keepsFinalRate: true,
  prepare({ mask, trained }) {
    if (!trained) throw new Error('fine-tuning is given no trained weights');
    return { weights: trained, mask };
  },
});
