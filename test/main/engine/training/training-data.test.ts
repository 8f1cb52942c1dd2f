import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { normalizations } from '../../../../src/main/engine/normalizations/index.ts';
import { trainingDataOf } from '../../../../src/main/engine/training/training-data.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

const FEATURES = 12;

/** With floats, so that a normalisation has something to learn of them. */
function floats(): Dataset {
  const dataset = tinyDataset();
  const { train } = dataset;
  return { ...dataset, train: { ...train, features: Float32Array.from(train.features) } };
}

const settingsFor = (normalization: string) =>
  tinySettings({
    dataset: { id: 'mnist', validation: 60, subset: 90, testSubset: 20, normalization },
  });

describe('the examples of a search', () => {
  it('are apart: none is trained on that is validated on, and as many as was said', () => {
    const data = trainingDataOf(settingsFor('unit'), floats());
    const { trainIndices, validationIndices, testIndices } = data;
    expect([trainIndices.length, validationIndices.length, testIndices?.length]).toEqual([
      90, 60, 20,
    ]);
    const all = new Set([...trainIndices, ...validationIndices]);
    expect(all.size).toBe(150);
    for (const index of all) expect(index).toBeLessThan(240);
  });

  it.each(normalizations.entries)(
    'are normalised by what is known of those that are trained on alone: $id',
    ({ id }) => {
      const dataset = floats();
      const { normalization, trainIndices } = trainingDataOf(settingsFor(id), dataset);
      const trainedOn = new Set(trainIndices);
      const changed = dataset.train.features.map((value, place) =>
        trainedOn.has(Math.floor(place / FEATURES)) ? value : value * 1000,
      );
      const other = trainingDataOf(settingsFor(id), {
        ...dataset,
        train: { ...dataset.train, features: changed },
      });
      expect(other.normalization).toEqual(normalization);
    },
  );

  it('are the whole training set where the dataset brings its own validation set', () => {
    const dataset = floats();
    const settings = tinySettings({ dataset: { id: 'mnist', validation: 60 } });
    const data = trainingDataOf(settings, { ...dataset, validation: dataset.test });
    expect(data.trainIndices).toHaveLength(240);
    expect([...data.validationIndices]).toEqual([...dataset.test.labels.keys()]);
  });
});
