import { describe, expect, it } from 'vitest';
import {
  formatDensity,
  formatPercent,
  formatProgress,
  formatShare,
  formatShortPercent,
} from '../../src/shared/percent-text.ts';

describe('percentages, with a space before the sign', () => {
  it.each([
    [1, '100 %'],
    [0.512, '51.2 %'],
    [0.035_81, '3.58 %'],
    [0.000_123_4, '0.0123 %'],
    [undefined, '–'],
    [Number.NaN, '–'],
  ])('say the density %d as %s', (density, text) => {
    expect(formatDensity(density)).toBe(text);
  });

  it('keep the digits of accuracies, and say what is not known', () => {
    expect([0.974_34, 1, undefined].map((value) => formatPercent(value))).toEqual([
      '97.43 %',
      '100.00 %',
      '–',
    ]);
  });

  it('are 100 % only if they are whole', () => {
    expect(formatDensity(1)).toBe('100 %');
    expect(formatDensity(0.9996)).toBe('99.96 %');
    expect(formatShortPercent(0.99996)).toBe('99.996 %');
  });

  it('have no needless zeros where the digits are not measured', () => {
    expect([0.95, 0.975, 0.9995].map((value) => formatShortPercent(value))).toEqual([
      '95 %',
      '97.5 %',
      '99.95 %',
    ]);
  });

  it('do not say that something small is nothing', () => {
    expect([0, 0.000_01, 0.001, 0.754].map(formatShare)).toEqual([
      '0 %',
      'under 0.1 %',
      '0.1 %',
      '75.4 %',
    ]);
  });

  it('are at 100 % only at the end of what goes on', () => {
    expect([0, 0.996, 1].map(formatProgress)).toEqual(['0 %', '99 %', '100 %']);
  });
});
