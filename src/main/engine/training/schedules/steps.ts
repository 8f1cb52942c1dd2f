import { z } from 'zod';
import { defineSchedule, duration, iterationsOf } from './schedule.ts';

/** He et al. 2016, section 4.2; PyTorch's MultiStepLR. */
export const steps = defineSchedule({
  id: 'steps',
  label: 'Step milestones',
  description: 'The learning rate drops at each milestone.',
  hparams: z.object({
    milestones: z.array(duration).max(64).default(['91ep', '136ep']).meta({
      title: 'Milestones',
      description: 'Iterations, or epochs as "91ep", after which the rate drops once more.',
    }),
    factor: z.number().gt(0).max(1).default(0.1).meta({
      title: 'Factor',
      description: 'What a milestone multiplies the rate by.',
    }),
  }),
  after({ milestones, factor }, length) {
    const drops = milestones.map((milestone) => iterationsOf(milestone, length));
    return (iteration) => factor ** drops.filter((drop) => drop <= iteration).length;
  },
});
