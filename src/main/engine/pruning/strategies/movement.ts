import { z } from 'zod';
import { scaledScores } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/**
 * Sanh et al. 2020, "Movement Pruning", equation 4: weights that moved away from zero stay. Their
 * sum of −η w ⊙ ∂L/∂w over the steps is Σ wₜ (wₜ₊₁ − wₜ) for plain SGD; here with the optimizer's own
 * steps, and taken from evaluation to evaluation instead of step by step.
 */
const movement = defineCriterion({
  id: 'movement',
  label: 'movement',
  pruned: 'The weights that training moved towards zero',
  hparams: z.object({}),
  rank: () => ({
    scoresWeights: 'after-training',
    followsMovement: true,
    score({ layout, movement: moved }) {
      if (!moved) throw new Error('a strategy that follows movement is given none');
      return scaledScores(layout, moved);
    },
  }),
});

export const globalMovement = global(movement);
export const layerwiseMovement = layerwise(movement);
