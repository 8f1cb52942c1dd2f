import { expect, it } from 'vitest';
import { inputSums } from '../../../src/shared/ticket/input-map.ts';

it('sums what each input keeps over all units', () => {
  // Two inputs, three units.
  const mask = Uint8Array.of(1, 0, 1, 0, 0, 1);
  const weights = Float32Array.of(-2, 0, 0.5, 0, 0, 4);
  const { kept, magnitude } = inputSums([2, 3], mask, weights);
  expect([...kept]).toEqual([2, 1]);
  expect([...magnitude!]).toEqual([2.5, 4]);
});

it('sums a convolution by position and channel, over all filters', () => {
  // One position, two channels, two filters.
  const { kept, magnitude } = inputSums([1, 1, 2, 2], Uint8Array.of(1, 1, 0, 1), undefined);
  expect([...kept]).toEqual([2, 1]);
  expect(magnitude).toBeUndefined();
});
