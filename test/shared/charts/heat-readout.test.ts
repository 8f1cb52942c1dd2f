import { describe, expect, it } from 'vitest';
import { chartData } from '../../../src/shared/charts/chart-data.ts';
import { DEFAULT_SETTINGS } from '../../../src/shared/charts/chart-view.ts';
import { cellAt, cellText, nextCell } from '../../../src/shared/charts/heat-readout.ts';
import { layerDensitiesChart } from '../../../src/shared/charts/layer-densities-chart.ts';

const cell = (x: number, y: number) => ({
  x,
  y,
  left: x - 0.5,
  right: x + 0.5,
  bottom: y - 0.5,
  top: y + 0.5,
  value: 10 * x + y,
});
const cells = [cell(1, 1), cell(2, 1), cell(1, 2), cell(2, 2)];
const chart = {
  kind: 'heat-map',
  title: 'T',
  subtitle: 'N = 1',
  xTitle: 'Level',
  yTitle: 'Iteration',
  cells,
  valueTitle: 'Distance (%)',
} as const;

describe('a cell', () => {
  it('is pointed at anywhere within it', () => {
    expect(cellAt(cells, 1.9, 1.4)).toBe(cells[1]);
    expect(cellAt(cells, 5, 1)).toBeUndefined();
  });

  it('is left for its neighbours with the arrow keys, up to the edge', () => {
    expect(nextCell(chart, undefined, 'left')).toBe(cells[0]);
    expect(nextCell(chart, cells[0], 'right')).toBe(cells[1]);
    expect(nextCell(chart, cells[1], 'up')).toBe(cells[3]);
    expect(nextCell(chart, cells[3], 'right')).toBe(cells[3]);
    expect(nextCell(chart, cells[3], 'down')).toBe(cells[1]);
  });

  it('says where it is and what it is', () => {
    expect(cellText(chart, cell(2, 1))).toBe('Level 2, Iteration 1: Distance (%) 21');
  });
});

describe('the densities of layers', () => {
  const map = layerDensitiesChart(
    'A search',
    ['fc1', 'output'],
    [
      { level: 0, densities: [1, 1], effective: [1, 1] },
      { level: 3, densities: [0.5, 0.8], effective: [0.4, 0.8] },
    ],
  );
  if (map.kind !== 'heat-map') throw new Error('no heat map');

  it('are read where one points, with the names of level and layer', () => {
    const [kept, effective] = [cellAt(map.cells, 0.7, 0.2), cellAt(map.cells, 1.3, 0.2)];
    expect(kept && cellText(map, kept)).toBe('Level 3, Layer fc1: kept, Density (%) 50');
    expect(effective && cellText(map, effective)).toBe(
      'Level 3, Layer fc1: effective, Density (%) 40',
    );
  });

  it('are gone through as they are seen: the input is at the top', () => {
    const below = nextCell(map, map.cells[0], 'down');
    expect(below).toMatchObject({ x: -0.25, y: 1 });
    expect(nextCell(map, below, 'up')).toBe(map.cells[0]);
    expect(nextCell(map, map.cells[0], 'up')).toBe(map.cells[0]);
  });

  it('are copied with what each is', () => {
    const text = chartData(map, { ...DEFAULT_SETTINGS, hidden: new Set() });
    expect(text?.split('\n').slice(0, 3)).toEqual([
      'Level\tLayer, from the input at the top\tquantity\tDensity (%)',
      '0\tfc1\tkept\t100',
      '0\tfc1\teffective\t100',
    ]);
  });
});
