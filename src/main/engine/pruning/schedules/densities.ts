import { z } from 'zod';
import { defineSchedule } from './schedule.ts';

export const densities = defineSchedule({
  id: 'densities',
  label: 'List of densities',
  description: 'Every level is pruned to a listed density.',
  hparams: z.object({
    densities: z
      .array(z.number().gt(0).lt(1))
      .min(1)
      .max(100)
      .refine((list) => list.every((density, index) => density < (list[index - 1] ?? 1)), {
        error: 'densities that each are below the one before',
      })
      .meta({
        title: 'Densities',
        description: 'Density of level 1, 2, …: the fraction of prunable weights kept, falling.',
      }),
  }),
  levels: (hparams) => hparams.densities.length,
  target(hparams, level, from, strategy, layout) {
    const density = hparams.densities[level - 1];
    if (density === undefined) throw new Error(`the list of densities has no level ${level}`);
    return {
      target: strategy.targetAtDensity(layout, density, from),
      subject: `pruning.densities.${level - 1}, ${density},`,
    };
  },
});
