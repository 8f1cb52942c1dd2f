import { z } from 'zod';
import { levels, targetDensity } from './hparams.ts';
import { defineSchedule } from './schedule.ts';

/**
 * Zhu & Gupta 2017, equation 1, from sparsity 0: s(t) = s_f − s_f (1 − t/n)³, with t the level and
 * n their number. Most weights are pruned early, few at the end.
 */
export const cubic = defineSchedule({
  id: 'cubic',
  label: 'Cubic',
  description:
    'Sparsity rises along a cubic curve: fast at first, then slowly towards the target density.',
  hparams: z.object({ levels, targetDensity }),
  levels: (hparams) => hparams.levels,
  target(hparams, level, from, strategy, layout) {
    const remaining = 1 - level / hparams.levels;
    const density = 1 - (1 - hparams.targetDensity) * (1 - remaining ** 3);
    return {
      target: strategy.targetAtDensity(layout, density, from),
      subject: `pruning.levels is ${hparams.levels} and pruning.targetDensity ${hparams.targetDensity}: level ${level}`,
    };
  },
});
