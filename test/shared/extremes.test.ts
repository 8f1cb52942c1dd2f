import { describe, expect, it } from 'vitest';
import { largest, smallest } from '../../src/shared/extremes.ts';

describe('the extremes of many numbers', () => {
  it('are those of Math.min and Math.max', () => {
    for (const values of [[3, -1, 2], [5], [], [1, NaN, 2], [-Infinity, Infinity]]) {
      expect(smallest(values)).toBe(Math.min(...values));
      expect(largest(values)).toBe(Math.max(...values));
    }
  });

  it('are found among more numbers than a call takes as arguments', () => {
    const values = Float64Array.from({ length: 1_000_000 }, (_, index) => (index * 7) % 1_000_003);
    expect(() => Math.max(...values)).toThrow(RangeError);
    expect(smallest(values)).toBe(0);
    expect(largest(values)).toBe(1_000_002);
  });
});
