import { z } from 'zod';
import { scaledScores } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/**
 * Sanh et al. 2020, "Movement Pruning", equation 4: weights that moved away from zero are kept. For
 * plain SGD their score, the sum of −η w ⊙ ∂L/∂w over the steps, is Σ wₜ (wₜ₊₁ − wₜ). Here the
 * steps are those of the optimizer, and the sum runs over evaluations instead of steps.
 */
const movement = defineCriterion({
  id: 'movement',
  label: 'movement',
  pruned: 'the weights that training moved towards zero',
  hparams: z.object({}),
  rank: () => ({
    scoresWeights: 'after-training',
    followsMovement: true,
    score({ layout, movement: moved }) {
      if (!moved) throw new Error('a strategy that follows movement needs it and got none');
      return scaledScores(layout, moved);
    },
  }),
});

export const globalMovement = global(movement);
export const layerwiseMovement = layerwise(movement);
