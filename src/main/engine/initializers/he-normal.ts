import { heVariance, normalInitializer } from './variance-scaling.ts';

export const heNormal = normalInitializer({
  id: 'he-normal',
  label: 'He normal',
  description: 'Gaussian with variance 2 / fan-in, for ReLU networks; not truncated.',
  variance: heVariance,
});
