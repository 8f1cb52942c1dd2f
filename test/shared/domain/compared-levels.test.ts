import { describe, expect, it } from 'vitest';
import type { SearchSeries } from '../../../src/shared/contract/records/search-results.ts';
import { comparedRows } from '../../../src/shared/domain/compared-levels.ts';
import { sampleSeries } from '../../support/sample-series.ts';

const search = (
  id: string,
  densities: readonly number[],
  accuracies: readonly number[],
): SearchSeries =>
  sampleSeries(
    densities,
    accuracies.map((accuracy) => [accuracy]),
    { id },
  );

describe('levels side by side', () => {
  it('pairs what has the same density, whichever level it is', () => {
    const rows = comparedRows(
      [search('a', [1, 0.8, 0.64], [0.9, 0.91, 0.92]), search('b', [1, 0.641], [0.9, 0.95])],
      'ticket',
    );
    expect(rows).toHaveLength(3);
    expect(rows[1]?.cells[1]).toBeUndefined();
    expect(rows[2]?.cells.map((cell) => cell?.level)).toEqual([2, 1]);
    expect(rows[2]?.cells[1]?.accuracyDifference?.mean).toBeCloseTo(0.03);
    expect(rows[2]?.cells[0]?.accuracyDifference).toBeUndefined();
  });

  it('takes differences from the reference, wherever it stands', () => {
    const [, row] = comparedRows(
      [search('a', [1, 0.8], [0.9, 0.91]), search('b', [1, 0.81], [0.9, 0.95])],
      'ticket',
      1,
    );
    expect(row?.density).toBe(0.81);
    expect(row?.cells[0]?.accuracyDifference?.mean).toBeCloseTo(-0.04);
    expect(row?.cells[1]?.accuracyDifference).toBeUndefined();
  });

  it('leaves out what has not finished, and a branch that is not there', () => {
    const one = search('a', [1, 0.8], [0.9, Number.NaN]);
    expect(comparedRows([one], 'ticket')).toHaveLength(1);
    expect(comparedRows([one], 'random-reinit')).toEqual([]);
  });
});
