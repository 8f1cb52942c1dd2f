import { z } from 'zod';
import { defineFileDataset } from './from-files.ts';
import {
  firstLabelSetting,
  heldOutSettings,
  ownValidationSetting,
  pathSetting,
} from './hparams.ts';
import { ARRAY_NAMES, type NumpyChoice, numpyFiles } from './readers/numpy-arrays.ts';
import { loadNumpy, summarizeNumpy } from './readers/numpy-files.ts';

const arrayName = (initial: string, title: string, description: string) =>
  z.string().min(1).default(initial).meta({ title, description });

const hparams = z.object({
  file: pathSetting(
    'File or folder',
    'A .npz file written by numpy.savez or numpy.savez_compressed, or a folder of .npy files.',
  ),
  trainFeatures: arrayName(
    ARRAY_NAMES.trainFeatures,
    'Array of features',
    'Shape [n, features], [n, height, width] or [n, height, width, channels]. Bytes stay bytes; everything else becomes floats.',
  ),
  trainLabels: arrayName(
    ARRAY_NAMES.trainLabels,
    'Array of labels',
    'Class numbers, [n] or [n, 1], or one-hot, [n, classes].',
  ),
  testFeatures: arrayName(
    ARRAY_NAMES.testFeatures,
    'Array of test features',
    'Like the training features. If there is no such array, a fraction of the examples is held out.',
  ),
  testLabels: arrayName(
    ARRAY_NAMES.testLabels,
    'Array of test labels',
    'Like the training labels.',
  ),
  ...ownValidationSetting,
  validationFeatures: z.string().min(1).optional().meta({
    title: 'Array of validation features',
    description:
      'Like the training features. By default named as they are, with val, valid or validation in place of train.',
  }),
  validationLabels: z.string().min(1).optional().meta({
    title: 'Array of validation labels',
    description: 'Like the training labels; named by default as the validation features are.',
  }),
  ...firstLabelSetting,
  channelsFirst: z.boolean().default(false).meta({
    title: 'Channels first',
    description: 'Images are [n, channels, height, width], as in PyTorch.',
  }),
  ...heldOutSettings,
});

const choiceOf = ({
  validationFrom,
  firstLabel = 0,
  ...choice
}: z.infer<typeof hparams>): NumpyChoice => ({
  ...choice,
  firstLabel,
  hasOwnValidation: validationFrom === 'own',
});

/** Arrays in NumPy's own formats: npy files, and npz archives of them. */
export const npz = defineFileDataset({
  id: 'npz',
  label: 'NumPy arrays',
  description:
    'A .npz file or a folder of .npy files with features and labels, by default named as in Keras.',
  hparams,
  find: async (choice) => ({ files: await numpyFiles(choiceOf(choice)) }),
  summarize: (choice) => summarizeNumpy(choiceOf(choice)),
  load: (choice) => loadNumpy('npz', choiceOf(choice)),
});
