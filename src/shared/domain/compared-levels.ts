/** Levels of several searches side by side, with their differences from one of them, the reference. */
import type { BranchSeries, SearchSeries } from '../contract/records/search-results.ts';
import { sharedDensities } from './equal-densities.ts';
import {
  differencesFrom,
  type MeasureOf,
  type SearchBranch,
  strictestConfidence,
} from './search-differences.ts';
import type { PairedDifference } from './statistics.ts';

export interface ComparedCell {
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** Mean test accuracy at the early stop, 0..1. */
  readonly accuracy: number;
  readonly earlyStopIteration: number;
  /** From the reference at this density; undefined for the reference, or if it lacks this density. */
  readonly accuracyDifference: PairedDifference | undefined;
  readonly iterationDifference: PairedDifference | undefined;
}

export interface ComparedRow {
  /** The reference's density where it has the level, otherwise that of the first search that does. */
  readonly density: number;
  /** A cell for each search; undefined if it has no level of this density. */
  readonly cells: readonly (ComparedCell | undefined)[];
}

const accuracyOf: MeasureOf = ({ testAccuracyAtEarlyStop }) => testAccuracyAtEarlyStop;
const iterationOf: MeasureOf = ({ earlyStopIteration }) => earlyStopIteration;

/** @param reference the index of the search that differences are from. */
export function comparedRows(
  searches: readonly SearchSeries[],
  branch: string,
  reference = 0,
): ComparedRow[] {
  const confidence = strictestConfidence(searches);
  const branches = searches.map((search): SearchBranch | undefined => {
    const series = search.branches.find((candidate) => candidate.branch === branch);
    return series && { search, series };
  });
  const from = branches[reference];
  const cells = branches.map((compared, index) => {
    if (!compared) return [];
    const differences = (measureOf: MeasureOf) =>
      from && index !== reference ? differencesFrom(from, compared, measureOf, confidence) : [];
    return cellsOf(compared.series, differences(accuracyOf), differences(iterationOf));
  });
  const densities = cells.map((own) => own.map(({ density }) => density));
  return sharedDensities(densities, reference).map(({ density, places }) => ({
    density,
    cells: places.map((place, index) => (place === undefined ? undefined : cells[index]![place])),
  }));
}

type Differences = readonly (PairedDifference | undefined)[];

/** The levels that have finished. */
function cellsOf(
  series: BranchSeries,
  accuracyDifferences: Differences,
  iterationDifferences: Differences,
): ComparedCell[] {
  return [...series.levels].flatMap((level, index) => {
    const accuracy = accuracyOf(series).mean[index]!;
    if (Number.isNaN(accuracy)) return [];
    return [
      {
        level,
        density: series.densities[index]!,
        accuracy,
        earlyStopIteration: iterationOf(series).mean[index]!,
        accuracyDifference: accuracyDifferences[index],
        iterationDifference: iterationDifferences[index],
      },
    ];
  });
}
