import { describe, expect, it } from 'vitest';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';

const BLOBS = { id: 'gaussian-blobs', dimensions: 4, train: 300, test: 100 };

const plan = (...branches: readonly object[]) =>
  planSearch(
    resolveSettings({
      preset: 'quick',
      config: {
        dataset: { ...BLOBS, validation: 50 },
        architecture: { id: 'mlp', widths: [6] },
        training: { batchSize: 20 },
        branches,
      },
    }),
  );

describe('the plan of a search with a transfer', () => {
  it('has the layout of the network on the target', async () => {
    const { layout, targetLayouts } = await plan({
      id: 'transfer',
      dataset: { ...BLOBS, classes: 5 },
    });
    const shapesOf = ({ parameters }: typeof layout) => parameters.map(({ shape }) => shape);
    expect(shapesOf(layout)).toEqual([[4, 6], [6], [6, 3], [3]]);
    expect([...targetLayouts.keys()]).toEqual(['transfer-gaussian-blobs']);
    expect(shapesOf(targetLayouts.get('transfer-gaussian-blobs')!)).toEqual([
      [4, 6],
      [6],
      [6, 5],
      [5],
    ]);
  });

  it.each([
    [
      'whose examples have another shape',
      { dataset: { ...BLOBS, dimensions: 7 } },
      'branches.0.dataset is gaussian-blobs, whose examples have the shape [7]; expected [4], the shape of those of gaussian-blobs',
    ],
    [
      'that is too small for its validation split',
      { dataset: { ...BLOBS, validation: 300, seed: 2 } },
      'branches.0.dataset.validation is 300; expected below 300',
    ],
    [
      'that is too small for a batch',
      { dataset: { ...BLOBS, subset: 10 } },
      'training.batchSize is 20; expected at most 10',
    ],
    [
      'whose images would be mirrored, though it has none',
      { dataset: { ...BLOBS, flip: true } },
      'branches.0.dataset.flip is true; expected none',
    ],
  ])('refuses a target %s', async (_, target, message) => {
    await expect(plan({ id: 'transfer', ...target })).rejects.toThrow(message);
  });
});
