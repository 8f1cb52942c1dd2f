import { z } from 'zod';
import { importedMask, importSettings } from '../../imports/imported.ts';
import { defineBranch } from './branch.ts';

/**
 * Someone else's mask beside one's own ticket. The mask has one density, so the branch is trained only
 * at levels of about this density.
 */
export const importedMaskBranch = defineBranch({
  id: 'imported-mask',
  label: 'Imported mask',
  description: 'The original weights under a mask from a file, at levels of about its density.',
  hparams: z.object({
    ...importSettings('The mask'),
    name: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      .max(32)
      .optional()
      .meta({
        title: 'Branch name',
        description:
          'Tells several imported masks of a search apart: the branch is called imported-mask-NAME. Lower-case letters, digits and hyphens.',
      }),
    tolerance: z.number().min(0).max(10).default(0.05).meta({
      title: 'Density tolerance',
      description:
        'How much the density of a level may differ from that of the mask, as a fraction of the latter.',
    }),
  }),
  keepsDensity: false,
  isTrained: true,
  prepare: ({ network, rewindPoint }, hparams) => ({
    weights: rewindPoint,
    mask: importedMask(hparams, network),
  }),
});
