import type {
  HeadlineVerdict,
  HistoryDifference,
  SearchEffect,
} from '../../../shared/contract/records/search-rows.ts';
import type { BranchSummary, SearchResult } from '../../../shared/domain/search.ts';
import type { PairedDifference } from '../../../shared/domain/statistics.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import { largest } from '../../../shared/extremes.ts';
import type { HistorySummary } from '../../store/history-summaries.ts';
import type { Store } from '../../store/store.ts';
import { resultOf } from './search-result.ts';

interface Ticket {
  readonly level: number;
  readonly density: number;
  readonly summary: BranchSummary;
}

/**
 * Reads what the table of all searches shows of one search's results.
 *
 * @throws WorkbenchError `not-found`; `store-failed` if the search or one of its trainings is damaged.
 */
export function summaryOf(store: Store, searchId: string): HistorySummary {
  const search = store.searches.get(searchId);
  const trainings = store.trainings.outcomes(searchId);
  return historySummary(resultOf(store, search, trainings), trainings);
}

function historySummary(
  result: SearchResult | undefined,
  trainings: readonly TrainingRecord[],
): HistorySummary {
  const dense = result?.dense.testAccuracyAtEarlyStop.mean;
  const tickets: Ticket[] = (result?.levels ?? []).flatMap(({ level, density, branches }) => {
    const summary = branches[TICKET_BRANCH];
    return summary ? [{ level, density, summary }] : [];
  });
  const accuracies = tickets.map(({ summary }) => summary.testAccuracyAtEarlyStop.mean);
  const judged = judgedTicket(tickets);
  return {
    trainings: trainings.length,
    // An adopted training took another search's time.
    trainingMilliseconds: trainings
      .filter(({ adoptedFrom }) => adoptedFrom === undefined)
      .reduce(
        (sum, training) => sum + training.trainingMilliseconds + training.evaluationMilliseconds,
        0,
      ),
    verdict: judged && headline(judged),
    effect: judged && result && effectOf(judged, result.dense, tickets),
    denseAccuracy: dense,
    bestAccuracy: accuracies.length === 0 ? undefined : largest(accuracies),
    sparkline: Float32Array.from(dense === undefined ? [] : [dense, ...accuracies]),
  };
}

/** The smallest winning ticket, or else the last one. */
function judgedTicket(tickets: readonly Ticket[]): Ticket | undefined {
  return tickets.findLast(({ summary }) => summary.verdict.kind === 'winning') ?? tickets.at(-1);
}

function headline({ level, density, summary }: Ticket): HeadlineVerdict {
  return { kind: summary.verdict.kind, level, density, reason: summary.verdict.reason };
}

function effectOf(
  { summary }: Ticket,
  dense: BranchSummary,
  tickets: readonly Ticket[],
): SearchEffect {
  const { accuracyDifference, iterationDifference } = summary.verdict;
  return {
    accuracy: accuracyDifference && withoutMargins(accuracyDifference),
    iterations: iterationDifference && withoutMargins(iterationDifference),
    earlyStop: summary.earlyStopIteration.mean,
    levels: [
      { level: 0, density: dense.density },
      ...tickets.map(({ level, density }) => ({ level, density })),
    ],
  };
}

function withoutMargins({ mean, lower, upper }: PairedDifference): HistoryDifference {
  return { mean, lower, upper };
}
