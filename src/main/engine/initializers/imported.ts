import { z } from 'zod';
import { importedWeights, importSettings } from '../imports/imported.ts';
import { drawnInitializers } from './drawn.ts';
import { defineInitializer } from './initializer.ts';

/** Someone else's θ0: the same weights in every replicate, which then differ in the order of the data. */
export const imported = defineInitializer({
  id: 'imported',
  label: 'Imported weights',
  description: 'Initial weights from a file, the same in every replicate.',
  hparams: z.object({
    ...importSettings('The weights'),
    redraw: z
      .enum(drawnInitializers.map(({ id }) => id))
      .default('glorot-normal')
      .meta({
        title: 'Initialiser of controls',
        description:
          'Draws the weights of branches that start from new ones, such as random-reinit. Best the one that the weights in the file come from.',
      }),
  }),
  create: ({ redraw }) => drawnInitializers.find(({ id }) => id === redraw)!.create({ id: redraw }),
  given: importedWeights,
});
