import { z } from 'zod';
import { duration } from '../../../../shared/domain/duration.ts';
import { epoch } from './hparams.ts';
import { defineRewind } from './rewind.ts';

/** Renda et al. 2020, section 2.1: the weights stay, the learning-rate schedule goes back to k. */
export const learningRate = defineRewind({
  id: 'learning-rate',
  label: 'Rewind the learning rate',
  description: 'Survivors keep their trained weights and are trained again from iteration k on.',
  hparams: z.object({
    iteration: duration(0).default(0).meta({
      title: 'Rewind iteration',
      description: 'The learning rate and the batches are those from this iteration on.',
    }),
    epoch,
  }),
  keepsTrainedWeights: true,
  keepsFinalRate: false,
  startsAt: ({ iteration }) => iteration,
});
