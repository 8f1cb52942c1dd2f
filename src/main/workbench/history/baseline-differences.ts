/** Differences of searches from the one that is pinned in the history. */
import type { LinesQuery } from '../../../shared/contract/calls.ts';
import type { SettingCell } from '../../../shared/contract/records/history.ts';
import type { SearchRow } from '../../../shared/contract/records/search-rows.ts';
import {
  type BaselineDifference,
  type ComparedAt,
  comparedLevels,
  differenceFrom,
  type MeasuredLevel,
} from '../../../shared/history/baseline.ts';
import type { StoredLine } from '../../store/history-lines.ts';
import type { Store } from '../../store/store.ts';

/** What is compared of a row of the history. */
export interface ComparedRow extends Pick<
  SearchRow,
  'effect' | 'verdict' | 'trainingMilliseconds'
> {
  /** The search that the verdict is of: a sweep has that of one of its searches. */
  readonly searchId: string;
}

/**
 * Which trainings are compared. Reading one that is not sealed yet checks all its measurements, which would hold
 * up a window: there it is left out until a thread has sealed it. A file compares all.
 */
type ComparedTrainings = 'all' | 'sealed';

const PATHS = ['replicates.seed', 'verdict.confidence'];

/** Each of these searches minus the baseline, in their order. */
export function differencesFrom(
  store: Store,
  baseline: ComparedRow,
  rows: readonly ComparedRow[],
  at: ComparedAt,
  trainings: ComparedTrainings,
): BaselineDifference[] {
  const pairs = rows.map((row) => comparedLevels(baseline, row, at));
  const measured = measuredLevels(
    store,
    pairs.flatMap((pair, index) =>
      pair
        ? [
            { searchId: rows[index]!.searchId, level: pair.own.level },
            { searchId: baseline.searchId, level: pair.baseline.level },
          ]
        : [],
    ),
    trainings,
  );
  return rows.map((row, index): BaselineDifference => {
    const pair = pairs[index];
    const from = pair && measured.get(nameOf(baseline.searchId, pair.baseline.level));
    const own = pair && measured.get(nameOf(row.searchId, pair.own.level));
    return {
      ...(from && own ? differenceFrom(from, own) : { accuracy: undefined, earlyStop: undefined }),
      milliseconds: row.trainingMilliseconds - baseline.trainingMilliseconds,
      density: pair?.own.density,
    };
  });
}

/** The lines with their differences from the baseline, if it is asked for and there, for a window. */
export function withDifferences(
  store: Store,
  { baseline, comparedAt }: Pick<LinesQuery, 'baseline' | 'comparedAt'>,
  lines: readonly StoredLine[],
): readonly StoredLine[] {
  const [pinned] = baseline === undefined ? [] : store.history.many([baseline]);
  if (!pinned) return lines;
  const rows = lines.map((line): ComparedRow => {
    const { kind, row } = line;
    return { ...row, searchId: (kind === 'sweep' ? row.judgedId : undefined) ?? row.id };
  });
  const from = { ...pinned, searchId: pinned.id };
  const differences = differencesFrom(store, from, rows, comparedAt, 'sealed');
  return lines.map((line, index) =>
    line.row.id === pinned.id ? line : { ...line, difference: differences[index]! },
  );
}

interface Level {
  readonly searchId: string;
  readonly level: number;
}

const nameOf = (searchId: string, level: number): string => `${searchId}/${level}`;

/** Without levels with a training that is damaged, can't be read, or is not compared. */
function measuredLevels(
  store: Store,
  levels: readonly Level[],
  trainings: ComparedTrainings,
): Map<string, MeasuredLevel> {
  const distinct = [
    ...new Map(levels.map((each) => [nameOf(each.searchId, each.level), each])).values(),
  ];
  const wanted = trainings === 'all' ? distinct : store.earlierTrainings.sealedAmong(distinct);
  const stops = store.trainings.earlyStops(wanted);
  const settings = store.history.settingCells(
    [...new Set(levels.map(({ searchId }) => searchId))],
    PATHS,
  );
  return new Map(
    wanted.flatMap(({ searchId, level }, index) => {
      const found = stops[index];
      const [seed, confidence] = (settings.get(searchId) ?? []).map(numberIn);
      if (!found || seed === undefined || confidence === undefined) return [];
      const { accuracies, iterations: earlyStops } = found;
      const measured = { seed, confidence, accuracies, earlyStops };
      return [[nameOf(searchId, level), measured] as const];
    }),
  );
}

function numberIn(cell: SettingCell): number | undefined {
  const value = typeof cell === 'object' ? cell.value : undefined;
  return typeof value === 'number' ? value : undefined;
}
