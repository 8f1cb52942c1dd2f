import { AS_STORED, defineNormalization } from './normalization.ts';

export const none = defineNormalization({
  id: 'none',
  label: 'As stored',
  description: 'Bytes from 0 to 255, floats as they are.',
  fit: () => AS_STORED,
});
