/** The charts of analyses, by the names that exports and the window use. */
import {
  type AnalysisKind,
  type AnalysisResult,
  type ResultOf,
  trainingAt,
} from '../domain/analysis.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import { barrierChart } from './barrier-chart.ts';
import { connectivityChart } from './connectivity-chart.ts';
import { earlyBirdChart, earlyBirdMatrix } from './early-bird-chart.ts';
import type { LineChart } from './line-chart.ts';
import { movementChart } from './movement-chart.ts';
import { replicateOverlapChart } from './overlap-chart.ts';
import { type ChartTheme, LIGHT_THEME } from './palette.ts';

export const ANALYSIS_CHARTS = [
  'barrier',
  'train-barrier',
  'mask-overlap',
  'layer-densities',
  'weight-movement',
  'early-bird',
  'early-bird-distances',
] as const;
export type AnalysisChart = (typeof ANALYSIS_CHARTS)[number];

/** The analysis that a chart draws. */
export const ANALYSIS_OF_CHART: Readonly<Record<AnalysisChart, AnalysisKind>> = {
  barrier: 'instability',
  'train-barrier': 'instability',
  'mask-overlap': 'mask-overlap',
  'layer-densities': 'connectivity',
  'weight-movement': 'weight-movement',
  'early-bird': 'early-bird',
  'early-bird-distances': 'early-bird',
};

export function isAnalysisChart(chart: string): chart is AnalysisChart {
  return ANALYSIS_CHARTS.some((each) => each === chart);
}

export interface AnalysisChartOptions {
  /** The name of the search. */
  readonly name: string;
  /**
   * The level of a chart that shows one level. By default the last one, or the last one that prunes if
   * the chart shows one training.
   */
  readonly level?: number | undefined;
  /** The replicate of a chart that shows one training; the first by default. */
  readonly replicate?: number | undefined;
  /** The branch of a chart that shows one training; the ticket by default. */
  readonly branch?: string | undefined;
  /** The tensor of a chart that shows one tensor, `layer.kernel`; all tensors by default. */
  readonly tensor?: string | undefined;
}

/**
 * @param results Results of other analyses than the chart's are ignored.
 * @returns undefined if there is nothing to draw.
 */
export function analysisChart(
  chart: AnalysisChart,
  results: readonly AnalysisResult[],
  options: AnalysisChartOptions,
  theme: ChartTheme = LIGHT_THEME,
): LineChart | undefined {
  const { name, replicate = 0, branch = TICKET_BRANCH, tensor } = options;
  const ofKind = <Kind extends AnalysisKind>(kind: Kind): readonly ResultOf<Kind>[] =>
    results.filter((result): result is ResultOf<Kind> => result.kind === kind);
  if (ofKind(ANALYSIS_OF_CHART[chart]).length === 0) return undefined;
  switch (chart) {
    case 'barrier':
      return barrierChart(ofKind('instability'), name, 'test', theme);
    case 'train-barrier':
      return barrierChart(ofKind('instability'), name, 'train', theme);
    case 'mask-overlap': {
      const overlaps = ofKind('mask-overlap');
      const isDrawn = overlaps.some(({ between }) => between === 'replicates');
      return isDrawn ? replicateOverlapChart(overlaps, name, theme) : undefined;
    }
    case 'layer-densities':
      return connectivityChart(ofKind('connectivity'), name, theme);
    case 'weight-movement': {
      const own = ofKind('weight-movement').filter(
        (result) => result.replicate === replicate && trainingAt(result).branch === branch,
      );
      // The last level prunes nothing.
      const pruning = own.filter(({ tensors }) => tensors[0]!.pruned.count > 0);
      const level = options.level ?? (pruning.at(-1) ?? own.at(-1))?.level;
      const chosen = own.find((result) => result.level === level);
      return chosen && movementChart(chosen, name, tensor, theme);
    }
    case 'early-bird':
      return earlyBirdChart(ofKind('early-bird'), name, theme);
    case 'early-bird-distances':
      return earlyBirdMatrix(ofKind('early-bird'), name, options.level, theme);
  }
}
