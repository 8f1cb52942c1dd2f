/**
 * The mask of one tensor as a grid: a row for each input, a column for each output unit or filter. A
 * convolution has a row for each position of each input channel.
 */
import type { Mask } from '../domain/mask.ts';
import { everyIndex } from '../indices.ts';
import { countOnes, RowSums, rowWords } from './row-sums.ts';

export interface GridShape {
  readonly rows: number;
  readonly columns: number;
}

/** @param shape of a kernel, `[inputs, outputs]` or `[height, width, inputs, outputs]`. */
export function gridShape(shape: readonly number[]): GridShape {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return { rows, columns };
}

/**
 * `[rows]`: the stored row at each place of the grid. Convolutions are stored position by position; here
 * all positions of an input channel follow each other.
 */
export function rowsByChannel(shape: readonly number[]): Uint32Array {
  const { rows } = gridShape(shape);
  const channels = shape.length === 4 ? (shape[2] ?? 1) : rows;
  const positions = rows / channels;
  return Uint32Array.from(
    { length: rows },
    (_, place) => (place % positions) * channels + Math.floor(place / positions),
  );
}

/** How many weights each row and each column keeps, in stored order. */
export interface GridCounts {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
}

/** @param mask `[rows, columns]`, row-major. */
export function countGrid(mask: Mask, { rows, columns }: GridShape): GridCounts {
  const grid = rowWords(mask, columns);
  const everyRow = Uint32Array.from(everyIndex(rows));
  const columnCounts = new Uint32Array(columns);
  new RowSums(grid).count(everyRow, KEPT, (counts) => {
    for (let column = 0; column < columns; column += 1) columnCounts[column]! += counts[column]!;
  });
  return { rows: everyRow.map((row) => countOnes(grid, row)), columns: columnCounts };
}

/** The rows or columns that keep nothing, ascending. */
export function deadOf(counts: Uint32Array): number[] {
  const dead: number[] = [];
  for (let index = 0; index < counts.length; index += 1) {
    if (counts[index] === 0) dead.push(index);
  }
  return dead;
}

/** As stored, or by how much is kept. */
export type GridOrder = 'stored' | 'most' | 'fewest';

/**
 * The rows or columns in the order in which they are shown. Those that keep equally many stay in
 * their order.
 *
 * @param stored the places without sorting.
 */
export function gridOrder(counts: Uint32Array, order: GridOrder, stored: Uint32Array): Uint32Array {
  if (order === 'stored') return stored;
  const sign = order === 'most' ? -1 : 1;
  return Uint32Array.from(
    Array.from(stored).sort((one, other) => sign * (counts[one]! - counts[other]!)),
  );
}

/** The order in which rows and columns are shown: `rows[place]` is a stored row. */
export interface ShownOrder {
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
}

/** The part of a grid that is shown, in places. */
export interface GridView {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** What a cell of a mask is that keeps its weight. */
const KEPT = 1;
/** What a cell of two compared masks is: kept by the first only, by the second only, by both. */
const COMPARED_KINDS = [1, 2, 3];

/** @returns 0: kept by neither; 1: by the first only; 2: by the second only; 3: by both. */
export function comparedCells(one: Mask, other: Mask): Uint8Array {
  if (one.length !== other.length) {
    throw new RangeError(
      `a mask over ${one.length} weights cannot be compared with one over ${other.length}`,
    );
  }
  const cells = new Uint8Array(one.length);
  for (let index = 0; index < one.length; index += 1) {
    cells[index] = one[index]! | (other[index]! << 1);
  }
  return cells;
}

/** A grid drawn with at most as many pixels as there is room for. */
export interface GridPicture {
  readonly width: number;
  readonly height: number;
  /**
   * The share of cells of each kind in each pixel, `[height, width]` each: 255 is `most`. A mask has one
   * kind, two compared masks have three.
   */
  readonly shares: readonly Uint8Array[];
  /** The largest share of any kind in any pixel, 0..1; 1 if there is none. */
  readonly most: number;
}

/** What is drawn: a mask, or `comparedCells`. */
export interface GridCells {
  /** `[rows, columns]` */
  readonly cells: Uint8Array;
  readonly columns: number;
  readonly areCompared: boolean;
}

/**
 * Draws a part of a grid with a box filter: a pixel shows the shares of the cells that it covers. A cell
 * has at most one pixel.
 *
 * @param room the most pixels.
 */
export function drawGrid(
  { cells, columns, areCompared }: GridCells,
  order: ShownOrder,
  view: GridView,
  room: { readonly width: number; readonly height: number },
): GridPicture {
  const width = Math.min(view.columns, room.width);
  const height = Math.min(view.rows, room.height);
  const rows = order.rows.subarray(view.top, view.top + view.rows);
  const shown = order.columns.subarray(view.left, view.left + view.columns);
  const pixelOf = new Uint32Array(shown.length);
  for (let place = 0; place < shown.length; place += 1) {
    pixelOf[place] = Math.floor((place * width) / view.columns);
  }
  /** The first row of each row of pixels, and the end of the last one. */
  const starts = Uint32Array.from({ length: height + 1 }, (_, y) =>
    Math.ceil((y * view.rows) / height),
  );
  const rowSums = new RowSums(rowWords(cells, columns));
  const sums = (areCompared ? COMPARED_KINDS : [KEPT]).map((kind) => {
    const sum = new Uint32Array(width * height);
    for (let y = 0; y < height; y += 1) {
      const first = y * width;
      rowSums.count(rows.subarray(starts[y], starts[y + 1]), kind, (counts) => {
        for (let place = 0; place < shown.length; place += 1) {
          sum[first + pixelOf[place]!]! += counts[shown[place]!]!;
        }
      });
    }
    return sum;
  });
  const cellsDown = starts.subarray(1).map((end, y) => end - starts[y]!);
  return { width, height, ...sharesOf(sums, countEach(pixelOf, width), cellsDown) };
}

function countEach(values: Uint32Array, length: number): Uint32Array {
  const counts = new Uint32Array(length);
  for (const value of values) counts[value]! += 1;
  return counts;
}

/**
 * @param sums `[height, width]` each: the cells of each kind.
 * @param cellsAcross `[width]`: how many columns each pixel covers.
 * @param cellsDown `[height]`: how many rows.
 */
function sharesOf(
  sums: readonly Uint32Array[],
  cellsAcross: Uint32Array,
  cellsDown: Uint32Array,
): Pick<GridPicture, 'shares' | 'most'> {
  const [width, height] = [cellsAcross.length, cellsDown.length];
  let most = 0;
  for (const kind of sums) {
    for (let y = 0, pixel = 0; y < height; y += 1) {
      const down = cellsDown[y]!;
      for (let x = 0; x < width; x += 1, pixel += 1) {
        const share = kind[pixel]! / (cellsAcross[x]! * down);
        if (share > most) most = share;
      }
    }
  }
  if (most === 0) most = 1;
  const shares = sums.map((kind) => {
    const share = new Uint8Array(width * height);
    for (let y = 0, pixel = 0; y < height; y += 1) {
      const scale = 255 / (most * cellsDown[y]!);
      for (let x = 0; x < width; x += 1, pixel += 1) {
        share[pixel] = (kind[pixel]! * scale) / cellsAcross[x]! + 0.5;
      }
    }
    return share;
  });
  return { shares, most };
}
