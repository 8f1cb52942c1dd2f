import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';
import { planSearch } from '../../../../src/main/workbench/planning/search-plan.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { makeDenseOnly } from '../../../support/dense-only.ts';

const BLOBS = { id: 'gaussian-blobs', dimensions: 4, train: 300, test: 100 };

const planWith = (config: { readonly training?: object; readonly branches?: readonly object[] }) =>
  planSearch(
    resolveSettings({
      preset: 'quick',
      config: {
        dataset: { ...BLOBS, validation: 50 },
        architecture: { id: 'mlp', widths: [6] },
        branches: [],
        ...config,
        training: { batchSize: 20, ...config.training },
      },
    }),
  );

const plan = (...branches: readonly object[]) => planWith({ branches });

describe('a search that can learn nothing is refused before it is saved:', () => {
  it('batch normalisation over one example', async () => {
    const layers = [{ kind: 'dense', units: 8 }, { kind: 'batch-norm' }, { kind: 'relu' }];
    const config = {
      dataset: { id: 'two-moons', train: 200, test: 100, validation: 50 },
      architecture: { id: 'custom', layers },
    };
    const settingsOf = (batchSize: number) =>
      resolveSettings({ preset: 'quick', config: { ...config, training: { batchSize } } });
    await expect(planSearch(settingsOf(1))).rejects.toMatchObject({
      code: 'invalid-settings',
      message: expect.stringMatching(
        /^training\.batchSize is 1; expected at least 2, because layer \S*norm\S* /,
      ) as string,
    });
    expect((await planSearch(settingsOf(2))).network.classes).toBe(2);
  });

  it('data of one class', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'one.csv');
    writeFileSync(
      file,
      `a,y\n${Array.from({ length: 50 }, (_, row) => `${row % 7},1`).join('\n')}`,
    );
    const dataset = { id: 'csv', file, label: 'y', validation: 5 };
    const config = {
      dataset,
      architecture: { id: 'mlp', widths: [4] },
      training: { batchSize: 5 },
    };
    await expect(planSearch(resolveSettings({ preset: 'quick', config }))).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining('the dataset csv has one class only') as string,
    });
  });
});

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
      'branches.0.dataset is gaussian-blobs, whose examples have the shape [7]; expected [4], the shape of examples of gaussian-blobs',
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

describe('an optimizer that only the dense engine has', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const TO_SGD = { id: 'transfer', optimizer: { id: 'sgd' } };
  const using = (engine: string, config: object = {}) =>
    planWith({ training: { engine, optimizer: { id: 'sgd' } }, ...config });

  it.each(['sparse', 'sparse-relaxed'])(
    'is refused on the engine %s, with the remedy',
    async (engine) => {
      await expect(using(engine)).resolves.toMatchObject({});
      makeDenseOnly('sgd');
      await expect(using(engine)).rejects.toMatchObject({
        code: 'invalid-settings',
        message: expect.stringContaining(
          `training.engine is ${engine}; expected dense or auto, because training.optimizer is sgd, which only the dense engine has`,
        ) as string,
        hint: 'Train on the dense engine, or choose another optimizer.',
      });
    },
  );

  it('is refused for the engine of one level, too', async () => {
    makeDenseOnly('sgd');
    const training = { engine: 'auto', optimizer: { id: 'sgd' }, engines: ['dense', 'sparse'] };
    await expect(planWith({ training })).rejects.toThrow(
      'training.engines.1 is sparse; expected dense or auto, because training.optimizer is sgd',
    );
  });

  it('is refused for a transfer as well', async () => {
    makeDenseOnly('sgd');
    const config = { training: { engine: 'sparse' }, branches: [TO_SGD] };
    await expect(planWith(config)).rejects.toThrow('because branches.0.optimizer is sgd');
  });

  it.each(['dense', 'auto', 'measured'])('trains on the engine %s', async (engine) => {
    makeDenseOnly('sgd');
    await expect(using(engine, { branches: [] })).resolves.toMatchObject({});
  });
});
