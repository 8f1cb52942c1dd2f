import { expect, it } from 'vitest';
import { amount, formatCount, formatFixed } from '../../src/shared/amount.ts';

it('an amount knows one from many', () => {
  expect([1, 2].map((count) => amount(count, 'search', 'searches'))).toEqual([
    '1 search',
    '2 searches',
  ]);
});

it('large numbers have separators', () => {
  expect(formatCount(266_200)).toBe('266,200');
  expect(amount(49_000, 'example')).toBe('49,000 examples');
  expect([12_000, 97.425, -0.5, -1234.5].map((value) => formatFixed(value, 1))).toEqual([
    '12,000.0',
    '97.4',
    '-0.5',
    '-1,234.5',
  ]);
});

it('an amount keeps its decimals', () => {
  expect(amount(0.0005, 'percentage point')).toBe('0.0005 percentage points');
});
