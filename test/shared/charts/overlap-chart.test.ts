import { expect, it } from 'vitest';
import { drawnChart } from '../../../src/shared/charts/chart-description.ts';
import { isBand } from '../../../src/shared/charts/line-chart.ts';
import { searchOverlapChart } from '../../../src/shared/charts/overlap-chart.ts';
import { LIGHT_THEME } from '../../../src/shared/charts/palette.ts';
import type { SearchOverlap } from '../../../src/shared/contract/records/analyses.ts';

const pair = (density: number, otherDensity: number, value: number) => ({
  one: 0,
  other: 1,
  level: 1,
  otherLevel: 3,
  densities: Float64Array.of(density),
  otherDensities: Float64Array.of(otherDensity),
  replicates: Uint32Array.of(0),
  overlaps: Float64Array.of(value),
  expected: Float64Array.of(0.1),
  expectedGlobally: Float64Array.of(0.1),
  tensorOverlaps: Float64Array.of(value),
  tensorExpected: Float64Array.of(0.1),
});

const search = (id: string) => ({
  id,
  name: 'same',
  levels: Uint32Array.of(1, 3),
  densities: Float64Array.of(0.8, 0.5),
});

const GIVEN: SearchOverlap = {
  searches: [search('1'), search('2')],
  leftOut: [],
  tensors: ['fc.kernel'],
  densityRatio: 1.03,
  pairs: [pair(0.8, 0.8, 0.6), pair(0.5, 0.51, 0.4)],
  apart: [],
};

it('draws each pair of searches with its chance', () => {
  const { datasets } = drawnChart(searchOverlapChart(GIVEN), LIGHT_THEME).data;
  const lines = datasets
    .filter(({ label }) => !isBand(label))
    .map(({ label, data }) => [label, data.map(({ y }) => Number(y.toPrecision(6)))]);
  expect(Object.fromEntries(lines)).toEqual({
    'same #1 and same #2': [60, 40],
    'by chance: same #1 and same #2': [10, 10],
  });
});

it('stands against density, which the levels of a pair share', () => {
  const chart = searchOverlapChart(GIVEN);
  const [line] = chart.kind === 'lines' ? chart.lines : [];
  expect(chart.xTitle).toMatch(/^Density/);
  expect(line?.kind === 'banded' && line.points.map(({ x }) => x)).toEqual([80, 50.5]);
  expect(chart.subtitle).toContain('At equal densities (within 3 %)');
});

it('has none of the colours of searches', () => {
  const { datasets } = drawnChart(searchOverlapChart(GIVEN), LIGHT_THEME).data;
  for (const { borderColor } of datasets) {
    expect(LIGHT_THEME.series).not.toContain(borderColor);
  }
});
