/** The results of a sweep's searches: as a row in a list, a table and lines of a chart. */
import { type ErrorReport, reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchSeries } from '../../../shared/contract/records/search-results.ts';
import type {
  SweepRow,
  SweepTable,
  SweepTableRow,
  SweepTicket,
} from '../../../shared/contract/records/sweeps.ts';
import type { LevelSummary, SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import { correctVerdicts } from '../../../shared/domain/result.ts';
import { describeAxes, describePoints, shortNames } from '../../../shared/domain/sweep.ts';
import { largest } from '../../../shared/extremes.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import type { Store, SweepRecord, SweepSummary } from '../../store/store.ts';
import { resultOf } from './search-result.ts';
import { seriesOf } from './series.ts';

/** The confidence of a sweep that has no results yet. */
const USUAL_CONFIDENCE = 0.95;

export function sweepRow({ axes, ...summary }: SweepSummary): SweepRow {
  return { ...summary, paths: axes.map(({ path }) => path), swept: describeAxes(axes) };
}

/** Every grid point's label, by the id of its search. */
export function labelsOf(store: Store, { id, axes }: SweepRecord): Map<string, string> {
  const describe = describePoints(axes);
  return new Map(
    store.sweeps.members(id).map(({ searchId, values }) => [searchId, describe(values)]),
  );
}

export function sweepTable(store: Store, sweep: SweepRecord): SweepTable {
  const labels = labelsOf(store, sweep);
  const paths = sweep.axes.map(({ path }) => path);
  const names = shortNames(paths);
  const searches = store.sweeps.members(sweep.id).map(({ searchId, values }) => {
    return { searchId, values, ...outcomeOf(store, searchId) };
  });
  const results = searches.flatMap(({ result }) => result ?? []);
  const corrected = new Map(
    correctVerdicts(results).map((verdicts, index) => [results[index], verdicts]),
  );
  const rows = searches.map(({ searchId, values, trainings, result, damage }): SweepTableRow => {
    const { state, error, damage: damageOfRow } = store.history.get(searchId);
    const tickets = (result?.levels ?? []).flatMap(ticketOf);
    const winning = corrected.get(result)?.winning ?? [];
    const adopted = trainings.filter(({ adoptedFrom }) => adoptedFrom !== undefined).length;
    return {
      searchId,
      label: labels.get(searchId) ?? '',
      values: values.map(({ value }) => value),
      state,
      error: error ?? damage ?? damageOfRow,
      dense: denseOf(result),
      last: tickets.at(-1),
      smallestWinning: tickets.findLast(({ verdict }) => verdict === 'winning'),
      smallestWinningCorrected: tickets.findLast(({ level }) => winning.includes(level)),
      trained: trainings.length - adopted,
      adopted,
    };
  });
  return {
    id: sweep.id,
    name: sweep.name,
    paths,
    names: paths.map((path) => names.get(path) ?? path),
    rows,
    // Where searches differ in it, the strictest holds for all.
    confidence:
      results.length === 0
        ? USUAL_CONFIDENCE
        : largest(results.map(({ settings }) => settings.verdict.confidence)),
    correction: {
      verdicts: results.reduce((sum, { holm }) => sum + holm.verdicts, 0),
      searches: results.length,
      winning: rows.filter((row) => row.smallestWinningCorrected).length,
    },
  };
}

/**
 * Like `search.series`, for every grid point with a trained dense network. The label becomes the
 * name.
 */
export function sweepSeries(store: Store, sweep: SweepRecord): SearchSeries[] {
  return [...labelsOf(store, sweep)].flatMap(([searchId, label]) => {
    const { search, trainings, result } = outcomeOf(store, searchId);
    if (!search || trainings.length === 0) return [];
    return [{ ...seriesOf(search, trainings, result), name: label }];
  });
}

interface Outcome {
  readonly search?: SearchRecord;
  readonly trainings: readonly TrainingRecord[];
  readonly result?: SearchResult | undefined;
  /** Why the search can't be read. */
  readonly damage?: ErrorReport;
}

/** A damaged search must not hide the others of its sweep. */
function outcomeOf(store: Store, searchId: string): Outcome {
  try {
    const search = store.searches.get(searchId);
    const trainings = store.trainings.outcomes(searchId);
    return { search, trainings, result: resultOf(store, search, trainings) };
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'store-failed') throw error;
    return { trainings: [], damage: reportOf(error) };
  }
}

function denseOf(result: SearchResult | undefined): SweepTableRow['dense'] {
  if (!result) return undefined;
  const { earlyStopIteration, testAccuracyAtEarlyStop } = result.dense;
  return { earlyStopIteration, testAccuracyAtEarlyStop };
}

function ticketOf({ level, density, branches }: LevelSummary): SweepTicket[] {
  const ticket = branches[TICKET_BRANCH];
  if (!ticket) return [];
  const { earlyStopIteration, testAccuracyAtEarlyStop, verdict } = ticket;
  const { kind, reason } = verdict;
  return [{ level, density, earlyStopIteration, testAccuracyAtEarlyStop, verdict: kind, reason }];
}
