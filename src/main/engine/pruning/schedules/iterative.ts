import { z } from 'zod';
import { levels } from './hparams.ts';
import { defineSchedule } from './schedule.ts';

/** Frankle & Carbin, section 1: n rounds, each pruning the strategy's fraction of the survivors. */
export const iterative = defineSchedule({
  id: 'iterative',
  label: 'Iterative',
  description: 'Every level prunes the strategy’s fraction of the weights that are left.',
  hparams: z.object({ levels }),
  levels: (hparams) => hparams.levels,
  target: (hparams, level, from, strategy, layout) => ({
    target: strategy.nextTarget(layout, from),
    subject: `pruning.levels is ${hparams.levels}: level ${level}`,
  }),
});
