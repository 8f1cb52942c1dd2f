/** What a heat map says at one place: the cell that is pointed at. */
import type { HeatMapDescription } from './chart-description.ts';
import type { HeatCell } from './heat-map.ts';
import { placeText, readable } from './readout-table.ts';

/** The cell at the place; undefined between cells and outside. */
export function cellAt(cells: readonly HeatCell[], x: number, y: number): HeatCell | undefined {
  return cells.find(
    ({ left, right, bottom, top }) => isBetween(x, left, right) && isBetween(y, bottom, top),
  );
}

/** @param one is the smaller edge, or the larger one where an axis is reversed. */
function isBetween(value: number, one: number, other: number): boolean {
  return value >= Math.min(one, other) && value <= Math.max(one, other);
}

/** The next cell in a direction, of those in the same row or column; the cell itself at the end. */
export function nextCell(
  { cells, ...axes }: Pick<HeatMapDescription, 'cells' | 'x' | 'y'>,
  from: HeatCell | undefined,
  direction: 'left' | 'right' | 'down' | 'up',
): HeatCell | undefined {
  if (!from) return cells[0];
  const axis = direction === 'left' || direction === 'right' ? 'x' : 'y';
  const other = axis === 'x' ? 'y' : 'x';
  const isForward = direction === 'right' || direction === 'up';
  const sign = isForward === (axes[axis]?.isReversed !== true) ? 1 : -1;
  const ahead = cells
    .filter((cell) => cell[other] === from[other] && (cell[axis] - from[axis]) * sign > 0)
    .sort((one, next) => (one[axis] - next[axis]) * sign);
  return ahead[0] ?? from;
}

/**
 * `Level 3, Iteration 200: Distance (%) 4.2`, `Level 3, Layer fc1: kept, Density (%) 51.2`; a cell without
 * a value has its text instead.
 */
export function cellText(chart: HeatMapDescription, cell: HeatCell): string {
  const place = `${placeText(chart.xTitle, cell.x, chart.x)}, ${placeText(chart.yTitle, cell.y, chart.y)}`;
  const value = Number.isNaN(cell.value)
    ? (cell.texts?.[0] ?? 'nothing')
    : `${chart.valueTitle} ${readable(cell.value)}`;
  const quantity = cell.quantity === undefined ? [] : [cell.quantity];
  return `${place}: ${[...quantity, value, ...(cell.notes ?? [])].join(', ')}`;
}
