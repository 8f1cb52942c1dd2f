import { z } from 'zod';
import { pruneFraction } from '../hparams.ts';
import { magnitudes } from '../magnitude.ts';
import { defineStrategy } from '../strategy.ts';
import { globalAtDensity, nextGlobal } from '../targets.ts';

/** Frankle & Carbin, section 4: all layers compete, so that small ones are not starved. */
export const globalMagnitude = defineStrategy({
  id: 'global-magnitude',
  label: 'Global magnitude',
  description: 'The smallest trained weights of the whole network go, whichever layer they are in.',
  hparams: z.object({
    fraction: pruneFraction('Fraction', 'Of all survivors, pruned every round.', 0.2),
  }),
  create: ({ fraction }) => ({
    nextTarget: (layout, from) => nextGlobal(layout, from, fraction),
    targetAtDensity: globalAtDensity,
    score: magnitudes,
  }),
});
