/**
 * The order in which examples with many zeros are evaluated. A kernel leaves out a feature that is zero in
 * all examples of a tile, so examples whose zeros are at the same features lie in the same tile.
 */
import { everyIndex } from '../../../shared/indices.ts';
import { TILE } from './layout.ts';

/** Examples among which a tile's are looked for: more take longer, and hardly find better ones. */
const CANDIDATES = 8 * TILE;

/** Data with fewer zeros, such as photographs, have hardly a feature that is zero in a whole tile. */
const LEAST_ZEROS = 0.5;

/**
 * Orders examples by label and by how many of their features are not zero. Of those that follow each
 * other in this order, a tile takes the one with the fewest features that are not zero, and then, one
 * after the other, the one that adds the fewest to those of the tile.
 *
 * @param features bytes `[examples, size]`.
 * @param labels `[examples]`.
 * @param indices the examples to order.
 * @returns places in `indices`: each once, in their own order if there are few zeros.
 */
export function orderByZeros(
  features: Uint8Array,
  size: number,
  labels: ArrayLike<number>,
  indices: Int32Array,
): Int32Array {
  const counts = Int32Array.from(indices, (index) => {
    let count = 0;
    for (let at = index * size; at < (index + 1) * size; at += 1)
      if (features[at] !== 0) count += 1;
    return count;
  });
  const places = everyIndex(indices.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > (1 - LEAST_ZEROS) * size * indices.length) return places;
  const labelAt = (place: number): number => labels[indices[place]!]!;
  places.sort((a, b) => labelAt(a) - labelAt(b) || counts[a]! - counts[b]! || a - b);
  for (let first = 0; first < places.length; first += CANDIDATES) {
    const candidates = places.subarray(first, first + CANDIDATES);
    candidates.set(tiled(features, size, indices, counts, candidates));
  }
  return places;
}

/** The candidates, tile by tile. */
function tiled(
  features: Uint8Array,
  size: number,
  indices: Int32Array,
  counts: Int32Array,
  candidates: Int32Array,
): Int32Array {
  const { length } = candidates;
  /** `[feature][candidate]`: 1 where it is not zero. */
  const isPresent = new Uint8Array(size * length);
  for (const [candidate, place] of candidates.entries()) {
    const start = indices[place]! * size;
    for (let feature = 0; feature < size; feature += 1) {
      if (features[start + feature] !== 0) isPresent[feature * length + candidate] = 1;
    }
  }
  const isTaken = new Uint8Array(length);
  const isInTile = new Uint8Array(size);
  /** How many features each candidate would add to those of the tile. */
  const added = new Int32Array(length);
  return Int32Array.from({ length }, (_, position) => {
    if (position % TILE === 0) {
      isInTile.fill(0);
      for (const [candidate, place] of candidates.entries()) added[candidate] = counts[place]!;
    }
    const next = leastOf(added, isTaken);
    const place = candidates[next]!;
    const start = indices[place]! * size;
    isTaken[next] = 1;
    for (let feature = 0; feature < size; feature += 1) {
      if (features[start + feature] === 0 || isInTile[feature] === 1) continue;
      isInTile[feature] = 1;
      const row = feature * length;
      for (let candidate = 0; candidate < length; candidate += 1) {
        added[candidate]! -= isPresent[row + candidate]!;
      }
    }
    return place;
  });
}

/** The first of those not taken that have the smallest number. */
function leastOf(numbers: Int32Array, isTaken: Uint8Array): number {
  let least = -1;
  let smallest = Infinity;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index]!;
    if (number >= smallest || isTaken[index] === 1) continue;
    least = index;
    smallest = number;
  }
  return least;
}
