import { defineNormalization } from './normalization.ts';

export const perImage = defineNormalization({
  id: 'per-image',
  label: 'Standardised per image',
  description: 'Mean 0 and deviation 1 over the features of each example.',
  fit: () => ({ kind: 'examples' }),
});
