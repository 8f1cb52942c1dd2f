import { z } from 'zod';
import { duration } from '../../../../shared/domain/duration.ts';
import { defineSchedule } from './schedule.ts';

/** He et al. 2016, section 4.2; PyTorch's MultiStepLR. */
export const steps = defineSchedule({
  id: 'steps',
  label: 'Steps',
  description: 'The learning rate drops at each milestone.',
  hparams: z.object({
    milestones: z.array(duration(0)).max(64).default(['91ep', '136ep']).meta({
      title: 'Milestones',
      description: 'Iterations at which the learning rate drops.',
    }),
    factor: z.number().gt(0).max(1).default(0.1).meta({
      title: 'Factor',
      description: 'Each milestone multiplies the learning rate by this.',
    }),
  }),
  after:
    ({ milestones, factor }) =>
    (iteration) =>
      factor ** milestones.filter((milestone) => milestone <= iteration).length,
});
