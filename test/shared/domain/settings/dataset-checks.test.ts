import { describe, expect, it } from 'vitest';
import { checkAgainstDataset, parseSettings } from '../../../../src/shared/domain/settings.ts';
import { registries } from './example-registries.ts';

describe('settings against the data', () => {
  const dataset = { id: 'mnist', trainExamples: 60_000, testExamples: 10_000, shape: [28, 28, 1] };

  it('refuse a validation split that eats the training set', () => {
    const settings = parseSettings(registries, { dataset: { id: 'mnist', validation: 60_000 } });
    expect(() => {
      checkAgainstDataset(settings, dataset);
    }).toThrow('dataset.validation is 60000; expected below 60000');
  });

  it('refuse a batch larger than what is left to train on', () => {
    const settings = parseSettings(registries, {
      dataset: { id: 'mnist', validation: 59_990 },
      training: { batchSize: 60 },
    });
    expect(() => {
      checkAgainstDataset(settings, dataset);
    }).toThrow('training.batchSize is 60; expected at most 10');
  });

  it.each([
    [{ subset: 55_001 }, 'dataset.subset is 55001; expected at most 55000'],
    [{ testSubset: 10_001 }, 'dataset.testSubset is 10001; expected at most 10000'],
    [{ subset: 59 }, 'training.batchSize is 60; expected at most 59, the training examples kept'],
  ])('refuse to keep %o', (kept, message) => {
    const settings = parseSettings(registries, { dataset: { id: 'mnist', ...kept } });
    expect(() => {
      checkAgainstDataset(settings, dataset);
    }).toThrow(message);
  });

  it.each([
    [{ cropPadding: 28 }, [28, 28, 1], 'dataset.cropPadding is 28; expected at most 27'],
    [{ cropPadding: 4 }, [784], 'dataset.cropPadding is 4; expected none'],
    [{ flip: true }, [784], 'dataset.flip is true; expected none, because the examples are no'],
  ])('refuse to augment by %o examples of %o', (augmentation, shape, message) => {
    const settings = parseSettings(registries, { dataset: { id: 'mnist', ...augmentation } });
    expect(() => {
      checkAgainstDataset(settings, { ...dataset, shape });
    }).toThrow(message);
  });

  it('accept a batch of exactly what is left', () => {
    const settings = parseSettings(registries, {
      dataset: { id: 'mnist', validation: 59_940 },
      training: { batchSize: 60 },
    });
    expect(() => {
      checkAgainstDataset(settings, dataset);
    }).not.toThrow();
  });
});
