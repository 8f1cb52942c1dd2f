import { z } from 'zod';
import { DEFAULT_REWIND, rewindPointSettings } from '../../../../shared/domain/settings.ts';
import { defineRewind } from './rewind.ts';

/** Frankle & Carbin, section 1, and Frankle et al. 2019, "Stabilizing the LTH", section 3. */
export const weights = defineRewind({
  id: DEFAULT_REWIND,
  label: 'Rewind weights',
  description: 'Survivors return to their own weights of iteration k; 0 is the initialisation.',
  hparams: z.object(
    rewindPointSettings('Survivors return to their weights of this iteration; 0: initialisation.'),
  ),
  keepsTrainedWeights: false,
  keepsFinalRate: false,
  startsAt: ({ iteration }) => iteration,
});
