/** How far a search is from another at equal densities: what charts, tables and reports say of it. */
import type {
  BranchSeries,
  MeasureSeries,
  SearchSeries,
} from '../contract/records/search-results.ts';
import { largest } from '../extremes.ts';
import { pairedDensities } from './equal-densities.ts';
import { pairedDifference, type PairedDifference, spreadOf } from './statistics.ts';

/** One branch of a search. */
export interface SearchBranch {
  readonly search: SearchSeries;
  readonly series: BranchSeries;
}

/** A quantity of which differences are taken. */
export type MeasureOf = (series: BranchSeries) => MeasureSeries;

/** The confidence of all intervals where several searches are compared. */
export function strictestConfidence(searches: readonly Pick<SearchSeries, 'settings'>[]): number {
  return largest(searches.map(({ settings }) => settings.verdict.confidence));
}

/**
 * Each level of `compared` minus the level of equal density of the reference.
 *
 * Replicates of one seed belong together: the difference is over those that both searches have finished,
 * with its interval. Replicates of different seeds do not: it is the difference of the means, without one.
 *
 * @param confidence of the interval, in (0, 1).
 * @returns `[levels]` of `compared`; undefined where there is nothing to take a difference from.
 */
export function differencesFrom(
  reference: SearchBranch,
  compared: SearchBranch,
  measureOf: MeasureOf,
  confidence: number,
): (PairedDifference | undefined)[] {
  const own = finishedLevels(compared, measureOf);
  const theirs = finishedLevels(reference, measureOf);
  const differences = Array.from<PairedDifference | undefined>({
    length: compared.series.levels.length,
  });
  const densities = (levels: readonly FinishedLevel[]) => levels.map(({ density }) => density);
  for (const [at, other] of pairedDensities(densities(own), densities(theirs))) {
    const { index, values } = own[at]!;
    differences[index] = differenceOfReplicates(
      { seed: seedOf(reference), values: theirs[other]!.values },
      { seed: seedOf(compared), values },
      confidence,
    );
  }
  return differences;
}

interface FinishedLevel {
  /** Its place in the series. */
  readonly index: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** By replicate; NaN where one has not finished. */
  readonly values: readonly number[];
}

/** Those that at least one replicate has finished. */
function finishedLevels({ series }: SearchBranch, measureOf: MeasureOf): FinishedLevel[] {
  const measure = measureOf(series);
  return Array.from(series.densities, (density, index) => ({
    index,
    density,
    values: replicatesAt(measure, index),
  })).filter(({ values }) => values.some(Number.isFinite));
}

/** The values of the replicates at a level; NaN where one has not finished. */
export function replicatesAt({ mean, values }: MeasureSeries, level: number): number[] {
  const replicates = values.length / mean.length;
  return [...values.subarray(level * replicates, (level + 1) * replicates)];
}

function seedOf({ search }: SearchBranch): number {
  return search.settings.replicates.seed;
}

/** A quantity of a search at a level. */
export interface Replicates {
  /** The seed that all replicates follow from. */
  readonly seed: number;
  /** By replicate; NaN where one has not finished. */
  readonly values: readonly number[];
}

/**
 * `compared` minus `reference`, as `differencesFrom` takes it at each level: every difference between two
 * searches is this one.
 *
 * @param confidence of the interval, in (0, 1).
 * @returns undefined where one of them has no value, or no replicate has both.
 */
export function differenceOfReplicates(
  reference: Replicates,
  compared: Replicates,
  confidence: number,
): PairedDifference | undefined {
  return reference.seed === compared.seed
    ? differenceOfPairs(reference.values, compared.values, confidence)
    : differenceOfMeans(reference.values, compared.values);
}

function differenceOfPairs(
  reference: readonly number[],
  compared: readonly number[],
  confidence: number,
): PairedDifference | undefined {
  const pairs = compared.flatMap((own, replicate) => {
    const other = reference[replicate];
    const isPair = other !== undefined && Number.isFinite(other) && Number.isFinite(own);
    return isPair ? [[other, own] as const] : [];
  });
  if (pairs.length === 0) return undefined;
  return pairedDifference(
    pairs.map(([other]) => other),
    pairs.map(([, own]) => own),
    confidence,
  );
}

function differenceOfMeans(
  reference: readonly number[],
  compared: readonly number[],
): PairedDifference | undefined {
  const [from, own] = [reference, compared].map((values) => values.filter(Number.isFinite));
  if (!from?.length || !own?.length) return undefined;
  const mean = spreadOf(own).mean - spreadOf(from).mean;
  return { mean, lower: undefined, upper: undefined };
}
