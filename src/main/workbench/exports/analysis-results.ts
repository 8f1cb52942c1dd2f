/** What analyses have found, as their definitions describe it. */
import type { ChartDescription } from '../../../shared/charts/chart-description.ts';
import { CURVE_CHARTS } from '../../../shared/charts/curve-measures.ts';
import { DENSITY_CHARTS } from '../../../shared/charts/density-chart.ts';
import { STEP_TIME_CHART } from '../../../shared/charts/step-time-chart.ts';
import { TICKET_CHARTS } from '../../../shared/charts/ticket-charts.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { AnalysisResult } from '../../../shared/domain/analysis.ts';
import type { AnalysisReport } from '../../../shared/domain/analysis-report.ts';
import type { ChartOptions } from '../../engine/analyses/analysis.ts';
import { analyses } from '../../engine/analyses/index.ts';

/**
 * Tables, notes and charts of one analysis.
 *
 * @param results of its units, in the order of its plan.
 */
export function reportOf(
  analysisId: string,
  results: readonly AnalysisResult[],
  options: ChartOptions,
): AnalysisReport {
  return analyses.get(analysisId).report(results, options);
}

/** The name of every chart of a search, starting with those against density. */
export function chartNames(): string[] {
  const ofAnalyses = analyses.entries.flatMap(({ charts }) => charts.map(({ id }) => id));
  return [
    ...DENSITY_CHARTS,
    STEP_TIME_CHART,
    ...CURVE_CHARTS.keys(),
    ...TICKET_CHARTS,
    ...ofAnalyses,
  ];
}

/**
 * The chart of the last analysis that it can be drawn of.
 *
 * @param found the results of each analysis of the search, oldest first.
 * @throws WorkbenchError `invalid-argument` if there is no such chart; `not-found` if no analysis
 *   has a result to draw.
 */
export function analysisChart(
  searchId: string,
  name: string,
  found: readonly { readonly results: readonly AnalysisResult[] }[],
  options: ChartOptions,
): ChartDescription {
  const analysis = analyses.entries.find(({ charts }) => charts.some(({ id }) => id === name));
  const chart = analysis?.charts.find(({ id }) => id === name);
  if (!analysis || !chart) {
    throw new WorkbenchError(
      'invalid-argument',
      `there is no chart ${JSON.stringify(name)}; expected ${chartNames().join(', ')}`,
    );
  }
  for (const { results } of found.toReversed()) {
    const described = chart.describe(results, options);
    if (described) return described;
  }
  throw new WorkbenchError(
    'not-found',
    `the search ${searchId} has no results of the analysis ${analysis.id}, which the chart ${name} draws`,
    `Request it with: ticket analyse ${searchId} --what ${analysis.id}`,
  );
}
