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
  const places = lifetimes.map(() => 0);
  const placed: number[] = [];
  const inBoth = [...lifetimes.keys()].filter((index) => lifetimes[index]!.to === Infinity);
  const inOne = [...lifetimes.keys()].filter((index) => lifetimes[index]!.to !== Infinity);
  inOne.sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes);
  for (const index of [...inBoth, ...inOne]) {
    const { bytes, from, to } = lifetimes[index]!;
    const others = placed
      .filter((other) => lifetimes[other]!.from <= to && from <= lifetimes[other]!.to)
      .sort((a, b) => places[a]! - places[b]!);
    let place = 0;
    for (const other of others) {
      if (place + bytes <= places[other]!) break;
      place = Math.max(place, places[other]! + lifetimes[other]!.bytes);
    }
    places[index] = place;
    placed.push(index);
  }
  const ends = lifetimes.map(({ bytes }, index) => places[index]! + bytes);
  return { places, bytes: Math.max(0, largest(ends)) };
}
