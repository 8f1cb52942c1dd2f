import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { showDataset } from '../../../../src/main/workbench/datasets/data-reading.ts';
import { temporaryFolder } from '../../store/samples.ts';

/** A table of 300 classes with three records each. */
function manyClasses(): string {
  const file = path.join(temporaryFolder(), 'many.csv');
  const rows = Array.from({ length: 900 }, (_, row) => `${(row * 37) % 101},${row % 300}`);
  writeFileSync(file, `a,y\n${rows.join('\n')}\n`);
  return file;
}

const IMAGE = path.join(
  import.meta.dirname,
  '../../../fixtures/datasets/folders/images/train/png/colours.png',
);

/** Images to train on, and a folder of others that is not named test. */
function petsWithoutTest(): string {
  const folder = temporaryFolder();
  for (const set of ['train', 'val']) {
    for (const name of ['cat', 'dog']) {
      for (let image = 0; image < 10; image += 1) {
        cpSync(IMAGE, path.join(folder, set, name, `${image}.png`));
      }
    }
  }
  return folder;
}

describe('a dataset that is shown', () => {
  it('has training examples of each of its many classes, though its test set is held out', async () => {
    const choice = { id: 'csv', file: manyClasses(), label: 'y', validation: 20 };
    const { summary } = await showDataset(choice, undefined);
    expect(summary).toMatchObject({ train: 700, validation: 20, test: 180 });
    expect(summary.classes).toHaveLength(300);
    expect(summary.classes.every(({ train }) => train > 0)).toBe(true);
    expect(summary.refusal).toBeUndefined();
  });

  it('has a validation split that leaves examples to train on', async () => {
    const choice = { id: 'two-moons', train: 1000, test: 100 };
    expect((await showDataset(choice, undefined)).summary).toMatchObject({
      train: 900,
      validation: 100,
    });
    expect((await showDataset({ ...choice, train: 9000 }, undefined)).summary).toMatchObject({
      train: 4000,
      validation: 5000,
    });
  });

  it('is split by the seed of the search', async () => {
    const choice = { id: 'two-moons', train: 1000, test: 100 };
    const rowsOf = async (seed: number) => (await showDataset(choice, seed)).samples;
    expect(await rowsOf(3)).toEqual(await rowsOf(3));
    const classesOf = async (seed: number) => (await showDataset(choice, seed)).summary.classes;
    expect(await classesOf(3)).not.toEqual(await classesOf(4));
  });

  it('names the classes of an image folder and a folder that is left out', async () => {
    const folder = petsWithoutTest();
    const { summary } = await showDataset({ id: 'image-folder', folder }, undefined);
    expect(summary.classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
    expect(summary.isTestHeldOut).toBe(true);
    expect(summary.leftOut).toMatchObject([
      { what: 'images of the validation folder "val"', setting: 'dataset.validationFrom' },
    ]);
    expect(summary.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('the validation folder "val"'),
    );
  });
});
