import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../../src/main/engine/datasets/csv.ts';
import { withoutCommon } from '../../../../src/main/engine/datasets/dataset.ts';
import { idx } from '../../../../src/main/engine/datasets/idx.ts';
import { temporaryFolders, tinyFiles, usualNames } from './idx-writer.ts';

const folderOf = temporaryFolders();
const record = Array.from({ length: 12 }, (_, pixel) => pixel);
const names = record.map((pixel) => `p${pixel}`).join(',');
const rows = Array.from(
  { length: 10 },
  (_, row) => `${record.map((p) => p + row).join(',')},${row % 2}`,
);
const table = Buffer.from(`${names},y\n${rows.join('\n')}\n`);
const choice = {
  id: 'csv',
  file: join(folderOf({ 'pixels.csv': table }), 'pixels.csv'),
  label: 'y',
};

describe('flat features as images', () => {
  it.each([
    [
      [3, 4],
      [3, 4, 1],
    ],
    [
      [2, 2, 3],
      [2, 2, 3],
    ],
  ])('of shape %j have the same values', async (shape, expected) => {
    const [flat, images] = [await csv.load(choice), await csv.load({ ...choice, shape })];
    expect([flat.shape, images.shape]).toEqual([[12], expected]);
    expect(images.train).toBe(flat.train);
    expect(images.fingerprint).not.toBe(flat.fingerprint);
    expect(await csv.summarize({ ...choice, shape })).toMatchObject({ shape: expected });
  });

  it('must have as many values as an example', async () => {
    const wrong = { ...choice, shape: [3, 5] };
    const message =
      'dataset.shape is [3, 5]; expected [height, width, channels] of 12 values together, not 15';
    await expect(csv.load(wrong)).rejects.toThrow(message);
    await expect(csv.summarize(wrong)).rejects.toThrow(message);
  });

  it('are not made of images', async () => {
    const folder = folderOf(usualNames(tinyFiles()));
    await expect(idx.load({ id: 'idx', folder, shape: [2, 2] })).rejects.toThrow(
      'dataset.shape is [2, 2]; expected none, because the examples already are images',
    );
  });

  it('are another dataset to searches that share what they read', () => {
    expect(withoutCommon({ ...choice, validation: 5, shape: [3, 4] })).toEqual({
      ...choice,
      shape: [3, 4],
    });
  });
});
