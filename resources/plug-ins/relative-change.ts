/** Two pruning strategies: the weights that changed least, relative to where they started, go. */
import {
  defineCriterion,
  global,
  layerwise,
  type PlugIn,
  prunableScores,
  z,
} from 'ticket-workbench/plug-in';

const relativeChange = defineCriterion({
  id: 'relative-change',
  label: 'relative change',
  pruned: 'the weights that changed least, relative to their initial magnitude',
  hparams: z.object({
    offset: z.number().gt(0).max(1).default(0.01).meta({
      title: 'Offset',
      description: 'Added to the initial magnitude, so that no change is divided by 0.',
    }),
  }),
  // |w − w0| / (|w0| + offset), one score for each prunable weight; the lowest are pruned.
  rank: ({ offset }) => ({
    scoresWeights: 'after-training',
    score: ({ layout, trained, initial }) =>
      prunableScores(layout, (index) => {
        const start = initial[index] ?? 0;
        return Math.abs((trained[index] ?? 0) - start) / (Math.abs(start) + offset);
      }),
  }),
});

export const plugIn = {
  strategies: [layerwise(relativeChange), global(relativeChange)],
} satisfies PlugIn;
