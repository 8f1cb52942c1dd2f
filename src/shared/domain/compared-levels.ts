/** Levels of several searches side by side, with their differences from one of them, the reference. */
import type { SearchSeries } from '../contract/records/search-results.ts';
import { sharedDensities } from './equal-densities.ts';

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
  /** The reference's density where it has the level, otherwise that of the first search that does. */
  readonly density: number;
  /** A cell for each search; undefined if it has no level of this density. */
  readonly cells: readonly (ComparedCell | undefined)[];
}

/** @param reference the index of the search that differences are from. */
export function comparedRows(
  searches: readonly SearchSeries[],
  branch: string,
  reference = 0,
): ComparedRow[] {
  const points = searches.map((search) => pointsOf(search, branch));
  const densities = points.map((own) => own.map(({ density }) => density));
  return sharedDensities(densities, reference).map(({ density, places }) => {
    const found = places.map((place, index) =>
      place === undefined ? undefined : points[index]![place],
    );
    const from = found[reference];
    return {
      density,
      cells: found.map((point, index) => {
        if (!point) return undefined;
        const isCompared = index !== reference && from !== undefined;
        return {
          ...point,
          accuracyDifference: isCompared ? point.accuracy - from.accuracy : undefined,
          iterationDifference: isCompared
            ? point.earlyStopIteration - from.earlyStopIteration
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
