import { describe, expect, it } from 'vitest';
import { cellAt, cellText, nextCell } from '../../../src/shared/charts/heat-readout.ts';

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
    expect(nextCell(cells, undefined, 'left')).toBe(cells[0]);
    expect(nextCell(cells, cells[0], 'right')).toBe(cells[1]);
    expect(nextCell(cells, cells[1], 'up')).toBe(cells[3]);
    expect(nextCell(cells, cells[3], 'right')).toBe(cells[3]);
    expect(nextCell(cells, cells[3], 'down')).toBe(cells[1]);
  });

  it('says where it is and what it is', () => {
    expect(cellText(chart, cell(2, 1))).toBe('Level 2, Iteration 1: Distance (%) 21');
  });
});
