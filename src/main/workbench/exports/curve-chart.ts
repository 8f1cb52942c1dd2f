/** Learning curves of a search as a chart. */
import type { ChartDescription } from '../../../shared/charts/chart-description.ts';
import { viewed } from '../../../shared/charts/chart-view.ts';
import type { CurveMeasure } from '../../../shared/charts/curve-measures.ts';
import { columnsOfCurves, FILE_COLUMNS } from '../../../shared/charts/draw-budget.ts';
import { learningCurvesChart } from '../../../shared/charts/learning-curves-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { transferNamed } from '../../../shared/domain/transfer.ts';
import type { Store } from '../../store/store.ts';
import type { Curves } from '../curves/curves.ts';

interface CurveChoice {
  /** Default: all. */
  readonly level?: number | undefined;
  /** Default: the mean of all, with a band from the lowest to the highest. */
  readonly replicate?: number | undefined;
  /** Default: the ticket. The dense network stands for every branch but a transfer, which has its own. */
  readonly branch?: string | undefined;
}

/**
 * Long curves are read in the thread of `Curves`.
 *
 * @throws WorkbenchError `not-found` if no such training has finished.
 */
export async function curveChart(
  store: Store,
  curves: Pick<Curves, 'read'>,
  search: SearchRecord,
  measure: CurveMeasure,
  { level, replicate, branch = TICKET_BRANCH }: CurveChoice,
): Promise<ChartDescription> {
  const { settings } = search;
  const isOwn = transferNamed(settings, branch) !== undefined;
  const isChosen = (key: TrainingKey): boolean =>
    key.level === (level ?? key.level) &&
    key.replicate === (replicate ?? key.replicate) &&
    key.branch === (key.level === 0 && !isOwn ? TICKET_BRANCH : branch);
  const finished = store.trainings.keys(search.id).filter(isChosen);
  if (finished.length === 0) {
    throw new WorkbenchError(
      'not-found',
      `the search ${search.id} has no finished training of ${branch}${level === undefined ? '' : `, level ${level}`}${replicate === undefined ? '' : `, replicate ${replicate + 1}`}`,
      'Run "ticket show" for the levels, replicates and branches of the search.',
    );
  }
  const look = {
    measure,
    isMean: replicate === undefined,
    smoothing: 0,
    isLogarithmic: false,
    columns: FILE_COLUMNS,
  };
  const lines = look.isMean ? new Set(finished.map((key) => key.level)).size : finished.length;
  const drawn = { ...look, columns: columnsOfCurves(lines, look) };
  const read = await curves.read({
    searchId: search.id,
    finished,
    running: [],
    drawn,
    range: undefined,
  });
  return viewed(
    learningCurvesChart(read, {
      name: search.name,
      measure,
      levels: settings.pruning.levels,
      branches: branchNames(settings),
      isMean: look.isMean,
    }),
  );
}
