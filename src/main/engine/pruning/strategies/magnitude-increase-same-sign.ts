import { z } from 'zod';
import { scaledScores } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/**
 * Zhou et al. 2019, section 5: magnitude increase among the weights that kept their sign. Weights
 * whose sign changed go first, ranked by the same increase.
 */
const magnitudeIncreaseSameSign = defineCriterion({
  id: 'magnitude-increase-same-sign',
  label: 'magnitude increase, same sign',
  pruned: 'the weights that changed sign in training, then those whose magnitude grew least',
  hparams: z.object({}),
  rank: () => ({
    scoresWeights: 'after-training',
    score({ layout, trained, initial }) {
      const increases = Float64Array.from(
        trained,
        (final, index) => Math.abs(final) - Math.abs(initial[index]!),
      );
      const largest = increases.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      // Lower than every other score, but ordered by the increase.
      const scores = increases.map((increase, index) =>
        trained[index]! * initial[index]! > 0 ? increase : increase - 3 * largest,
      );
      return scaledScores(layout, scores);
    },
  }),
});

export const layerwiseMagnitudeIncreaseSameSign = layerwise(magnitudeIncreaseSameSign);
export const globalMagnitudeIncreaseSameSign = global(magnitudeIncreaseSameSign);
