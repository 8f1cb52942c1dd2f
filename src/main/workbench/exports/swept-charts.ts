/** Charts of a sweep over its settings, laid out as its page lays them out at first. */
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import { sweepHeatMap } from '../../../shared/charts/sweep-heat-map.ts';
import { sweepParallelChart } from '../../../shared/charts/sweep-parallel-chart.ts';
import { sweptValueChart } from '../../../shared/charts/swept-value-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { parallelPlot } from '../../../shared/sweep/parallel.ts';
import { defaultChoice } from '../../../shared/sweep/sweep-choice.ts';
import type { SweepQuestion, SweepResult } from '../../../shared/sweep/sweep-metrics.ts';
import { sweptAxes } from '../../../shared/sweep/swept-axes.ts';
import type { SweepRecord } from '../../store/store.ts';

export const SWEPT_CHARTS = ['swept-value', 'heat-map', 'parallel-coordinates'] as const;
export type SweptChart = (typeof SWEPT_CHARTS)[number];

/** @throws WorkbenchError `invalid-argument` for a heat map of a single setting. */
export function sweptChart(
  { id, name, axes: swept }: SweepRecord,
  results: readonly SweepResult[],
  chart: SweptChart,
  question: SweepQuestion,
): DrawableChart {
  const axes = sweptAxes(swept);
  const choice = defaultChoice(axes);
  switch (chart) {
    case 'swept-value':
      return sweptValueChart(name, axes, results, choice, question);
    case 'parallel-coordinates':
      return sweepParallelChart(name, parallelPlot(axes, results, question), question);
    case 'heat-map': {
      const heat = sweepHeatMap(name, axes, results, choice, question);
      if (heat) return heat;
      throw new WorkbenchError(
        'invalid-argument',
        `the sweep ${id} has one setting; a heat map needs two`,
        'Draw it with --chart swept-value.',
      );
    }
  }
}
