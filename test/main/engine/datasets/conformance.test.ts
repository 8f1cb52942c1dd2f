/** What every dataset has to hold; that searches run on it is seen in workbench/conformance. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { isFetched } from '../../../../src/main/engine/datasets/download.ts';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { productOf } from '../../../../src/main/engine/layers/spec.ts';
import { temporaryFolders } from './idx-writer.ts';
import { tinyDatasetChoice } from './tiny-dataset-files.ts';

const folderOf = temporaryFolders();
const page = readFileSync(new URL('../../../../docs/datasets.md', import.meta.url), 'utf8');

describe.each(datasets.entries)('dataset $id', (definition) => {
  const { id, download, description, hparams } = definition;
  const choice = tinyDatasetChoice(definition, folderOf);

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
    expect((await definition.load(tinyDatasetChoice(definition, folderOf))).fingerprint).toBe(
      fingerprint,
    );
    for (const { count, features, labels } of [train, test]) {
      expect(features.length).toBe(count * productOf(shape));
      expect(labels.length).toBe(count);
      expect(labels.every((label) => label >= 0 && label < classes)).toBe(true);
      if (features instanceof Float32Array) expect(features.every(Number.isFinite)).toBe(true);
      expect(features.byteOffset % 64).toBe(0);
      expect(features.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
    expect(test.features.constructor).toBe(train.features.constructor);
  });
});
