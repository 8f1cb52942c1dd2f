import { z } from 'zod';
import { DEFAULT_REWIND, rewindPointSettings } from '../../../../shared/domain/settings.ts';
import { defineRewind } from './rewind.ts';

/** Frankle & Carbin, section 1, and Frankle et al. 2019, "Stabilizing the LTH", section 3. */
export const weights = defineRewind({
  id: DEFAULT_REWIND,
  label: 'Rewind weights',
  description:
    'Survivors are reset to their own weights at iteration k. Iteration 0 is the initialisation.',
  hparams: z.object(
    rewindPointSettings(
      'Survivors are reset to their weights at this iteration; 0 is the initialisation.',
    ),
  ),
  keepsTrainedWeights: false,
  keepsFinalRate: false,
  startsAt: ({ iteration }) => iteration,
});
