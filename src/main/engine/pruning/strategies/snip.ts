import { z } from 'zod';
import { examplesPerClass, steps } from '../hparams.ts';
import { maskedWeights, saliency } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/**
 * Lee et al. 2019, "SNIP", equation 6: |∂L/∂c| with c the mask, which is |g ⊙ w| at initialisation.
 * With more than one step this is the iterative form (de Jorge et al. 2021).
 */
const snip = defineCriterion({
  id: 'snip',
  label: 'SNIP',
  pruned: 'the weights that the loss at initialisation depends on least',
  hparams: z.object({ examplesPerClass, steps: steps(1) }),
  rank: (hparams) => ({
    scoresWeights: 'before-training',
    usesSensitivity: true,
    steps: hparams.steps,
    score({ layout, mask, rewindPoint, sensitivity, random }) {
      const weights = maskedWeights(layout, rewindPoint, mask);
      const examples = sensitivity.drawExamples(hparams.examplesPerClass, random);
      const gradient = sensitivity.lossGradient({ weights, examples });
      return saliency(layout, gradient, weights);
    },
  }),
});

export const globalSnip = global(snip);
export const layerwiseSnip = layerwise(snip);
