import { z } from 'zod';
import { examplesPerClass } from '../hparams.ts';
import { maskedWeights, saliency } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/** Molchanov et al. 2017, equation 7, for single weights: |g ⊙ w| after training. */
const taylor = defineCriterion({
  id: 'taylor',
  label: 'gradient × weight',
  pruned: 'the trained weights whose removal changes the loss least, to first order',
  hparams: z.object({ examplesPerClass }),
  rank: (hparams) => ({
    scoresWeights: 'after-training',
    usesSensitivity: true,
    score({ layout, mask, trained, sensitivity, random }) {
      const weights = maskedWeights(layout, trained, mask);
      const examples = sensitivity.drawExamples(hparams.examplesPerClass, random);
      const gradient = sensitivity.lossGradient({ weights, examples });
      return saliency(layout, gradient, weights);
    },
  }),
});

export const globalTaylor = global(taylor);
export const layerwiseTaylor = layerwise(taylor);
