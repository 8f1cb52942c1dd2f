import { describe, expect, it } from 'vitest';
import { cellText, type ColumnFormat } from '../../../src/shared/domain/analysis-report.ts';
import { spreadOf } from '../../../src/shared/domain/statistics.ts';

describe('a cell as text', () => {
  it.each<[ColumnFormat, number, string]>([
    ['number', 12, '12'],
    ['replicate', 0, '1'],
    ['mean', 3, '3'],
    ['mean', 1 / 3, '0.3'],
    ['significant', 388, '388'],
    ['significant', 0.06238, '0.0624'],
    ['percent', 0.51234, '51.23 %'],
  ])('as %s, %d is %s', (format, value, text) => {
    expect(cellText(value, format)).toBe(text);
  });

  it('has the range of several replicates, and none of one', () => {
    expect(cellText(spreadOf([0.1, 0.3]), 'percent')).toBe('20.00 % [10.00, 30.00]');
    expect(cellText(spreadOf([0.1]), 'percent')).toBe('10.00 %');
    expect(cellText(spreadOf([1, 2]), 'mean')).toBe('1.5');
  });

  it('is as it is where it is text', () => {
    expect(cellText('never', 'number')).toBe('never');
  });
});
