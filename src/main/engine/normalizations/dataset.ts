import { defineNormalization } from './normalization.ts';
import { momentsOfChannels } from './statistics.ts';

export const dataset = defineNormalization({
  id: 'dataset',
  label: 'Standardised over the dataset',
  description: 'Mean 0 and deviation 1 for each channel or feature over the training examples.',
  fit: (examples) => ({ kind: 'channels', ...momentsOfChannels(examples) }),
});
