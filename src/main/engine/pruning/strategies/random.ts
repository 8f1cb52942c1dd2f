import { z } from 'zod';
import { prunableScores } from '../scores.ts';
import { defineCriterion, global, layerwise } from '../scopes.ts';
import type { PruningStrategy } from '../strategy.ts';

/** Random scores: the baseline for every other strategy. */
export const randomRanking: Pick<PruningStrategy, 'scoresWeights' | 'score'> = {
  scoresWeights: 'before-training',
  // 24 bits: as many different values as a float32 can hold exactly.
  score: ({ layout, random }) => prunableScores(layout, () => random.uint32() >>> 8),
};

const random = defineCriterion({
  id: 'random',
  label: 'random',
  pruned: 'random weights',
  hparams: z.object({}),
  rank: () => randomRanking,
});

export const layerwiseRandom = layerwise(random);
export const globalRandom = global(random);
