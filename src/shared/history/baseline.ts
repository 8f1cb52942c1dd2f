/** The difference of a search from the one that is pinned as the baseline. */
import type {
  HistoryDifference,
  HistoryLevel,
  SearchRow,
} from '../contract/records/search-rows.ts';
import { pairedDensities } from '../domain/equal-densities.ts';
import { differenceOfReplicates } from '../domain/search-differences.ts';

/** Where two searches are compared: at the same density, or each at the level of its own verdict. */
export const COMPARED_AT = ['density', 'verdict'] as const;
export type ComparedAt = (typeof COMPARED_AT)[number];

/** A search minus the baseline, with intervals where both have the same replicate seed. */
export interface BaselineDifference {
  /** Test accuracy at the early stop, a fraction; undefined if one of both has none there. */
  readonly accuracy: HistoryDifference | undefined;
  /** Early-stop iteration. */
  readonly earlyStop: HistoryDifference | undefined;
  /** Training time, summed over workers. */
  readonly milliseconds: number;
  /** Fraction of weights that the search keeps where it is compared. */
  readonly density: number | undefined;
}

/** Levels of two searches that are compared with each other. */
export interface LevelPair {
  readonly baseline: HistoryLevel;
  readonly own: HistoryLevel;
}

/** What the tickets of a level measured at their early stop. */
export interface MeasuredLevel {
  readonly seed: number;
  /** That the search asks of intervals, in (0, 1). */
  readonly confidence: number;
  /** By replicate; NaN where one has not finished. */
  readonly accuracies: readonly number[];
  readonly earlyStops: readonly number[];
}

type Judged = Pick<SearchRow, 'effect' | 'verdict'>;

/** The level of the search's verdict, and the baseline's level that it is compared with. */
export function comparedLevels(
  baseline: Judged,
  search: Judged,
  at: ComparedAt,
): LevelPair | undefined {
  const own = levelOfVerdict(search);
  if (!own) return undefined;
  const other = at === 'verdict' ? levelOfVerdict(baseline) : levelOfDensity(baseline, search, own);
  return other && { baseline: other, own };
}

/** The same differences as in Compare of these two searches: of more, the strictest confidence of all holds. */
export function differenceFrom(
  baseline: MeasuredLevel,
  own: MeasuredLevel,
): Pick<BaselineDifference, 'accuracy' | 'earlyStop'> {
  // The strictest confidence of the compared searches holds.
  const confidence = Math.max(baseline.confidence, own.confidence);
  const difference = (valuesOf: (level: MeasuredLevel) => readonly number[]) => {
    const found = differenceOfReplicates(
      { seed: baseline.seed, values: valuesOf(baseline) },
      { seed: own.seed, values: valuesOf(own) },
      confidence,
    );
    return found && { mean: found.mean, lower: found.lower, upper: found.upper };
  };
  return {
    accuracy: difference(({ accuracies }) => accuracies),
    earlyStop: difference(({ earlyStops }) => earlyStops),
  };
}

function levelOfVerdict({ effect, verdict }: Judged): HistoryLevel | undefined {
  return effect?.levels.find(({ level }) => level === verdict?.level);
}

/** The baseline's level whose density equals that of a level of the search. */
function levelOfDensity(
  baseline: Judged,
  search: Judged,
  own: HistoryLevel,
): HistoryLevel | undefined {
  const [ours, theirs] = [search, baseline].map(({ effect }) => effect?.levels ?? []);
  if (!ours || !theirs) return undefined;
  const densities = (levels: readonly HistoryLevel[]) => levels.map(({ density }) => density);
  const pair = pairedDensities(densities(ours), densities(theirs)).find(([at]) => ours[at] === own);
  return pair && theirs[pair[1]];
}
