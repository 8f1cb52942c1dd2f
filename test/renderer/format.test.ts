import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatDuration,
  formatPoints,
  formatShortDuration,
} from '../../src/renderer/format.ts';

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

  it('puts a sign on what differs, and none on what rounds to zero', () => {
    expect([0.0042, -0.001, 0.000_001].map(formatPoints)).toEqual([
      '+0.42 points',
      '−0.10 points',
      '0.00 points',
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
