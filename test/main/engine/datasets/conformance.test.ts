/** What every dataset has to hold, and that a search runs on it in both engines. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { isFetched } from '../../../../src/main/engine/datasets/download.ts';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { Laboratory } from '../../../../src/main/engine/lottery/laboratory.ts';
import { layoutOf, productOf } from '../../../../src/main/engine/network.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import type { EngineId } from '../../../../src/shared/domain/engine.ts';
import { TICKET_BRANCH } from '../../../../src/shared/domain/training.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';
import { temporaryFolders, tinyFiles, usualNames } from './idx-writer.ts';
import { tinyDatasetFiles } from './tiny-dataset-files.ts';

const folderOf = temporaryFolders();
const kernels = new Kernels();
const page = readFileSync(new URL('../../../../docs/datasets.md', import.meta.url), 'utf8');

/**
 * Settings with which an entry reads something tiny, out of files made anew: those that stay as they
 * are would not be read again. None where an entry says itself what it reads.
 */
function choiceOf(id: string): { id: string } & Record<string, unknown> {
  const choices: Readonly<Record<string, Record<string, unknown>>> = {
    idx: { folder: folderOf(usualNames(tinyFiles())) },
    'two-moons': { train: 60, test: 20 },
    spirals: { train: 60, test: 20 },
    'gaussian-blobs': { train: 60, test: 20 },
    ...tinyDatasetFiles(folderOf),
  };
  return { id, ...choices[id] };
}

beforeAll(async () => {
  await ensureWasm(() => undefined);
});

const tensors = kernels.tensorCount;
afterAll(() => {
  expect(kernels.tensorCount).toBe(tensors);
});

function trainOn(dataset: Dataset, choice: { id: string }, engine: EngineId) {
  const settings = tinySettings({
    dataset: { ...choice, validation: 2 },
    training: {
      optimizer: { id: 'sgd', learningRate: 0.01 },
      batchSize: 2,
      iterations: 4,
      evaluateEvery: 2,
    },
  });
  const laboratory = new Laboratory(kernels, settings, dataset);
  const network = architectures
    .get(settings.architecture.id)
    .build(settings.architecture, dataset.shape, dataset.classes);
  const mask = new Uint8Array(layoutOf(network).prunableCount).fill(1);
  try {
    return laboratory.train(
      {
        key: { replicate: 0, level: 0, branch: TICKET_BRANCH },
        engine,
        mask,
        rewindPoint: undefined,
        trained: undefined,
        nextTarget: undefined,
      },
      { onEvaluation: () => undefined, onIteration: () => true },
    ).evaluations;
  } finally {
    laboratory.dispose();
  }
}

describe.each(datasets.entries)('dataset $id', (definition) => {
  const { id, download, description, hparams } = definition;
  const choice = choiceOf(id);

  it('is described, and its settings too', () => {
    expect(page).toContain(`## \`${id}\``);
    expect(description).toMatch(/\.$/);
    for (const [name, field] of Object.entries<z.ZodType>(hparams.shape)) {
      const { title, description: help } = field.meta() ?? {};
      expect(title, name).toBeTruthy();
      expect(help, name).toBeTruthy();
      expect(page, name).toContain(`\`${name}\``);
    }
  });

  it('decodes to the same twice, and to what its summary says', async (context) => {
    if (download && !isFetched(id)) {
      await expect(definition.summarize(choice)).rejects.toMatchObject({
        code: 'not-found',
        hint: expect.stringContaining(`ticket datasets fetch ${id}`) as string,
      });
      context.skip(`${id} is not on this machine: ticket datasets fetch ${id}`);
    }
    const dataset = await definition.load(choice);
    const { shape, classes, train, test, fingerprint } = dataset;
    expect(await definition.summarize(choice)).toEqual({
      shape,
      classes,
      trainExamples: train.count,
      testExamples: test.count,
    });
    expect((await definition.load(choiceOf(id))).fingerprint).toBe(fingerprint);
    for (const { count, features, labels } of [train, test]) {
      expect(features.length).toBe(count * productOf(shape));
      expect(labels.length).toBe(count);
      expect(labels.every((label) => label >= 0 && label < classes)).toBe(true);
      if (features instanceof Float32Array) expect(features.every(Number.isFinite)).toBe(true);
      expect(features.byteOffset % 64).toBe(0);
      expect(features.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    expect(test.features.constructor).toBe(train.features.constructor);
    for (const engine of ['dense', 'sparse'] as const) {
      const evaluations = trainOn(dataset, choice, engine);
      expect(evaluations.length, engine).toBeGreaterThan(1);
      for (const { testLoss } of evaluations) expect(testLoss, engine).toBeGreaterThan(0);
    }
  });
});
