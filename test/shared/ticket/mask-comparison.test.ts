import { describe, expect, it } from 'vitest';
import { meanX, varianceX } from '../../../src/shared/domain/chance.ts';
import { compareMasks } from '../../../src/shared/ticket/mask-comparison.ts';

import cases from '../../fixtures/ticket/hypergeometric.json' with { type: 'json' };

describe('two masks against each other', () => {
  it('are counted by tensor and as a whole', () => {
    const one = Uint8Array.of(1, 1, 0, 0, 1, 0);
    const other = Uint8Array.of(1, 0, 1, 0, 1, 1);
    const segments = [
      { maskOffset: 0, size: 4 },
      { maskOffset: 4, size: 2 },
    ];
    const { tensors, whole } = compareMasks(one, other, segments);
    expect(tensors[0]).toMatchObject({ size: 4, one: 2, other: 2, both: 1, expectedBoth: 1 });
    expect(tensors[0]!.overlap).toBeCloseTo(1 / 3, 12);
    expect(tensors[1]).toMatchObject({ size: 2, one: 1, other: 2, both: 1, expectedBoth: 1 });
    expect(tensors[1]!.deviation).toBe(0);
    expect(whole).toMatchObject({ size: 6, one: 3, other: 4, both: 2, expectedBoth: 2 });
    expect(whole.overlap).toBeCloseTo(2 / 5, 12);
    expect(whole.deviation).toBeCloseTo(Math.sqrt(1 / 3), 12);
  });

  it('of different lengths are refused', () => {
    expect(() => compareMasks(new Uint8Array(2), new Uint8Array(3), [])).toThrow(RangeError);
  });
});

it.each(cases)('by chance is as SciPy says: %j', ({ mean, deviation, ...pair }) => {
  expect(meanX(pair)).toBeCloseTo(mean, 9);
  expect(Math.sqrt(varianceX(pair))).toBeCloseTo(deviation, 9);
});
