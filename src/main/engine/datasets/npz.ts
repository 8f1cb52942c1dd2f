import { z } from 'zod';
import { defineFileDataset } from './from-files.ts';
import { heldOutSettings, pathSetting } from './hparams.ts';
import { ARRAY_NAMES, numpyFiles } from './readers/numpy-arrays.ts';
import { loadNumpy, summarizeNumpy } from './readers/numpy-files.ts';

const arrayName = (initial: string, title: string, description: string) =>
  z.string().min(1).default(initial).meta({ title, description });

const hparams = z.object({
  file: pathSetting(
    'File or folder',
    'A .npz file, as numpy.savez and numpy.savez_compressed write it, or a folder of .npy files.',
  ),
  trainFeatures: arrayName(
    ARRAY_NAMES.trainFeatures,
    'Array of features',
    'Of shape [n, features], [n, height, width] or [n, height, width, channels]; bytes stay bytes, anything else becomes floats.',
  ),
  trainLabels: arrayName(
    ARRAY_NAMES.trainLabels,
    'Array of labels',
    'Numbers of classes, [n] or [n, 1], or one-hot, [n, classes].',
  ),
  testFeatures: arrayName(
    ARRAY_NAMES.testFeatures,
    'Array of test features',
    'As those for training; where there is none of this name, a fraction is held out.',
  ),
  testLabels: arrayName(ARRAY_NAMES.testLabels, 'Array of test labels', 'As those for training.'),
  channelsFirst: z.boolean().default(false).meta({
    title: 'Channels first',
    description: 'Images are [n, channels, height, width], as PyTorch has them.',
  }),
  ...heldOutSettings,
});

/** Arrays in NumPy's own formats: npy files, and npz archives of them. */
export const npz = defineFileDataset({
  id: 'npz',
  label: 'NumPy arrays',
  description:
    'A .npz file or a folder of .npy files with features and labels, named as Keras does.',
  hparams,
  find: async (choice) => ({ files: await numpyFiles(choice) }),
  summarize: summarizeNumpy,
  load: (choice) => loadNumpy('npz', choice),
});
