import type { HeadlineVerdict } from '../../../shared/contract/records/search-rows.ts';
import type { BranchSummary, SearchResult } from '../../../shared/domain/search.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import { largest } from '../../../shared/extremes.ts';
import type { HistorySummary } from '../../store/history.ts';

interface Ticket {
  readonly level: number;
  readonly density: number;
  readonly summary: BranchSummary;
}

/** What the table of all searches shows of one search's results. */
export function historySummary(
  result: SearchResult | undefined,
  trainings: readonly TrainingRecord[],
): HistorySummary {
  const dense = result?.dense.testAccuracyAtEarlyStop.mean;
  const tickets: Ticket[] = (result?.levels ?? []).flatMap(({ level, density, branches }) => {
    const summary = branches[TICKET_BRANCH];
    return summary ? [{ level, density, summary }] : [];
  });
  const accuracies = tickets.map(({ summary }) => summary.testAccuracyAtEarlyStop.mean);
  return {
    trainings: trainings.length,
    // An adopted training took another search's time.
    trainingMilliseconds: trainings
      .filter(({ adoptedFrom }) => adoptedFrom === undefined)
      .reduce(
        (sum, training) => sum + training.trainingMilliseconds + training.evaluationMilliseconds,
        0,
      ),
    verdict: headline(tickets),
    denseAccuracy: dense,
    bestAccuracy: accuracies.length === 0 ? undefined : largest(accuracies),
    sparkline: Float32Array.from(dense === undefined ? [] : [dense, ...accuracies]),
  };
}

/** The verdict on the smallest winning ticket, or else the verdict on the last level. */
function headline(tickets: readonly Ticket[]): HeadlineVerdict | undefined {
  const chosen =
    tickets.findLast(({ summary }) => summary.verdict.kind === 'winning') ?? tickets.at(-1);
  if (!chosen) return undefined;
  const { level, density, summary } = chosen;
  return { kind: summary.verdict.kind, level, density, reason: summary.verdict.reason };
}
