import { beforeAll, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { modelFacts, modelTable } from '../../../../src/main/exporters/programs/describe-model.ts';
import { sampleModel } from './sample-models.ts';

beforeAll(() => ensureSparseEngine(['strict']));

const model = () => sampleModel({ id: 'lenet-300-100', width: 0.06 }, 4);

it('names the dataset of a transfer with the fingerprint of that dataset', () => {
  const { search, key, ...others } = model();
  const choice = { id: 'transfer', dataset: { id: 'fashion-mnist' } };
  const transferred = {
    ...others,
    search: {
      ...search,
      settings: { ...search.settings, branches: [choice] },
      targetFingerprints: { 'transfer-fashion-mnist': 'that of the target' },
    },
    key: { ...key, branch: 'transfer-fashion-mnist' },
  };
  expect(modelFacts(transferred)).toMatchObject({
    dataset: 'fashion-mnist',
    dataset_fingerprint: 'that of the target',
  });
  expect(modelFacts(model())['dataset_fingerprint']).toBe(search.datasetFingerprint);
});

it('calls weights trained only where they were', () => {
  const text = JSON.stringify(modelTable({ ...model(), isTrained: false }));
  expect(text).toContain('without training');
  expect(text).not.toContain('after training');
  expect(JSON.stringify(modelTable(model()))).toContain('after training');
});
