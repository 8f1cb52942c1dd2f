/** Densities that count as the same, because layers of different shapes round differently. */
import { smallest } from '../extremes.ts';

/** The larger of two such densities divided by the smaller. */
export const SAME_DENSITY_RATIO = 1.03;

export function areSameDensity(one: number, other: number): boolean {
  return Math.max(one, other) / Math.min(one, other) <= SAME_DENSITY_RATIO;
}

/** The index of the density that is nearest to the wanted one; undefined if none counts as the same. */
export function nearestDensity(densities: ArrayLike<number>, wanted: number): number | undefined {
  const distances = Array.from(densities, (density) => Math.abs(Math.log(density / wanted)));
  const best = distances.indexOf(smallest(distances));
  return best !== -1 && areSameDensity(densities[best]!, wanted) ? best : undefined;
}
