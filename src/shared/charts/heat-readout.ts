/** What a heat map says at one place: the cell that is pointed at. */
import type { AxisDescription, HeatMapDescription } from './chart-description.ts';
import type { HeatCell } from './heat-map.ts';
import { axisName, placeText, readable } from './readout-table.ts';

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

/** `Level 3, Iteration 200: Distance (%) 4.2`, `Level 3, Layer fc1: kept, Density (%) 51.2` */
export function cellText(
  { xTitle, yTitle, valueTitle, ...axes }: HeatMapDescription,
  { x, y, value, quantity }: HeatCell,
): string {
  const place = (title: string, axis: AxisDescription | undefined, at: number) => {
    const name = nameAt(axis, at);
    return name === undefined ? placeText(title, at) : `${axisName(title)} ${name}`;
  };
  const shown = quantity === undefined ? valueTitle : `${quantity}, ${valueTitle}`;
  return `${place(xTitle, axes.x, x)}, ${place(yTitle, axes.y, y)}: ${shown} ${readable(value)}`;
}

/** The name of the nearest tick; undefined where ticks are numbers. */
export function nameAt(axis: AxisDescription | undefined, value: number): string | undefined {
  const [first, ...others] = axis?.namedTicks ?? [];
  if (!first) return undefined;
  return others.reduce((nearest, tick) => {
    return Math.abs(tick.at - value) < Math.abs(nearest.at - value) ? tick : nearest;
  }, first).name;
}
