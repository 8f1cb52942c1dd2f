import { describe, expect, it } from 'vitest';
import { measured, timesFaster } from '../../../../src/main/workbench/bench/statistics.ts';

describe('repeated measurements', () => {
  it('come to their median and range, in any order', () => {
    expect(measured([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 });
    expect(measured([4, 1, 9, 2])).toEqual({ median: 3, min: 1, max: 9 });
  });

  it('come to nothing if there are none', () => {
    expect(() => measured([])).toThrow(RangeError);
  });

  it('are compared with their neighbour in time: a machine that slows down drops out', () => {
    expect(timesFaster([2, 20, 2], [1, 10, 1])).toEqual({ median: 2, min: 2, max: 2 });
  });
});
