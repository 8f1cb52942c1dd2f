import { describe, expect, it } from 'vitest';
import {
  comparedCells,
  countGrid,
  deadOf,
  drawGrid,
  gridOrder,
  gridShape,
  rowsByChannel,
} from '../../../src/shared/ticket/mask-grid.ts';
import { everyIndex } from '../../../src/shared/indices.ts';
import { rng } from '../../../src/shared/rng.ts';

const places = (count: number) => Uint32Array.from(everyIndex(count));

describe('the grid of a kernel', () => {
  it('has a row for each input and a column for each unit', () => {
    expect(gridShape([784, 300])).toEqual({ rows: 784, columns: 300 });
    expect(gridShape([3, 3, 16, 32])).toEqual({ rows: 144, columns: 32 });
  });

  it('shows all positions of an input channel after each other', () => {
    // Stored rows of [1, 2, 3, …]: position 0 with channels 0, 1, 2, then position 1.
    expect([...rowsByChannel([1, 2, 3, 4])]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...rowsByChannel([3, 2])]).toEqual([0, 1, 2]);
  });

  it('counts what rows and columns keep, and finds those that keep nothing', () => {
    const mask = Uint8Array.of(1, 0, 1, 0, 0, 0, 1, 0, 0);
    const counts = countGrid(mask, { rows: 3, columns: 3 });
    expect([...counts.rows]).toEqual([2, 0, 1]);
    expect([...counts.columns]).toEqual([2, 0, 1]);
    expect(deadOf(counts.rows)).toEqual([1]);
    expect(deadOf(counts.columns)).toEqual([1]);
  });

  it('counts more rows than a byte can count', () => {
    const [rows, columns] = [600, 5];
    const mask = Uint8Array.from({ length: rows * columns }, (_, cell) => Number(cell % 5 < 3));
    const counts = countGrid(mask, { rows, columns });
    expect([...counts.columns]).toEqual([600, 600, 600, 0, 0]);
    expect(new Set(counts.rows)).toEqual(new Set([3]));
  });

  it('is sorted by what is kept, equals in their order', () => {
    const counts = Uint32Array.of(2, 5, 2, 0);
    expect([...gridOrder(counts, 'stored', places(4))]).toEqual([0, 1, 2, 3]);
    expect([...gridOrder(counts, 'most', places(4))]).toEqual([1, 0, 2, 3]);
    expect([...gridOrder(counts, 'fewest', places(4))]).toEqual([3, 0, 2, 1]);
  });

  it('of two masks tells what neither, one, the other and both keep', () => {
    const cells = comparedCells(Uint8Array.of(0, 1, 0, 1), Uint8Array.of(0, 0, 1, 1));
    expect([...cells]).toEqual([0, 1, 2, 3]);
    expect(() => comparedCells(new Uint8Array(2), new Uint8Array(3))).toThrow(RangeError);
  });
});

describe('drawing a grid', () => {
  const whole = (rows: number, columns: number) => ({ top: 0, left: 0, rows, columns });
  const stored = (rows: number, columns: number) => ({
    rows: places(rows),
    columns: places(columns),
  });
  const mask = (cells: Uint8Array, columns: number) => ({ cells, columns, areCompared: false });

  it('gives every cell a pixel where there is room', () => {
    const cells = Uint8Array.of(1, 0, 0, 1);
    const drawn = drawGrid(mask(cells, 2), stored(2, 2), whole(2, 2), { width: 100, height: 100 });
    expect(drawn).toMatchObject({ width: 2, height: 2, most: 1 });
    expect([...drawn.shares[0]!]).toEqual([255, 0, 0, 255]);
  });

  it('shows the share of the cells that a pixel covers, relative to the largest', () => {
    // Four columns in two pixels: 2 of 2 are kept, and 1 of 2.
    const cells = Uint8Array.of(1, 1, 1, 0);
    const drawn = drawGrid(mask(cells, 4), stored(1, 4), whole(1, 4), { width: 2, height: 2 });
    expect([...drawn.shares[0]!]).toEqual([255, 128]);
    const sparse = Uint8Array.of(1, 0, 0, 0);
    const scaled = drawGrid(mask(sparse, 4), stored(1, 4), whole(1, 4), { width: 2, height: 2 });
    expect(scaled.most).toBe(0.5);
    expect([...scaled.shares[0]!]).toEqual([255, 0]);
  });

  it('weighs pixels by their own number of cells', () => {
    // Three columns in two pixels: the first covers two cells, the second one.
    const cells = Uint8Array.of(1, 1, 1);
    const drawn = drawGrid(mask(cells, 3), stored(1, 3), whole(1, 3), { width: 2, height: 1 });
    expect([...drawn.shares[0]!]).toEqual([255, 255]);
  });

  it.each([
    // Rows that begin at words of four cells, and rows that don't.
    { rows: 90, columns: 40 },
    { rows: 90, columns: 37 },
    // More rows in a pixel than a byte can count.
    { rows: 1300, columns: 6 },
  ])('counts every cell of $rows rows and $columns columns once', ({ rows, columns }) => {
    const random = rng('cells', rows, columns);
    const cells = Uint8Array.from({ length: rows * columns }, () => random.below(4));
    const [width, height] = [5, 2];
    const grid = { cells, columns, areCompared: true };
    const room = { width, height };
    const drawn = drawGrid(grid, stored(rows, columns), whole(rows, columns), room);
    const covered = new Float64Array(width * height);
    const counts = [1, 2, 3].map(() => new Float64Array(width * height));
    cells.forEach((kind, cell) => {
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      const pixel =
        Math.floor((row * height) / rows) * width + Math.floor((column * width) / columns);
      covered[pixel]! += 1;
      if (kind > 0) counts[kind - 1]![pixel]! += 1;
    });
    const shares = counts.map((count) => count.map((cell, pixel) => cell / covered[pixel]!));
    const most = Math.max(...shares.flatMap((share) => [...share]));
    expect(drawn.most).toBe(most);
    expect(drawn.shares.map((share) => [...share])).toEqual(
      shares.map((share) => Array.from(share, (each) => Math.round((255 * each) / most))),
    );
  });

  it('shows a part in the order of rows and columns', () => {
    // prettier-ignore
    const cells = Uint8Array.of(
      1, 0, 0,
      0, 2, 0,
      0, 0, 3,
    );
    const grid = { cells, columns: 3, areCompared: true };
    const order = { rows: Uint32Array.of(2, 1, 0), columns: Uint32Array.of(2, 1, 0) };
    const view = { top: 0, left: 0, rows: 2, columns: 2 };
    const drawn = drawGrid(grid, order, view, { width: 9, height: 9 });
    const [one, other, both] = drawn.shares.map((share) => [...share]);
    expect(one).toEqual([0, 0, 0, 0]);
    expect(other).toEqual([0, 0, 0, 255]);
    expect(both).toEqual([255, 0, 0, 0]);
  });
});
