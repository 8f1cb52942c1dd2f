/**
 * Adds up rows of a grid whose cells are bytes, four columns at a time: a word of 32 bits has the cells of
 * four columns, so that adding two words adds all four.
 */

/** Every row of a grid begins at a word; what is left of its last word is 0. */
export interface RowWords {
  readonly words: Uint32Array;
  readonly wordsPerRow: number;
}

/** The sum of so many cells of 0 or 1 fits into a byte. */
const MOST_ROWS = 255;
const CELLS_PER_WORD = 4;
/** The lowest bit of each cell of a word. */
const LOWEST_BITS = 0x01010101;

/** @param cells `[rows, columns]`. They are copied only if rows don't begin at words. */
export function rowWords(cells: Uint8Array, columns: number): RowWords {
  const wordsPerRow = Math.ceil(columns / CELLS_PER_WORD);
  if (columns % CELLS_PER_WORD === 0 && cells.byteOffset % CELLS_PER_WORD === 0) {
    const length = cells.length / CELLS_PER_WORD;
    return { words: new Uint32Array(cells.buffer, cells.byteOffset, length), wordsPerRow };
  }
  const rows = cells.length / columns;
  const bytesPerRow = wordsPerRow * CELLS_PER_WORD;
  const padded = new Uint8Array(rows * bytesPerRow);
  for (let row = 0; row < rows; row += 1) {
    padded.set(cells.subarray(row * columns, (row + 1) * columns), row * bytesPerRow);
  }
  return { words: new Uint32Array(padded.buffer), wordsPerRow };
}

/** Sums of cells by column. One object adds up many groups of rows, one after another. */
export class RowSums {
  readonly #grid: RowWords;
  readonly #sums: Uint32Array;
  readonly #bytes: Uint8Array;

  constructor(grid: RowWords) {
    this.#grid = grid;
    this.#sums = new Uint32Array(grid.wordsPerRow);
    this.#bytes = new Uint8Array(this.#sums.buffer);
  }

  /**
   * Counts the cells of one kind in each column.
   *
   * @param rows which rows.
   * @param kind 1, 2 or 3: cells have no other values but 0.
   * @param use gets `[columns]`: the counts of some of the rows. It is called again for the next ones.
   */
  count(rows: Uint32Array, kind: number, use: (counts: Uint8Array) => void): void {
    for (let first = 0; first < rows.length; first += MOST_ROWS) {
      this.#sums.fill(0);
      for (const row of rows.subarray(first, first + MOST_ROWS)) this.#add(row, kind);
      use(this.#bytes);
    }
  }

  #add(row: number, kind: number): void {
    const { words, wordsPerRow } = this.#grid;
    const sums = this.#sums;
    const start = row * wordsPerRow;
    // A bit that the kind lacks is turned over, so that cells of the kind have both bits set.
    const [low, high] = [(kind & 1) - 1, ((kind >>> 1) & 1) - 1];
    for (let at = 0; at < wordsPerRow; at += 1) {
      const word = words[start + at]!;
      sums[at]! += (word ^ low) & ((word >>> 1) ^ high) & LOWEST_BITS;
    }
  }
}

/** How many cells of a row are 1, if all others are 0. */
export function countOnes({ words, wordsPerRow }: RowWords, row: number): number {
  let ones = 0;
  const end = (row + 1) * wordsPerRow;
  for (let at = row * wordsPerRow; at < end; at += 1) {
    // The product has the sum of all four cells in its highest byte.
    ones += Math.imul(words[at]!, LOWEST_BITS) >>> 24;
  }
  return ones;
}
