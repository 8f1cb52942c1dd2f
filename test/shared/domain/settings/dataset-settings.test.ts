import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { registries } from './example-registries.ts';

// Searches from before there was a choice carry hashes of settings without it.
describe('what every dataset has', () => {
  it('is left out where it says nothing', () => {
    const { dataset } = parseSettings(registries, {
      dataset: { id: 'mnist', normalization: 'unit', flip: false, cropPadding: 0, randomLabels: 0 },
    });
    expect(Object.keys(dataset).toSorted()).toEqual(['id', 'validation']);
  });

  it('is kept where it says something', () => {
    const dataset = {
      id: 'mnist',
      validation: 10,
      subset: 5,
      testSubset: 6,
      normalization: 'none',
      flip: true,
      cropPadding: 4,
      randomLabels: 0.5,
    };
    expect(parseSettings(registries, { dataset }).dataset).toEqual(dataset);
  });
});
