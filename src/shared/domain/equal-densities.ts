/** Densities of different searches that count as the same level. */

/** Densities within this ratio count as equal, because different shapes round differently. */
export const EQUAL_DENSITY_RATIO = 1.03;
export const EQUAL_DENSITY_WORDS = 'within 3 %';

/** Two indices: a density of one search, and the equal density of the other. */
export type DensityPair = readonly [one: number, other: number];

/**
 * The densities that two searches share. Each is paired once, with the one that is nearest for both, so
 * that neighbouring levels of a search that prunes little are not mixed up.
 *
 * @param one fractions of prunable weights kept, 0..1.
 */
export function pairedDensities(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
): readonly DensityPair[] {
  return Array.from(one).flatMap((density, index): DensityPair[] => {
    const nearest = nearestIndex(other, density);
    if (nearest === -1 || !areEqualDensities(density, other[nearest]!)) return [];
    return nearestIndex(one, other[nearest]!) === index ? [[index, nearest]] : [];
  });
}

/** A density that at least one search has. */
export interface SharedDensity {
  /** The density in the first search that has it, starting with the reference. */
  readonly density: number;
  /** By search: the index of its equal density; undefined where it has none. */
  readonly places: readonly (number | undefined)[];
}

/**
 * All densities of several searches, falling. Each density of each search is in exactly one row.
 *
 * @param reference the index of the search whose densities the others are compared with.
 */
export function sharedDensities(
  searches: readonly ArrayLike<number>[],
  reference = 0,
): readonly SharedDensity[] {
  const order = [reference, ...searches.keys()].filter(
    (at, index) => index === 0 || at !== reference,
  );
  const rows: { density: number; places: (number | undefined)[] }[] = [];
  const ofReference = searches[reference]?.length ?? 0;
  for (const search of order) {
    const own = Array.from(searches[search] ?? []);
    const left = new Set(own.keys());
    // The reference's rows first: what it has is never in another row, however near that is.
    for (const known of [rows.slice(0, ofReference), rows.slice(ofReference)]) {
      const places = [...left];
      const paired = pairedDensities(
        known.map(({ density }) => density),
        places.map((place) => own[place]!),
      );
      for (const [row, at] of paired) {
        const place = places[at]!;
        known[row]!.places[search] = place;
        left.delete(place);
      }
    }
    for (const place of left) {
      const places = searches.map((_, index) => (index === search ? place : undefined));
      rows.push({ density: own[place]!, places });
    }
  }
  return rows.toSorted((one, other) => other.density - one.density);
}

export function areEqualDensities(one: number, other: number): boolean {
  return Math.max(one, other) / Math.min(one, other) <= EQUAL_DENSITY_RATIO;
}

/** -1 if there are none. The first of those that are equally near. */
function nearestIndex(densities: ArrayLike<number>, density: number): number {
  let best = -1;
  for (let index = 0; index < densities.length; index += 1) {
    const distance = Math.abs(Math.log(densities[index]! / density));
    if (best === -1 || distance < Math.abs(Math.log(densities[best]! / density))) best = index;
  }
  return best;
}
