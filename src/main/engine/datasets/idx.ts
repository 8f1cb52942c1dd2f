import { z } from 'zod';
import { defineDataset } from './dataset.ts';
import { firstLabelSetting, pathSetting } from './hparams.ts';
import { loadIdxFiles, summarizeIdxFiles } from './readers/idx-files.ts';
import { findIdxFiles } from './readers/idx-folder.ts';

/**
 * Any dataset in MNIST's file format: Fashion-MNIST, KMNIST, EMNIST, QMNIST's images…
 *
 * By default labels are used as stored. Those of EMNIST's letters start at 1: class 0 is then empty,
 * and the network has one output more than there are letters, unless `firstLabel` is 1. EMNIST's
 * images are transposed, and are not turned.
 */
export const idx = defineDataset({
  id: 'idx',
  label: 'IDX files',
  description:
    'A folder of images and labels in the format of MNIST, optionally compressed with gzip.',
  hparams: z.object({
    folder: pathSetting(
      'Folder',
      'Holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or similar names, with or without .gz.',
    ),
    prefix: z.string().default('').meta({
      title: 'File name prefix',
      description:
        'If the folder holds several datasets: the beginning of the wanted file names, such as emnist-letters.',
    }),
    ...firstLabelSetting,
  }),
  summarize: async ({ folder, prefix, firstLabel }) =>
    summarizeIdxFiles(await findIdxFiles(folder, prefix), firstLabel),
  load: async ({ folder, prefix, firstLabel }) =>
    loadIdxFiles('idx', await findIdxFiles(folder, prefix), firstLabel),
});
