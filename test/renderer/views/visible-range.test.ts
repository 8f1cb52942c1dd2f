import { describe, expect, it } from 'vitest';
import { visibleRange } from '../../../src/renderer/views/history/visible-range.ts';

describe('the rows in sight', () => {
  it('are a few dozen of ten thousand, wherever the table stands', () => {
    for (const scrollTop of [0, 1000, 175_000, 350_000]) {
      const { first, last } = visibleRange(scrollTop, 700, 35, 10_000);
      expect(last - first).toBeLessThan(60);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(last).toBeLessThan(10_000);
      const seen = Math.min(9999, Math.floor(scrollTop / 35));
      expect(first).toBeLessThanOrEqual(seen);
      expect(last).toBeGreaterThanOrEqual(seen);
    }
  });

  it('are none of an empty table', () => {
    const { first, last } = visibleRange(0, 700, 35, 0);
    expect(last).toBeLessThan(first);
  });
});
