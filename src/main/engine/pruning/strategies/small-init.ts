import { z } from 'zod';
import { prunableScores } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/** Zhou et al. 2019, figure 3, "small init": keeps the weights that start out small. */
const smallInit = defineCriterion({
  id: 'small-init',
  label: 'small-init',
  pruned: 'the weights with the largest initial magnitude',
  hparams: z.object({}),
  rank: () => ({
    scoresWeights: 'before-training',
    score: ({ layout, initial }) => prunableScores(layout, (index) => -Math.abs(initial[index]!)),
  }),
});

export const layerwiseSmallInit = layerwise(smallInit);
export const globalSmallInit = global(smallInit);
