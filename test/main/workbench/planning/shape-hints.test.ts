import { describe, expect, it } from 'vitest';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import { withShapeHint } from '../../../../src/main/workbench/planning/shape-hints.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';

const planOn = (dataset: object, architecture: object) =>
  planSearch(
    resolveSettings({
      preset: 'quick',
      config: {
        dataset: { id: 'gaussian-blobs', train: 300, validation: 50, ...dataset },
        architecture,
        branches: [],
        training: { batchSize: 20 },
      },
    }),
  );

describe('a network that does not fit its examples', () => {
  it('is told that flat features can be images', async () => {
    const lenet = { id: 'lenet-5' };
    await expect(planOn({ dimensions: 256 }, lenet)).rejects.toMatchObject({
      message: expect.stringContaining('but is given [256]') as string,
      hint: 'Examples of gaussian-blobs are 256 values in a row. If these are pixels, dataset.shape reads them as images, such as dataset.shape=[16,16,1].',
    });
    const { network } = await planOn({ dimensions: 256, shape: [16, 16] }, lenet);
    expect(network.inputShape).toEqual([16, 16, 1]);
  });

  it('is told that channels may come first', () => {
    const { build } = architectures.get('lenet-5');
    const inputs = (id: string, shape: readonly number[]) => () =>
      withShapeHint(datasets.get(id), shape, 'dataset', (given) =>
        build({ id: 'lenet-5' }, given, 2),
      );
    expect(inputs('npz', [1, 8, 8])).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining('set dataset.channelsFirst=true') as string,
      }),
    );
    expect(inputs('idx', [1, 8, 8])).toThrow(
      expect.not.objectContaining({
        hint: expect.stringContaining('channelsFirst') as string,
      }),
    );
  });

  it('is told which networks fit where its images are too small', async () => {
    const lenet = { id: 'lenet-5' };
    const small =
      'Images of 8 × 8 pixels are too small for this network. Convolutional networks that fit: conv-2, conv-4, conv-6, resnet-20, resnet-32, resnet-56, custom.';
    await expect(planOn({ dimensions: 64, shape: [8, 8] }, lenet)).rejects.toMatchObject({
      message: 'layer conv2 has windows of [5, 5], which do not fit into its input of [4, 4]',
      hint: small,
    });
    // A hint does not send the user from one error into another.
    await expect(planOn({ dimensions: 64 }, lenet)).rejects.toMatchObject({
      hint: `Examples of gaussian-blobs are 64 values in a row. If these are pixels, dataset.shape reads them as images, such as dataset.shape=[8,8,1]. ${small}`,
    });
    await expect(
      planOn({ dimensions: 64, shape: [8, 8] }, { id: 'conv-2' }),
    ).resolves.toBeDefined();
  });

  it('is told that folders of images can be enlarged', () => {
    const { build } = architectures.get('lenet-5');
    const onImages = () =>
      withShapeHint(datasets.get('image-folder'), [8, 8, 3], 'dataset', (given) =>
        build({ id: 'lenet-5' }, given, 2),
      );
    expect(onImages).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining(
          'dataset.width and dataset.height enlarge the images.',
        ) as string,
      }),
    );
  });

  it('is told nothing where its examples are not the cause', async () => {
    const layers = [
      { kind: 'dense', units: 5 },
      { kind: 'flatten' },
      { kind: 'max-pool', size: 2 },
    ];
    await expect(planOn({ dimensions: 4 }, { id: 'custom', layers })).rejects.not.toMatchObject({
      hint: expect.stringContaining('dataset.shape') as string,
    });
  });
});
