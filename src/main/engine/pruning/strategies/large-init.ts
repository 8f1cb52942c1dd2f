import { z } from 'zod';
import { prunableScores } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/** Zhou et al. 2019, figure 3, "large init": keeps the weights that start out large. */
const largeInit = defineCriterion({
  id: 'large-init',
  label: 'large-init',
  pruned: 'the weights with the smallest initial magnitude',
  hparams: z.object({}),
  rank: () => ({
    scoresWeights: 'before-training',
    score: ({ layout, initial }) => prunableScores(layout, (index) => Math.abs(initial[index]!)),
  }),
});

export const layerwiseLargeInit = layerwise(largeInit);
export const globalLargeInit = global(largeInit);
