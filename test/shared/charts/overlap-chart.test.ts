import { expect, it } from 'vitest';
import { drawnChart } from '../../../src/shared/charts/chart-description.ts';
import { isBand } from '../../../src/shared/charts/line-chart.ts';
import { searchOverlapChart } from '../../../src/shared/charts/overlap-chart.ts';
import { LIGHT_THEME } from '../../../src/shared/charts/palette.ts';
import type { SearchOverlap } from '../../../src/shared/contract/records/analyses.ts';

function lines(overlap: SearchOverlap): Record<string, number[]> {
  const { datasets } = drawnChart(searchOverlapChart(overlap), LIGHT_THEME).data;
  return Object.fromEntries(
    datasets
      .filter(({ label }) => !isBand(label))
      .map(({ label, data }) => [label ?? '', data.map(({ y }) => Number(y.toPrecision(6)))]),
  );
}

it('draws each pair of searches with its chance', () => {
  const pair = (level: number, value: number) => ({
    one: 0,
    other: 1,
    level,
    densities: Float64Array.of(0.5),
    otherDensities: Float64Array.of(0.5),
    replicates: Uint32Array.of(0),
    overlaps: Float64Array.of(value),
    expected: Float64Array.of(0.1),
    expectedGlobally: Float64Array.of(0.1),
    tensorOverlaps: Float64Array.of(value),
    tensorExpected: Float64Array.of(0.1),
  });
  const given: SearchOverlap = {
    searches: [
      { id: '1', name: 'same' },
      { id: '2', name: 'same' },
    ],
    tensors: ['fc.kernel'],
    pairs: [pair(1, 0.6), pair(2, 0.4)],
  };
  expect(lines(given)).toEqual({
    'same #1 and same #2': [60, 40],
    'by chance: same #1 and same #2': [10, 10],
  });
});
