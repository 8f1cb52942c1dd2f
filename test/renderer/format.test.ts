import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatAmount,
  formatDensity,
  formatDuration,
  formatPercent,
  formatPoints,
  formatProgress,
  formatShortDuration,
} from '../../src/renderer/format.ts';

it('progress is at 100% only at the end', () => {
  expect([0, 0.996, 1].map(formatProgress)).toEqual(['0%', '99%', '100%']);
});

describe('numbers with their units', () => {
  it.each([
    [0.4, 'under 1 s'],
    [1, '1 s'],
    [59.6, '1 min'],
    [200, '3 min 20 s'],
    [3599.7, '1 h'],
    [7500, '2 h 5 min'],
    [86_400 * 3 + 3600 * 4, '3 d 4 h'],
  ])('says %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [0, '0.0 s'],
    [0.02, 'under 0.1 s'],
    [3.72, '3.7 s'],
    [200, '3 min 20 s'],
  ])('says %d seconds, of which there are few, as %s', (seconds, text) => {
    expect(formatShortDuration(seconds)).toBe(text);
  });

  it.each([
    [1, '100%'],
    [0.512, '51.2%'],
    [0.035_81, '3.58%'],
    [0.000_123_4, '0.0123%'],
    [undefined, '–'],
    [Number.NaN, '–'],
  ])('says the density %d as %s', (density, text) => {
    expect(formatDensity(density)).toBe(text);
  });

  it('keeps the digits of accuracies, and says what is not known', () => {
    expect([0.974_34, 1, undefined].map((value) => formatPercent(value))).toEqual([
      '97.43%',
      '100.00%',
      '–',
    ]);
  });

  it('puts a sign on what differs, and none on what rounds to zero', () => {
    expect([0.0042, -0.001, 0.000_001].map(formatPoints)).toEqual([
      '+0.42 points',
      '−0.10 points',
      '0.00 points',
    ]);
  });

  it('knows one from many', () => {
    expect([1, 2].map((count) => formatAmount(count, 'search', 'searches'))).toEqual([
      '1 search',
      '2 searches',
    ]);
  });

  it('says how long ago something was', () => {
    expect([10, 300, 7300].map((seconds) => formatAge(0, seconds * 1000))).toEqual([
      'just now',
      '5 min ago',
      '2 h ago',
    ]);
  });
});
