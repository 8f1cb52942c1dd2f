import { resolve } from 'node:path';
import { z } from 'zod';
import { defineDataset } from './dataset.ts';
import { loadIdxFiles, summarizeIdxFiles } from './readers/idx-files.ts';
import { findIdxFiles } from './readers/idx-folder.ts';

/**
 * Any dataset in MNIST's own file format: Fashion-MNIST, KMNIST, EMNIST, QMNIST's images…
 *
 * Labels are taken as they are. Those of EMNIST's letters start at 1, so class 0 stays empty there:
 * the network has one output more than there are letters, and the labels still mean what the
 * dataset's own documentation says. EMNIST's images lie on their side, and stay so.
 */
export const idx = defineDataset({
  id: 'idx',
  label: 'IDX files',
  description:
    'A folder of images and labels in the format of MNIST, optionally compressed with gzip.',
  hparams: z.object({
    // Made absolute when it is said, so that a search can be resumed from anywhere.
    folder: z
      .string()
      .min(1)
      .overwrite((folder) => resolve(folder))
      .meta({
        title: 'Folder',
        description:
          'Holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or similar names, with or without .gz.',
      }),
    prefix: z.string().default('').meta({
      title: 'File name prefix',
      description:
        'If the folder holds several datasets: the beginning of the wanted file names, such as emnist-letters.',
    }),
  }),
  summarize: async ({ folder, prefix }) => summarizeIdxFiles(await findIdxFiles(folder, prefix)),
  load: async ({ folder, prefix }) => loadIdxFiles('idx', await findIdxFiles(folder, prefix)),
});
