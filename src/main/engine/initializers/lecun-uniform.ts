import { lecunVariance, uniformInitializer } from './variance-scaling.ts';

export const lecunUniform = uniformInitializer({
  id: 'lecun-uniform',
  label: 'LeCun uniform',
  description: 'Uniform with variance 1 / fan-in.',
  variance: lecunVariance,
});
