import { z } from 'zod';
import { defineSchedule } from './schedule.ts';

/** Loshchilov & Hutter 2017, equation 5, without restarts; PyTorch's CosineAnnealingLR. */
export const cosine = defineSchedule({
  id: 'cosine',
  label: 'Cosine',
  description: 'The learning rate falls along half a cosine until the end of training.',
  hparams: z.object({
    floor: z.number().min(0).max(1).default(0).meta({
      title: 'Floor',
      description: 'Fraction of the learning rate that it falls towards.',
    }),
  }),
  after:
    ({ floor }, iterations, warmup) =>
    (iteration) => {
      const progress = (iteration - warmup) / (iterations - warmup);
      return floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
    },
});
