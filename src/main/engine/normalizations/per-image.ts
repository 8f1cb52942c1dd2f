import { defineNormalization } from './normalization.ts';

export const perImage = defineNormalization({
  id: 'per-image',
  label: 'Mean 0, deviation 1 of each image',
  description: 'Each example by the mean and standard deviation of all its own features.',
  fit: () => ({ kind: 'examples' }),
});
