/** The difference of a search from the one that is pinned as the baseline. */
import type { HistoryLevel, SearchRow } from '../contract/records/search-rows.ts';
import { areEqualDensities } from '../domain/equal-densities.ts';

/** Where two searches are compared: at the same density, or each at the level of its own verdict. */
export const COMPARED_AT = ['density', 'verdict'] as const;
export type ComparedAt = (typeof COMPARED_AT)[number];

export interface BaselineDifference {
  /** Test accuracy at the early stop, a fraction; undefined if one of both has none there. */
  readonly accuracy: number | undefined;
  /** Early-stop iteration. */
  readonly earlyStop: number | undefined;
  /** Training time, summed over workers. */
  readonly milliseconds: number;
  /** Fraction of weights that the search keeps where it is compared. */
  readonly density: number | undefined;
}

type Compared = Pick<SearchRow, 'effect' | 'trainingMilliseconds' | 'verdict'>;

/** `row` minus `baseline`: differences of means over replicates. */
export function differenceFrom(
  baseline: Compared,
  row: Compared,
  at: ComparedAt,
): BaselineDifference {
  const own = levelOfVerdict(row);
  const other = at === 'verdict' ? levelOfVerdict(baseline) : levelAt(baseline, own?.density);
  const milliseconds = row.trainingMilliseconds - baseline.trainingMilliseconds;
  if (!own || !other) {
    return { accuracy: undefined, earlyStop: undefined, milliseconds, density: undefined };
  }
  return {
    accuracy: own.accuracy - other.accuracy,
    earlyStop: own.earlyStop - other.earlyStop,
    milliseconds,
    density: own.density,
  };
}

function levelOfVerdict({ effect, verdict }: Compared): HistoryLevel | undefined {
  return effect?.levels.find(({ level }) => level === verdict?.level);
}

function levelAt({ effect }: Compared, density: number | undefined): HistoryLevel | undefined {
  if (!effect || density === undefined) return undefined;
  const distance = (level: HistoryLevel) => Math.abs(Math.log(level.density / density));
  const [nearest] = [...effect.levels].sort((one, other) => distance(one) - distance(other));
  return nearest && areEqualDensities(nearest.density, density) ? nearest : undefined;
}
