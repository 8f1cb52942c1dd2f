import { expect, it } from 'vitest';
import { notCompared } from '../../../src/shared/domain/not-compared.ts';

it('names every search that is left out, and every pair without a density in common', () => {
  const search = (name: string) => ({
    id: name,
    name,
    levels: Uint32Array.of(1),
    densities: Float64Array.of(0.5),
  });
  expect(
    notCompared({
      searches: [search('A'), search('B')],
      leftOut: [{ id: 'C', name: 'C', reason: 'no pruned level has finished' }],
      tensors: [],
      densityRatio: 1.03,
      pairs: [],
      apart: [
        { one: 0, other: 1, reason: 'no density in common (within 3 %): 80 % in A; 20 % in B' },
      ],
    }),
  ).toEqual([
    'C is left out: no pruned level has finished.',
    'A and B have no density in common (within 3 %): 80 % in A; 20 % in B.',
  ]);
});
