import { z } from 'zod';
import { rewindPointSettings } from '../../../../shared/domain/settings.ts';
import { defineRewind } from './rewind.ts';

/** Renda et al. 2020, section 2.1: weights are kept, and the learning-rate schedule goes back to k. */
export const learningRate = defineRewind({
  id: 'learning-rate',
  label: 'Rewind the learning rate',
  description:
    'Survivors keep their trained weights; only the learning rate is rewound to iteration k.',
  hparams: z.object(
    rewindPointSettings('The learning rate and the batches restart from this iteration.'),
  ),
  keepsTrainedWeights: true,
  keepsFinalRate: false,
  startsAt: ({ iteration }) => iteration,
});
