import { z } from 'zod';
import { targetDensity } from './hparams.ts';
import { defineSchedule } from './schedule.ts';

/** Frankle & Carbin, section 1: the whole target fraction at once. */
export const oneShot = defineSchedule({
  id: 'one-shot',
  label: 'One-shot',
  description: 'A single level, pruned to the target density.',
  hparams: z.object({ targetDensity }),
  levels: () => 1,
  target: (hparams, _level, from, strategy, layout) => ({
    target: strategy.targetAtDensity(layout, hparams.targetDensity, from),
    subject: `pruning.targetDensity ${hparams.targetDensity}`,
  }),
});
