/**
 * The mask of one tensor as a grid: a row for each input, a column for each output unit or filter. A
 * convolution has a row for each position of each input channel.
 */
import type { Mask } from '../domain/mask.ts';

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

/** @param mask `[rows, columns]`, row-major; every entry that is not 0 counts. */
export function countGrid(mask: Mask, { rows, columns }: GridShape): GridCounts {
  const counts = { rows: new Uint32Array(rows), columns: new Uint32Array(columns) };
  for (let row = 0; row < rows; row += 1) {
    const first = row * columns;
    let kept = 0;
    for (let column = 0; column < columns; column += 1) {
      const isKept = mask[first + column] === 0 ? 0 : 1;
      kept += isKept;
      counts.columns[column]! += isKept;
    }
    counts.rows[row] = kept;
  }
  return counts;
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

/** What a cell of two compared masks is: kept by neither, by the first only, the second only, or both. */
const CELL_KINDS = 4;

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
   * The share of cells of kind 1, 2 and 3 in each pixel, `[height, width]` each: 255 is `most`.
   */
  readonly shares: readonly [Uint8Array, Uint8Array, Uint8Array];
  /** The largest share of any kind in any pixel, 0..1; 1 if there is none. */
  readonly most: number;
}

/**
 * Draws a part of a grid with a box filter: a pixel shows the shares of the cells that it covers. A cell
 * has at most one pixel.
 *
 * @param cells `[rows, columns]`: a mask, or `comparedCells`.
 * @param room the most pixels.
 */
export function drawGrid(
  cells: Uint8Array,
  columns: number,
  order: ShownOrder,
  view: GridView,
  room: { readonly width: number; readonly height: number },
): GridPicture {
  const width = Math.min(view.columns, room.width);
  const height = Math.min(view.rows, room.height);
  const shown = order.columns.subarray(view.left, view.left + view.columns);
  const pixelOf = new Uint32Array(shown.length);
  for (let place = 0; place < shown.length; place += 1) {
    pixelOf[place] = Math.floor((place * width) / view.columns);
  }
  const cellsAcross = countEach(pixelOf, width);
  const cellsDown = new Uint32Array(height);
  const sums = new Uint32Array(width * height * CELL_KINDS);
  // The inner loop runs once for every weight: it is kept short.
  const offsets = pixelOf.map((pixel) => pixel * CELL_KINDS);
  for (let place = 0; place < view.rows; place += 1) {
    const first = order.rows[view.top + place]! * columns;
    const y = Math.floor((place * height) / view.rows);
    const base = y * width * CELL_KINDS;
    cellsDown[y]! += 1;
    for (let index = 0; index < shown.length; index += 1) {
      sums[base + offsets[index]! + cells[first + shown[index]!]!]! += 1;
    }
  }
  return sharesOf(sums, cellsAcross, cellsDown);
}

function countEach(values: Uint32Array, length: number): Uint32Array {
  const counts = new Uint32Array(length);
  for (const value of values) counts[value]! += 1;
  return counts;
}

/**
 * @param sums `[height, width, CELL_KINDS]`: cells of each kind.
 * @param cellsAcross `[width]`: how many columns each pixel covers.
 * @param cellsDown `[height]`: how many rows.
 */
function sharesOf(
  sums: Uint32Array,
  cellsAcross: Uint32Array,
  cellsDown: Uint32Array,
): GridPicture {
  const [width, height] = [cellsAcross.length, cellsDown.length];
  const exact = new Float32Array(sums.length);
  let most = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const count = cellsAcross[x]! * cellsDown[y]!;
      const first = (y * width + x) * CELL_KINDS;
      for (let kind = 1; kind < CELL_KINDS; kind += 1) {
        const share = sums[first + kind]! / count;
        exact[first + kind] = share;
        if (share > most) most = share;
      }
    }
  }
  if (most === 0) most = 1;
  const shareOf = (kind: number): Uint8Array => {
    const shares = new Uint8Array(width * height);
    for (let pixel = 0; pixel < shares.length; pixel += 1) {
      shares[pixel] = Math.round((255 * exact[pixel * CELL_KINDS + kind]!) / most);
    }
    return shares;
  };
  return { width, height, shares: [shareOf(1), shareOf(2), shareOf(3)], most };
}
