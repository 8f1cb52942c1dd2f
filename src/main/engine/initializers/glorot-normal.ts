import { glorotVariance, normalInitializer } from './variance-scaling.ts';

export const glorotNormal = normalInitializer({
  id: 'glorot-normal',
  label: 'Glorot normal',
  description: 'Gaussian with variance 2 / (fan-in + fan-out), as in the paper; not truncated.',
  variance: glorotVariance,
});
