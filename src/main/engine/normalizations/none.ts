import { AS_STORED, defineNormalization } from './normalization.ts';

export const none = defineNormalization({
  id: 'none',
  label: 'As stored',
  description: 'Bytes from 0 to 255; floats unchanged.',
  fit: () => AS_STORED,
});
