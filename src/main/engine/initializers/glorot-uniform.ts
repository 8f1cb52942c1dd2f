import { glorotVariance, uniformInitializer } from './variance-scaling.ts';

export const glorotUniform = uniformInitializer({
  id: 'glorot-uniform',
  label: 'Glorot uniform',
  description: 'Uniform with variance 2 / (fan-in + fan-out).',
  variance: glorotVariance,
});
