/** Charts of a sweep over its settings, laid out as its page lays them out at first. */
import type { ChartDescription } from '../../../shared/charts/chart-description.ts';
import { sweepHeatMap } from '../../../shared/charts/sweep-heat-map.ts';
import { sweptValueChart } from '../../../shared/charts/swept-value-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { defaultChoice } from '../../../shared/sweep/sweep-choice.ts';
import {
  branchesOf,
  type SweepMetric,
  type SweepQuestion,
  sweepResults,
} from '../../../shared/sweep/sweep-metrics.ts';
import { LAST_TICKET } from '../../../shared/sweep/sweep-target.ts';
import { sweptAxes } from '../../../shared/sweep/swept-axes.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { sweepSeries, sweepTable } from '../history/sweep-table.ts';

export const SWEPT_CHARTS = ['swept-value', 'heat-map'] as const;
export type SweptChart = (typeof SWEPT_CHARTS)[number];

export interface SweptChartOptions {
  /** Default: test accuracy at the early stop. */
  readonly metric?: SweepMetric | undefined;
  /** Default: the ticket. */
  readonly branch?: string | undefined;
  /** Default: the last of each search. */
  readonly level?: number | undefined;
}

/**
 * @throws WorkbenchError `invalid-argument` for a branch that no search has, or a heat map of a single
 *   setting.
 */
export function sweptChart(
  store: Store,
  sweep: SweepRecord,
  chart: SweptChart,
  { metric = 'accuracy', branch = TICKET_BRANCH, level }: SweptChartOptions = {},
): ChartDescription {
  const axes = sweptAxes(sweep.axes);
  const results = sweepResults(sweepTable(store, sweep), sweepSeries(store, sweep));
  const branches = branchesOf(results);
  if (!branches.includes(branch)) {
    throw new WorkbenchError(
      'invalid-argument',
      `the sweep ${sweep.id} has no branch ${JSON.stringify(branch)}; expected ${branches.join(', ')}`,
    );
  }
  const target = level === undefined ? LAST_TICKET : ({ kind: 'level', level } as const);
  const question: SweepQuestion = { metric, branch, target };
  const choice = defaultChoice(axes);
  if (chart === 'swept-value') {
    return sweptValueChart(sweep.name, axes, results, choice, question);
  }
  const heat = sweepHeatMap(sweep.name, axes, results, choice, question);
  if (heat) return heat;
  throw new WorkbenchError(
    'invalid-argument',
    `the sweep ${sweep.id} has one setting; a heat map needs two`,
    'Draw it with --chart swept-value.',
  );
}
