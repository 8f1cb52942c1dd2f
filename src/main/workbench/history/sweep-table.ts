/** The results of a sweep's searches: as a row in a list, a table and lines of a chart. */
import type { SearchSeries } from '../../../shared/contract/records/search-results.ts';
import type {
  SweepRow,
  SweepTable,
  SweepTableRow,
  SweepTicket,
} from '../../../shared/contract/records/sweeps.ts';
import type { LevelSummary, SearchResult } from '../../../shared/domain/search.ts';
import { correctVerdicts } from '../../../shared/domain/result.ts';
import { describeAxes, shortNames } from '../../../shared/domain/sweep.ts';
import { largest } from '../../../shared/extremes.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { SweepSummary } from '../../store/store.ts';
import { seriesOf } from './series.ts';
import type { SweepReading } from './sweep-reading.ts';

/** The confidence of a sweep that has no results yet. */
const USUAL_CONFIDENCE = 0.95;

export function sweepRow({ axes, judgedId: _judgedId, ...summary }: SweepSummary): SweepRow {
  return { ...summary, paths: axes.map(({ path }) => path), swept: describeAxes(axes) };
}

export function sweepTable({ sweep, searches }: SweepReading): SweepTable {
  const paths = sweep.axes.map(({ path }) => path);
  const names = shortNames(paths);
  const results = searches.flatMap(({ result }) => result ?? []);
  const corrected = new Map(
    correctVerdicts(results).map((verdicts, index) => [results[index], verdicts]),
  );
  const rows = searches.map((search): SweepTableRow => {
    const { searchId, label, values, row, trainings, result, damage } = search;
    const { state, error, damage: damageOfRow } = row;
    const tickets = (result?.levels ?? []).flatMap(ticketOf);
    const winning = corrected.get(result)?.winning ?? [];
    const adopted = trainings.filter(({ adoptedFrom }) => adoptedFrom !== undefined).length;
    return {
      searchId,
      label,
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
export function sweepSeries({ searches }: SweepReading): SearchSeries[] {
  return searches.flatMap(({ label, search, trainings, result }) => {
    if (!search || trainings.length === 0) return [];
    return [{ ...seriesOf(search, trainings, result), name: label }];
  });
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
