/** What the thread of the history reads for the workbench. */
import type { HistoryExport } from '../../../shared/contract/calls.ts';
import { type ErrorReport, reportOf } from '../../../shared/contract/errors.ts';
import type { HistorySummary } from '../../store/history-summaries.ts';
import { isDamage, isStoreFailure } from '../../store/store-error.ts';
import type { Store } from '../../store/store.ts';
import { historyText } from './history-table.ts';
import { summaryOf } from './history-summary.ts';

/** What can be asked, and its answer. Both can be sent to a thread. */
export interface HistoryTasks {
  csv: { readonly given: HistoryExport; readonly result: string };
  /** The summary of a search that has no effect size. */
  summary: {
    readonly given: { readonly searchId: string };
    readonly result: ReadSummary;
  };
}

export type HistoryTask = keyof HistoryTasks;

/** Without both for a search that lacks no effect size any more. */
interface ReadSummary {
  readonly summary?: HistorySummary;
  /** Why there is none, and will be none if it is read again. */
  readonly damage?: ErrorReport;
}

type Perform<Task extends HistoryTask> = (
  store: Store,
  given: HistoryTasks[Task]['given'],
) => HistoryTasks[Task]['result'];

const HISTORY_WORK: { readonly [Task in HistoryTask]: Perform<Task> } = {
  csv: historyText,
  summary: readSummary,
};

export function performHistoryWork<Task extends HistoryTask>(
  store: Store,
  task: Task,
  given: HistoryTasks[Task]['given'],
): HistoryTasks[Task]['result'] {
  const perform: Perform<Task> = HISTORY_WORK[task];
  return perform(store, given);
}

/** Without plug-ins: a summary tells of tickets only, and no plug-in defines what they depend on. */
function readSummary(store: Store, { searchId }: HistoryTasks['summary']['given']): ReadSummary {
  if (!store.history.lacksEffect(searchId)) return {};
  try {
    return { summary: summaryOf(store, searchId) };
  } catch (error) {
    const damage = reportOf(error);
    // It was deleted for good meanwhile.
    if (damage.code === 'not-found') return {};
    if (isStoreFailure(error) && !isDamage(error)) throw error;
    return { damage };
  }
}
