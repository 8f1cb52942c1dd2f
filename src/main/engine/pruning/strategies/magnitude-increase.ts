import { z } from 'zod';
import { prunableScores } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/** Zhou et al. 2019, figure 3, "magnitude increase": |w_f| − |w_i|. */
const magnitudeIncrease = defineCriterion({
  id: 'magnitude-increase',
  label: 'magnitude increase',
  pruned: 'the weights whose magnitude grew least in training',
  hparams: z.object({}),
  rank: () => ({
    scoresWeights: 'after-training',
    score: ({ layout, trained, initial }) =>
      prunableScores(layout, (index) => Math.abs(trained[index]!) - Math.abs(initial[index]!)),
  }),
});

export const layerwiseMagnitudeIncrease = layerwise(magnitudeIncrease);
export const globalMagnitudeIncrease = global(magnitudeIncrease);
