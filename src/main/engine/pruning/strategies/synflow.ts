import { z } from 'zod';
import { maskInPlace, type Mask } from '../../../../shared/domain/mask.ts';
import { alignedDoubles } from '../../kernels/memory.ts';
import { steps } from '../hparams.ts';
import { saliency } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';
import type { PruningContext } from '../strategy.ts';

/**
 * Tanaka et al. 2020, equation 3 and algorithm 1: |θ| ⊙ ∂R/∂|θ|, where R is the sum of the outputs
 * for an input of ones through |θ|. It needs no data. Weights are rescored in many small steps, so
 * no layer collapses early. Scores are float64, because R is a product over all layers.
 */
const synflow = defineCriterion({
  id: 'synflow',
  label: 'SynFlow',
  pruned: 'the weights on the weakest paths from input to output at initialisation',
  hparams: z.object({ steps: steps(100) }),
  rank: (hparams) => ({
    scoresWeights: 'before-training',
    usesSensitivity: true,
    steps: hparams.steps,
    score: (context) => flowScorer(context)(context.mask),
    scorer: flowScorer,
  }),
});

export const globalSynflow = global(synflow);
export const layerwiseSynflow = layerwise(synflow);

function flowScorer({ layout, rewindPoint, sensitivity }: PruningContext) {
  const weights = alignedDoubles(layout.parameterCount);
  for (let index = 0; index < weights.length; index += 1) {
    weights[index] = Math.abs(rewindPoint[index]!);
  }
  const gradient = new Float64Array(layout.parameterCount);
  const scores = new Float32Array(layout.prunableCount);
  return (mask: Mask): Float32Array => {
    maskInPlace(layout, weights, mask);
    sensitivity.flowGradient(weights, gradient);
    return saliency(layout, gradient, weights, scores);
  };
}
