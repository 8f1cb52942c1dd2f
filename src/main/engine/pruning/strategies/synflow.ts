import { z } from 'zod';
import { steps } from '../hparams.ts';
import { maskedMagnitudes, saliency } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/**
 * Tanaka et al. 2020, equation 3 and algorithm 1: |θ| ⊙ ∂R/∂|θ| with R the sum of the outputs for an
 * input of ones through |θ|. Needs no data. Scored anew in many small steps, no layer collapses
 * before its turn. In float64, as R is a product over all layers.
 */
const synflow = defineCriterion({
  id: 'synflow',
  label: 'SynFlow',
  pruned: 'The weights on the weakest paths from input to output at initialisation',
  hparams: z.object({ steps: steps(100) }),
  rank: (hparams) => ({
    scoresWeights: 'before-training',
    steps: hparams.steps,
    score({ layout, mask, rewindPoint, sensitivity }) {
      const weights = maskedMagnitudes(layout, rewindPoint, mask);
      const gradient = sensitivity.flowGradient(weights);
      return saliency(layout, gradient, weights);
    },
  }),
});

export const globalSynflow = global(synflow);
export const layerwiseSynflow = layerwise(synflow);
