import { z } from 'zod';
import { prunableScores } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/**
 * Zhou et al. 2019, section 5, "large final, same sign": max(0, w_i w_f / |w_i|). Without the
 * maximum, weights whose sign changed are also ranked, below all others.
 */
const largeFinalSameSign = defineCriterion({
  id: 'large-final-same-sign',
  label: 'large-final, same sign',
  pruned: 'the weights that changed sign in training, then the smallest trained weights',
  hparams: z.object({}),
  rank: () => ({
    scoresWeights: 'after-training',
    score: ({ layout, trained, initial }) =>
      prunableScores(layout, (index) => trained[index]! * Math.sign(initial[index]!)),
  }),
});

export const layerwiseLargeFinalSameSign = layerwise(largeFinalSameSign);
export const globalLargeFinalSameSign = global(largeFinalSameSign);
