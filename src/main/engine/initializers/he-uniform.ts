import { heVariance, uniformInitializer } from './variance-scaling.ts';

export const heUniform = uniformInitializer({
  id: 'he-uniform',
  label: 'He uniform',
  description: 'Uniform with variance 2 / fan-in, for ReLU networks.',
  variance: heVariance,
});
