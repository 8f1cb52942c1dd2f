import { z } from 'zod';
import { duration } from '../../../../shared/domain/duration.ts';
import { defineRewind } from './rewind.ts';

/**
 * Han et al. 2015, as defined by Renda et al. 2020, section 2.1: weights and final rate are kept.
 */
export const fineTune = defineRewind({
  id: 'fine-tune',
  label: 'Fine-tune',
  description:
    'Survivors keep their trained weights and continue training at the final learning rate.',
  hparams: z.object({
    iterations: duration(1).default(1000).meta({
      title: 'Fine-tuning iterations',
      description: 'Optimizer steps of every pruned level, at the final learning rate.',
    }),
  }),
  lengthSetting: 'iterations',
  keepsTrainedWeights: true,
  keepsFinalRate: true,
  startsAt: (hparams, iterations) => iterations - hparams.iterations,
});
