import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Download } from './download.ts';
import { defineFetchedDataset } from './fetched.ts';
import { loadIdxFiles } from './readers/idx-files.ts';
import { findIdxFiles } from './readers/idx-folder.ts';

const ID = 'fashion-mnist';

/** The fingerprint of Xiao, Rasul & Vollgraf's 60,000 and 10,000 examples. */
const FINGERPRINT = '29523ac2eaa970238aabb87514b3f9e01ed442107ad039f3bc747ab7b6c920a8';

const ROLES = ['trainImages', 'trainLabels', 'testImages', 'testLabels'] as const;
type Role = (typeof ROLES)[number];

const NAMES: Readonly<Record<Role, string>> = {
  trainImages: 'train-images-idx3-ubyte.gz',
  trainLabels: 'train-labels-idx1-ubyte.gz',
  testImages: 't10k-images-idx3-ubyte.gz',
  testLabels: 't10k-labels-idx1-ubyte.gz',
};

const BYTES: Readonly<Record<Role, number>> = {
  trainImages: 26_421_880,
  trainLabels: 29_515,
  testImages: 4_422_102,
  testLabels: 5_148,
};

/** The address in the dataset's own README. */
const HOST = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com';

/** By class; as in the dataset's README. */
const CLASS_NAMES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

const download: Download = {
  routes: [
    {
      kind: 'web',
      files: ROLES.map((role) => ({
        url: `${HOST}/${NAMES[role]}`,
        name: NAMES[role],
        bytes: BYTES[role],
      })),
    },
    {
      kind: 'apt',
      package: 'dataset-fashion-mnist',
      bytes: 30_900_652,
      folder: '/usr/share/datasets/fashion-mnist',
    },
  ],
  byHand: `${Object.values(NAMES).join(', ')}, as github.com/zalandoresearch/fashion-mnist links them`,
  summary: { shape: [28, 28, 1], classes: 10, trainExamples: 60_000, testExamples: 10_000 },
  fingerprint: FINGERPRINT,
  isWanted: (name) => /^(train|t10k)-(images|labels)-idx[13]-ubyte(\.gz)?$/.test(name),
  async install(source, target) {
    const files = await findIdxFiles(source, '');
    for (const role of ROLES) await copyFile(files[role], join(target, NAMES[role]));
  },
  read: async (folder) => ({
    ...(await loadIdxFiles(ID, await findIdxFiles(folder, ''))),
    classNames: CLASS_NAMES,
  }),
};

/** Xiao, Rasul & Vollgraf 2017 (arXiv 1708.07747): articles of clothing, 28 × 28. */
export const fashionMnist = defineFetchedDataset({
  id: ID,
  label: 'Fashion-MNIST',
  description: 'Articles of clothing, 28 × 28 in shades of grey; a one-time download of 31 MB.',
  download,
});
