import { expect, it } from 'vitest';
import { unitWeights } from '../../../src/shared/ticket/unit-weights.ts';

it('the weights of a unit are a column of its kernel', () => {
  // Two inputs, three units; units 2 and 3 are asked for.
  const initial = Float32Array.of(1, 2, 3, 4, 5, 6);
  const final = Float32Array.of(0, 20, 0, 0, 50, 60);
  const mask = Uint8Array.of(0, 1, 0, 0, 1, 1);
  expect(unitWeights([2, 3], { initial, final, mask }, 1, 2)).toEqual({
    first: 1,
    count: 2,
    inputs: 2,
    initial: Float32Array.of(2, 5, 3, 6),
    final: Float32Array.of(20, 50, 0, 60),
    kept: Uint8Array.of(1, 1, 0, 1),
  });
});
