import { z } from 'zod';
import { magnitudes } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/** Weights that are large after training stay: the "large final" of Zhou et al. 2019. */
const magnitude = defineCriterion({
  id: 'magnitude',
  label: 'magnitude',
  pruned: 'the trained weights with the smallest magnitude',
  hparams: z.object({}),
  rank: () => ({ scoresWeights: 'after-training', score: magnitudes }),
});

/**
 * Frankle & Carbin, section 2: the smallest weights of each layer are pruned, at half the rate in
 * the output layer.
 */
export const layerwiseMagnitude = layerwise(magnitude);

/** Frankle & Carbin, section 4: all layers compete, so small layers do not become bottlenecks. */
export const globalMagnitude = global(magnitude);
