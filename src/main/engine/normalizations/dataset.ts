import { defineNormalization } from './normalization.ts';
import { momentsOfChannels } from './statistics.ts';

export const dataset = defineNormalization({
  id: 'dataset',
  label: 'Mean 0, deviation 1 over the dataset',
  description:
    'Each channel, or feature, by the mean and standard deviation of the training examples.',
  fit: (examples) => ({ kind: 'channels', ...momentsOfChannels(examples) }),
});
