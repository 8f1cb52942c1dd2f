/**
 * Memory of a step, by when it is needed. Times are those of building the layers, front to back; on
 * the way back they run backward.
 */
import { largest } from '../../../shared/extremes.ts';

export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  /** The last time; infinite for what is needed both ways. */
  readonly to: number;
}

/**
 * Where each of them lies, from 0 on, so that none overlaps another that is needed at the same time:
 * what is needed both ways in its order from the bottom, then everything else, largest first, as low
 * as it fits. Gradients of the first layers thus take the place of what the last layers have kept.
 */
export function placesByLifetime(lifetimes: readonly Lifetime[]): {
  places: number[];
  bytes: number;
} {
  const places = lifetimes.map(() => 0);
  const placed: number[] = [];
  const bothWays = [...lifetimes.keys()].filter((index) => lifetimes[index]!.to === Infinity);
  const oneWay = [...lifetimes.keys()].filter((index) => lifetimes[index]!.to !== Infinity);
  oneWay.sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes);
  for (const index of [...bothWays, ...oneWay]) {
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
