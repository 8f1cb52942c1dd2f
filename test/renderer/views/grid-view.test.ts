import { describe, expect, it } from 'vitest';
import {
  movedInto,
  panned,
  roundedView,
  wholeView,
  zoomed,
} from '../../../src/renderer/views/ticket/grid-view.ts';

const SHAPE = { rows: 100, columns: 40 };
const WHOLE = wholeView(SHAPE);

describe('a view of a grid', () => {
  it('shows half as much at twice the size, around a place that stays', () => {
    expect(zoomed(WHOLE, SHAPE, 2)).toEqual({ top: 25, left: 10, rows: 50, columns: 20 });
    expect(zoomed(WHOLE, SHAPE, 2, { x: 0, y: 1 })).toEqual({
      top: 50,
      left: 0,
      rows: 50,
      columns: 20,
    });
  });

  it('never leaves the grid, and never shows less than a few cells', () => {
    expect(zoomed(WHOLE, SHAPE, 0.1)).toEqual(WHOLE);
    expect(zoomed(WHOLE, SHAPE, 1000)).toMatchObject({ rows: 4, columns: 4 });
    const half = zoomed(WHOLE, SHAPE, 2);
    expect(panned(half, SHAPE, 9, -9)).toEqual({ top: 0, left: 20, rows: 50, columns: 20 });
    expect(zoomed(wholeView({ rows: 1, columns: 2 }), { rows: 1, columns: 2 }, 9)).toMatchObject({
      rows: 1,
      columns: 2,
    });
  });

  it('moves by parts of what it shows', () => {
    const half = zoomed(WHOLE, SHAPE, 2);
    expect(panned(half, SHAPE, 0.25, -0.25)).toMatchObject({ top: 12.5, left: 15 });
  });

  it('follows a cell by no more than is needed', () => {
    const half = { top: 12.5, left: 10, rows: 50, columns: 20 };
    expect(movedInto(half, SHAPE, { row: 40, column: 15 })).toEqual(half);
    for (const cell of [
      { row: 12, column: 9 },
      { row: 63, column: 30 },
      { row: 99, column: 39 },
      { row: 0, column: 0 },
    ]) {
      const { top, left, rows, columns } = roundedView(movedInto(half, SHAPE, cell), SHAPE);
      expect(cell.row).toBeGreaterThanOrEqual(top);
      expect(cell.row).toBeLessThan(top + rows);
      expect(cell.column).toBeGreaterThanOrEqual(left);
      expect(cell.column).toBeLessThan(left + columns);
    }
    expect(movedInto(half, SHAPE, { row: 63, column: 30 })).toMatchObject({ top: 14, left: 11 });
  });

  it('is drawn with whole rows and columns inside the grid', () => {
    const view = { top: 97.6, left: 0.4, rows: 2.4, columns: 0.3 };
    expect(roundedView(view, SHAPE)).toEqual({ top: 98, left: 0, rows: 2, columns: 1 });
  });
});
