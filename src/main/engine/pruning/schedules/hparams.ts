import { z } from 'zod';

export const levels = z.int().min(1).max(100).default(15).meta({
  title: 'Levels',
  description: 'Pruning rounds after the dense level 0.',
});

export const targetDensity = z.number().gt(0).lt(1).meta({
  title: 'Target density',
  description: 'The fraction of prunable weights that the last level keeps.',
});
