import { z } from 'zod';
import { defineSchedule } from './schedule.ts';

export const constant = defineSchedule({
  id: 'constant',
  label: 'Constant',
  description: 'The same learning rate throughout, after the warm-up.',
  hparams: z.object({}),
  after: () => () => 1,
});
