/** Levels of several searches side by side, with their differences from the first. */
import type { SearchSeries } from '../contract/records/search-results.ts';

export interface ComparedCell {
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** Mean test accuracy at the early stop, 0..1. */
  readonly accuracy: number;
  readonly earlyStopIteration: number;
  /** From the reference at this density; undefined for the reference, or if it lacks this density. */
  readonly accuracyDifference: number | undefined;
  readonly iterationDifference: number | undefined;
}

export interface ComparedRow {
  /** The highest of the densities that count as this level. */
  readonly density: number;
  /** A cell for each search; undefined if it has no level of this density. */
  readonly cells: readonly (ComparedCell | undefined)[];
}

/** Densities within this ratio count as the same level, because different shapes round differently. */
const SAME_DENSITY_RATIO = 1.03;

/** @param searches The first one is the reference. */
export function comparedRows(searches: readonly SearchSeries[], branch: string): ComparedRow[] {
  const points = searches.map((search) => pointsOf(search, branch));
  const densities = points
    .flat()
    .map(({ density }) => density)
    .sort((one, other) => other - one)
    .reduce<number[]>((kept, density) => {
      const previous = kept.at(-1);
      return previous !== undefined && areSameDensity(previous, density)
        ? kept
        : [...kept, density];
    }, []);
  return densities.map((density) => {
    const nearest = points.map((own) => nearestTo(own, density));
    const [reference] = nearest;
    return {
      density,
      cells: nearest.map((point, index) => {
        if (!point) return undefined;
        const isCompared = index > 0 && reference !== undefined;
        return {
          ...point,
          accuracyDifference: isCompared ? point.accuracy - reference.accuracy : undefined,
          iterationDifference: isCompared
            ? point.earlyStopIteration - reference.earlyStopIteration
            : undefined,
        };
      }),
    };
  });
}

interface Point {
  readonly level: number;
  readonly density: number;
  readonly accuracy: number;
  readonly earlyStopIteration: number;
}

function pointsOf(search: SearchSeries, branch: string): Point[] {
  const series = search.branches.find((candidate) => candidate.branch === branch);
  if (!series) return [];
  return [...series.levels].flatMap((level, index) => {
    const accuracy = series.testAccuracyAtEarlyStop.mean[index]!;
    if (Number.isNaN(accuracy)) return [];
    const density = series.densities[index]!;
    const earlyStopIteration = series.earlyStopIteration.mean[index]!;
    return [{ level, density, accuracy, earlyStopIteration }];
  });
}

function nearestTo(points: readonly Point[], density: number): Point | undefined {
  const distance = (point: Point) => Math.abs(Math.log(point.density / density));
  const [best] = [...points].sort((one, other) => distance(one) - distance(other));
  return best && areSameDensity(best.density, density) ? best : undefined;
}

/** Whether two densities count as the same level. */
export function areSameDensity(one: number, other: number): boolean {
  return Math.max(one, other) / Math.min(one, other) <= SAME_DENSITY_RATIO;
}
