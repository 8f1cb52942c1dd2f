import { heVariance, normalInitializer } from './variance-scaling.ts';

export const heNormal = normalInitializer({
  id: 'he-normal',
  label: 'He normal',
  description: 'Gaussian with variance 2 / fan in, made for ReLU; not truncated.',
  variance: heVariance,
});
