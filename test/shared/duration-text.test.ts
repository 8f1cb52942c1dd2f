import { describe, expect, it } from 'vitest';
import { amount } from '../../src/shared/amount.ts';
import {
  formatDuration,
  formatEstimate,
  formatShortDuration,
} from '../../src/shared/duration-text.ts';

describe('an estimate', () => {
  it.each([
    [0.2, 'under 1 s'],
    [1, 'about 1 s'],
    [322, 'about 5 min 22 s'],
    [7500, 'about 2 h 5 min'],
  ])('is said once: %d s is %s', (seconds, text) => {
    expect(formatEstimate(seconds)).toBe(text);
  });
});

describe('a duration', () => {
  it.each([
    [59.7, '1 min'],
    [60, '1 min'],
    [322, '5 min 22 s'],
    [86_400 * 3 + 3600 * 4, '3 d 4 h'],
  ])('has at most two units: %d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
    expect(formatShortDuration(seconds)).toBe(text);
  });

  it('of less than a tenth of a second is no zero', () => {
    expect(formatShortDuration(0.03)).toBe('under 0.1 s');
    expect(formatShortDuration(0.42)).toBe('0.4 s');
  });
});

describe('a number with its noun', () => {
  it.each([
    [0, '0 levels'],
    [1, '1 level'],
    [2, '2 levels'],
  ])('%d', (count, text) => {
    expect(amount(count, 'level')).toBe(text);
  });

  it('takes another plural', () => {
    expect(amount(2, 'search', 'searches')).toBe('2 searches');
  });
});
