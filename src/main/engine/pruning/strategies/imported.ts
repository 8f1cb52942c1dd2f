import { z } from 'zod';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ParameterLayout } from '../../../../shared/domain/layout.ts';
import { importedMask, importSettings } from '../../imports/imported.ts';
import { defineStrategy, type SparsityTarget } from '../strategy.ts';
import { totalKept } from '../targets.ts';

/** Densities that are written with three decimals are near enough. */
const TOLERANCE = 0.0005;

/** Someone else's ticket: level 1 keeps what a mask in a file keeps. */
export const imported = defineStrategy({
  id: 'imported',
  label: 'Imported mask',
  description: 'Keeps exactly the weights that the mask in a file keeps, in a single level.',
  hparams: z.object({
    ...importSettings('The mask'),
    kept: z.array(z.int().min(0)).min(1).optional().meta({
      title: 'Kept weights',
      description:
        'How many weights of each layer the mask keeps. Filled in from the file when the search is planned.',
      isFilledIn: true,
    }),
  }),
  create(hparams) {
    const targetOf = (
      layout: ParameterLayout,
      from: SparsityTarget | undefined,
    ): SparsityTarget => {
      const { kept } = hparams;
      if (kept?.length !== layout.prunable.length) {
        throw new Error('a search with an imported mask was not planned for its network');
      }
      if (from === undefined) return { scope: 'layer', counts: kept };
      throw new WorkbenchError(
        'invalid-settings',
        'pruning.levels is more than 1; expected 1, because the strategy "imported" has one mask',
        'Set pruning.levels to 1.',
      );
    };
    return {
      scoresWeights: 'before-training',
      nextTarget: targetOf,
      targetAtDensity(layout, density, from) {
        const target = targetOf(layout, from);
        const own = totalKept(target) / layout.prunableCount;
        if (Math.abs(own - density) <= TOLERANCE) return target;
        throw new WorkbenchError(
          'invalid-settings',
          `the schedule asks for a density of ${density}; expected ${own.toFixed(4)}, the density of the mask in ${hparams.file}`,
          'Choose the schedule "iterative" with pruning.levels 1, which takes the density of the mask.',
        );
      },
      score: ({ network }) => Float32Array.from(importedMask(hparams, network)),
    };
  },
});
