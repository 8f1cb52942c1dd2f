import { lecunVariance, normalInitializer } from './variance-scaling.ts';

export const lecunNormal = normalInitializer({
  id: 'lecun-normal',
  label: 'LeCun normal',
  description: 'Gaussian with variance 1 / fan-in; not truncated.',
  variance: lecunVariance,
});
