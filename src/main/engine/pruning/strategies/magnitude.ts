import { z } from 'zod';
import { magnitudes } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';

/** The weights that training has made large stay: Zhou et al. 2019 call it large-final. */
const magnitude = defineCriterion({
  id: 'magnitude',
  label: 'magnitude',
  pruned: 'The smallest trained weights',
  hparams: z.object({}),
  rank: () => ({ scoresWeights: 'after-training', score: magnitudes }),
});

/** Frankle & Carbin, section 2: the smallest weights of each layer, the output layer more slowly. */
export const layerwiseMagnitude = layerwise(magnitude);

/** Frankle & Carbin, section 4: all layers compete, so that small ones are not starved. */
export const globalMagnitude = global(magnitude);
