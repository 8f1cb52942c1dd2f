/** Levels of one search or of several as rows for programs: fractions, iterations, and every interval. */
import { levelRows } from '../../shared/domain/level-rows.ts';
import type { BranchSummary, SearchResult } from '../../shared/domain/search.ts';
import type { PairedDifference, Spread } from '../../shared/domain/statistics.ts';
import type { ComparisonTable } from './exporter.ts';
import { comparisonRows } from './tables/comparison-text-table.ts';
import { meanInterval } from './tables/numbers.ts';

type Cell = string | number;

/** The heading, then a row for every level and branch. */
export function levelCells(result: SearchResult): Cell[][] {
  const { confidence } = result.settings.verdict;
  const rows = levelRows(result).map(({ level, density, branch, summary }) => [
    level,
    branch,
    density,
    ...summaryCells(summary, confidence),
    ...differenceCells(summary.verdict.accuracyDifference),
    ...differenceCells(summary.verdict.iterationDifference),
    summary.verdict.kind,
  ]);
  return [
    [
      'level',
      'branch',
      'density_fraction_kept',
      ...SUMMARY_HEADINGS,
      ...differenceHeadings('test_accuracy_difference_fraction'),
      ...differenceHeadings('early_stop_difference_iterations'),
      'verdict',
    ],
    ...rows,
  ];
}

/** The heading, then a row for every search at every density. */
export function comparisonCells(comparison: ComparisonTable): Cell[][] {
  const { branch, confidence, names, reference } = comparison;
  const rows = comparisonRows(comparison).map((row) => [
    row.density,
    row.name,
    branch,
    row.level,
    row.summary.density,
    ...summaryCells(row.summary, confidence),
    names[reference] ?? '',
    ...differenceCells(row.accuracyDifference),
    ...differenceCells(row.iterationDifference),
    row.summary.verdict.kind,
  ]);
  return [
    [
      'density_compared_fraction_kept',
      'search',
      'branch',
      'level',
      'density_fraction_kept',
      ...SUMMARY_HEADINGS,
      'reference',
      ...differenceHeadings('test_accuracy_difference_fraction_from_reference'),
      ...differenceHeadings('early_stop_difference_iterations_from_reference'),
      'verdict',
    ],
    ...rows,
  ];
}

const SPREAD_HEADINGS = ['mean', 'lowest', 'highest', 'interval_lower', 'interval_upper'];

const SUMMARY_HEADINGS = [
  'replicates',
  'confidence',
  ...['test_accuracy_fraction', 'early_stop_iteration'].flatMap((quantity) =>
    SPREAD_HEADINGS.map((heading) => `${quantity}_${heading}`),
  ),
];

function summaryCells(summary: BranchSummary, confidence: number): Cell[] {
  const { testAccuracyAtEarlyStop, earlyStopIteration } = summary;
  return [
    testAccuracyAtEarlyStop.values.length,
    confidence,
    ...spreadCells(testAccuracyAtEarlyStop, confidence),
    ...spreadCells(earlyStopIteration, confidence),
  ];
}

function spreadCells(spread: Spread, confidence: number): Cell[] {
  const { lower = '', upper = '' } = meanInterval(spread, confidence);
  return [spread.mean, spread.min, spread.max, lower, upper];
}

const differenceHeadings = (quantity: string): string[] =>
  ['mean', 'lower', 'upper'].map((heading) => `${quantity}_${heading}`);

function differenceCells(difference: PairedDifference | undefined): Cell[] {
  if (!difference) return ['', '', ''];
  const { mean, lower = '', upper = '' } = difference;
  return [mean, lower, upper];
}
