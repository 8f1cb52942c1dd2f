/** The part of a grid that is shown while one zooms and pans. Fractions of cells are kept until it is drawn. */
import type { GridShape, GridView } from '../../../shared/ticket/mask-grid.ts';

export interface FreeView {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** The fewest cells across and down. */
const CLOSEST = 4;

export function wholeView({ rows, columns }: GridShape): FreeView {
  return { top: 0, left: 0, rows, columns };
}

/**
 * @param factor 2 shows half as many rows and columns.
 * @param at the place that stays where it is, as fractions of the view.
 */
export function zoomed(
  view: FreeView,
  shape: GridShape,
  factor: number,
  at: { readonly x: number; readonly y: number } = { x: 0.5, y: 0.5 },
): FreeView {
  const rows = within(view.rows / factor, Math.min(CLOSEST, shape.rows), shape.rows);
  const columns = within(view.columns / factor, Math.min(CLOSEST, shape.columns), shape.columns);
  const top = view.top + at.y * (view.rows - rows);
  const left = view.left + at.x * (view.columns - columns);
  return inside({ top, left, rows, columns }, shape);
}

/** Moves by fractions of the view: 1 right is a whole view. */
export function panned(view: FreeView, shape: GridShape, right: number, down: number): FreeView {
  const top = view.top + down * view.rows;
  const left = view.left + right * view.columns;
  return inside({ ...view, top, left }, shape);
}

/** Moved by no more than is needed, so that it shows a cell. */
export function movedInto(
  view: FreeView,
  shape: GridShape,
  { row, column }: { readonly row: number; readonly column: number },
): FreeView {
  const top = within(view.top, row + 1 - Math.round(view.rows), row);
  const left = within(view.left, column + 1 - Math.round(view.columns), column);
  return inside({ ...view, top, left }, shape);
}

/** Whole rows and columns, at least one of each. */
export function roundedView(view: FreeView, shape: GridShape): GridView {
  const rows = within(Math.round(view.rows), 1, shape.rows);
  const columns = within(Math.round(view.columns), 1, shape.columns);
  return {
    rows,
    columns,
    top: within(Math.round(view.top), 0, shape.rows - rows),
    left: within(Math.round(view.left), 0, shape.columns - columns),
  };
}

function inside(view: FreeView, shape: GridShape): FreeView {
  return {
    ...view,
    top: within(view.top, 0, shape.rows - view.rows),
    left: within(view.left, 0, shape.columns - view.columns),
  };
}

const within = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(most, value));
