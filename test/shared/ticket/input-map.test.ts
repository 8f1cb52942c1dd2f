import { expect, it } from 'vitest';
import cases from '../../fixtures/ticket/input-sums.json' with { type: 'json' };
import { inputSums } from '../../../src/shared/ticket/input-map.ts';

it.each(cases)('sums what each input of $shape keeps, as NumPy does', (expected) => {
  const { shape, mask, weights } = expected;
  const { kept, magnitude } = inputSums(shape, Uint8Array.from(mask), Float32Array.from(weights));
  expect([...kept]).toEqual(expected.kept);
  for (const [index, sum] of expected.magnitude.entries()) {
    expect(magnitude![index]).toBeCloseTo(sum, 12);
  }
});

it('sums a convolution by position and channel, over all filters', () => {
  // One position, two channels, two filters.
  const { kept, magnitude } = inputSums([1, 1, 2, 2], Uint8Array.of(1, 1, 0, 1), undefined);
  expect([...kept]).toEqual([2, 1]);
  expect(magnitude).toBeUndefined();
});
