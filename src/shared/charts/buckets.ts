/**
 * What is drawn of a curve with millions of points: in every column of pixels its lowest and its highest point.
 * The picture is the same as with all points, but for the way from one column to the next.
 */

/** Values in a block, of which the lowest and the highest are known. */
const BLOCK = 64;
const NONE = 0xffffffff;

/** Indices, or -1 where all values are NaN. */
interface Extremes {
  readonly lowest: number;
  readonly highest: number;
}

const NO_EXTREMES: Extremes = { lowest: -1, highest: -1 };

/**
 * Finds the lowest and the highest value of any part of a list without reading all of that part. The
 * list may grow at its end.
 */
export class BlockExtremes {
  readonly #values: ArrayLike<number>;
  /** By block: the indices of its extremes, and their values. Looking these up by index would take longer. */
  #lowest = new Uint32Array(0);
  #highest = new Uint32Array(0);
  #low = new Float64Array(0);
  #high = new Float64Array(0);
  /** The number of values that full blocks cover. */
  #covered = 0;

  constructor(values: ArrayLike<number>) {
    this.#values = values;
  }

  /** The extremes of the values from index `from` to before `end`. */
  within(from: number, end: number): Extremes {
    this.#cover();
    const firstBlock = Math.ceil(from / BLOCK);
    const endBlock = Math.floor(Math.min(end, this.#covered) / BLOCK);
    if (firstBlock >= endBlock) return this.#scan(from, end, NO_EXTREMES);
    const head = this.#scan(from, firstBlock * BLOCK, NO_EXTREMES);
    return this.#scan(endBlock * BLOCK, end, this.#ofBlocks(firstBlock, endBlock, head));
  }

  #ofBlocks(from: number, end: number, { lowest, highest }: Extremes): Extremes {
    let low = lowest === -1 ? Infinity : this.#values[lowest]!;
    let high = highest === -1 ? -Infinity : this.#values[highest]!;
    for (let block = from; block < end; block += 1) {
      if (this.#lowest[block] === NONE) continue;
      if (lowest === -1 || this.#low[block]! < low) {
        low = this.#low[block]!;
        lowest = this.#lowest[block]!;
      }
      if (highest === -1 || this.#high[block]! > high) {
        high = this.#high[block]!;
        highest = this.#highest[block]!;
      }
    }
    return { lowest, highest };
  }

  #scan(from: number, end: number, { lowest, highest }: Extremes): Extremes {
    const values = this.#values;
    let low = lowest === -1 ? Infinity : values[lowest]!;
    let high = highest === -1 ? -Infinity : values[highest]!;
    for (let index = from; index < end; index += 1) {
      const value = values[index]!;
      if (value < low || (lowest === -1 && value === Infinity)) {
        low = value;
        lowest = index;
      }
      if (value > high || (highest === -1 && value === -Infinity)) {
        high = value;
        highest = index;
      }
    }
    return { lowest, highest };
  }

  #cover(): void {
    const blocks = Math.floor(this.#values.length / BLOCK);
    if (blocks * BLOCK <= this.#covered) return;
    if (blocks > this.#lowest.length) {
      // Grows by half more than is needed, so that a growing curve seldom copies.
      const room = Math.ceil(blocks * (this.#covered === 0 ? 1 : 1.5));
      this.#lowest = copiedInto(new Uint32Array(room), this.#lowest);
      this.#highest = copiedInto(new Uint32Array(room), this.#highest);
      this.#low = copiedInto(new Float64Array(room), this.#low);
      this.#high = copiedInto(new Float64Array(room), this.#high);
    }
    for (let block = this.#covered / BLOCK; block < blocks; block += 1) {
      const { lowest, highest } = this.#scan(block * BLOCK, (block + 1) * BLOCK, NO_EXTREMES);
      this.#lowest[block] = lowest === -1 ? NONE : lowest;
      this.#highest[block] = highest === -1 ? NONE : highest;
      this.#low[block] = this.#values[lowest] ?? Number.NaN;
      this.#high[block] = this.#values[highest] ?? Number.NaN;
    }
    this.#covered = blocks * BLOCK;
  }
}

function copiedInto<List extends Uint32Array | Float64Array>(larger: List, old: List): List {
  larger.set(old);
  return larger;
}

/** A part of an axis, from its lower to its higher end. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly isLogarithmic: boolean;
}

/** The index of the first value that is at least `least`, from `start` on; the length if there is none. */
export function firstAtLeast(rising: ArrayLike<number>, least: number, start = 0): number {
  let low = start;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** At most so many are drawn in a column; fewer points are all drawn. */
export const MOST_IN_COLUMN = 2;

/**
 * The indices of the points to draw, rising: those within the span and the nearest one on each side of it,
 * so that the line goes on to the edges. A column of pixels without any value keeps one point that has none:
 * the line has a gap there.
 *
 * @param xs rising.
 * @param extremes of the values at these xs.
 * @param columns of pixels that the span is wide.
 */
export function pointsToDraw(
  xs: ArrayLike<number>,
  extremes: BlockExtremes,
  span: Span,
  columns: number,
): number[] {
  const first = firstAtLeast(xs, span.from);
  // The point there is at the edge itself, or beyond it.
  const last = firstAtLeast(xs, span.to, first);
  const start = Math.max(0, first - 1);
  const end = Math.min(xs.length, last + 1);
  if (end - start <= MOST_IN_COLUMN * columns) {
    return Array.from({ length: Math.max(0, end - start) }, (_, offset) => start + offset);
  }
  const indices: number[] = [];
  const take = (index: number): void => {
    if (index > (indices.at(-1) ?? -1)) indices.push(index);
  };
  take(start);
  let from = first;
  for (let column = 0; column < columns && from < last; column += 1) {
    const edge = column === columns - 1 ? Infinity : placeIn(span, (column + 1) / columns);
    const next = Math.min(last, firstAtLeast(xs, edge, from));
    if (next === from) continue;
    const { lowest, highest } = extremes.within(from, next);
    if (lowest === -1) {
      take(from);
    } else {
      take(Math.min(lowest, highest));
      take(Math.max(lowest, highest));
    }
    from = next;
  }
  take(end - 1);
  return indices;
}

/** @param share 0..1 of the way from the lower to the higher end, as it is seen. */
export function placeIn({ from, to, isLogarithmic }: Span, share: number): number {
  return isLogarithmic ? from * (to / from) ** share : from + (to - from) * share;
}

/** Where the value is on the way from the lower end (0) to the higher (1), as it is seen. */
export function shareOf({ from, to, isLogarithmic }: Span, value: number): number {
  if (from === to) return 0.5;
  return isLogarithmic
    ? Math.log(value / from) / Math.log(to / from)
    : (value - from) / (to - from);
}
