/**
 * How long a step needs a piece of memory. Times are those of building the layers, front to back; the
 * backward pass goes through them in reverse.
 */
import { largest } from '../../../shared/extremes.ts';

export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  /** The last time; infinite for what both passes need. */
  readonly to: number;
}

/**
 * Addresses from 0 on, so that no piece overlaps another that is needed at the same time. What both
 * passes need comes first, in its order, then everything else, largest first, each as low as it fits.
 * So gradients of the first layers take the place of values that the last layers are done with.
 */
export function placesByLifetime(lifetimes: readonly Lifetime[]): {
  places: number[];
  bytes: number;
} {
  const pieces = lifetimes.map((lifetime) => ({ ...lifetime, place: 0 }));
  const inBoth = pieces.filter(({ to }) => to === Infinity);
  const inOne = pieces.filter(({ to }) => to !== Infinity);
  inOne.sort((a, b) => b.bytes - a.bytes);
  const placed: typeof pieces = [];
  for (const piece of [...inBoth, ...inOne]) {
    const { bytes, from, to } = piece;
    const others = placed
      .filter((other) => other.from <= to && from <= other.to)
      .sort((a, b) => a.place - b.place);
    for (const other of others) {
      if (piece.place + bytes <= other.place) break;
      piece.place = Math.max(piece.place, other.place + other.bytes);
    }
    placed.push(piece);
  }
  const ends = pieces.map(({ place, bytes }) => place + bytes);
  return { places: pieces.map(({ place }) => place), bytes: Math.max(0, largest(ends)) };
}
