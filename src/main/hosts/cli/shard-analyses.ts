/** Analyses of searches that ran in shards: they need whole searches, so they run where these are merged. */
import { messageOf, reportOf } from '../../../shared/contract/errors.ts';
import type { SubmittedPlan } from '../../workbench/cluster/submitted-plan.ts';
import type { Workbench } from '../../workbench/workbench.ts';
import type { Output } from './output.ts';
import { provideTensorFlow } from './provide-tensorflow.ts';
import { stopOnSignal } from './run-in-terminal.ts';
import { followSearch } from './search-report.ts';

/**
 * Runs the analyses that settings of a plan name, of each search whose trainings are all there. One that
 * fails does not hold up the others.
 *
 * @returns the ids of searches whose analyses are left.
 * @throws WorkbenchError `interrupted` if it was stopped.
 */
export async function analyseWhole(
  { submissions, planner }: Workbench,
  submitted: SubmittedPlan,
  output: Output,
): Promise<string[]> {
  const ids = submitted.withAnalysesLeft();
  if (ids.length === 0) return [];
  const { signal, forget } = stopOnSignal(output);
  try {
    for (const id of ids) {
      output.note(`All trainings of ${id} are there: computing its analyses.`);
      try {
        await provideTensorFlow(() => planner.tensorflowNeedsLeft(id));
        await submissions.analyse(id, { signal, onEvent: followSearch(output) });
      } catch (error) {
        if (reportOf(error).code === 'interrupted') throw error;
        output.note(`Warning: the analyses of ${id} are left: ${messageOf(error)}`);
      }
    }
  } finally {
    forget();
  }
  return submitted.withAnalysesLeft();
}
