import { z } from 'zod';
import { defineBranch } from './branch.ts';

/**
 * Han et al. 2015, pruning before the lottery ticket hypothesis: the level's mask on the trained
 * weights of the previous level. They are trained for as long as the ticket, at the final learning
 * rate.
 */
export const fineTune = defineBranch({
  id: 'fine-tune',
  label: 'Fine-tune',
  description:
    'The ticket’s mask on the trained weights of the previous level, trained at the final learning rate.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  needsTrainedWeights: true,
  keepsFinalRate: true,
  prepare({ mask, trained }) {
    if (!trained) throw new Error('fine-tuning needs trained weights and got none');
    return { weights: trained, mask };
  },
});
