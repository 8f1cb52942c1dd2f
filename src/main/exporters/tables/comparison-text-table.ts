import { EQUAL_DENSITY_WORDS } from '../../../shared/domain/equal-densities.ts';
import { formatShortPercent } from '../../../shared/percent-text.ts';
import {
  differenceText,
  differenceWords,
  IN_PERCENT,
} from '../../../shared/tables/difference-text.ts';
import {
  type DescribedColumn,
  textTable,
  type TextTable,
} from '../../../shared/tables/text-table.ts';
import type { ComparedLevel, ComparisonTable } from '../exporter.ts';
import { densityText, meanText } from './numbers.ts';

export interface ComparisonRow extends ComparedLevel {
  /** That of the row of the comparison, 0..1. */
  readonly density: number;
  readonly name: string;
}

/** A row for every search at every density, the densities falling. */
export function comparisonRows({ names, rows }: ComparisonTable): ComparisonRow[] {
  return rows.flatMap(({ density, cells }) =>
    cells.flatMap((cell, index) => (cell ? [{ ...cell, density, name: names[index]! }] : [])),
  );
}

export function comparisonTextTable(comparison: ComparisonTable): TextTable {
  const { branch, confidence, names, reference } = comparison;
  const columns: readonly DescribedColumn<ComparisonRow>[] = [
    { heading: 'Density (%)', isNumber: true, text: ({ density }) => densityText(density) },
    { heading: 'Search', isNumber: false, text: ({ name }) => name },
    { heading: 'Level', isNumber: true, text: ({ level }) => String(level) },
    {
      heading: 'N',
      isNumber: true,
      text: ({ summary }) => String(summary.testAccuracy.values.length),
    },
    {
      heading: 'Test accuracy (%)',
      isNumber: true,
      text: ({ summary }) => meanText(summary.testAccuracyAtEarlyStop, confidence, IN_PERCENT),
    },
    {
      heading: 'Difference (points)',
      isNumber: true,
      text: ({ accuracyDifference }) => differenceText(accuracyDifference, IN_PERCENT),
    },
    {
      heading: 'Early stop (iteration)',
      isNumber: true,
      text: ({ summary }) => meanText(summary.earlyStopIteration, confidence),
    },
    {
      heading: 'Difference (iterations)',
      isNumber: true,
      text: ({ iterationDifference }) => differenceText(iterationDifference),
    },
    { heading: 'Verdict', isNumber: false, text: ({ summary }) => summary.verdict.kind },
  ];
  const caption =
    `${branch} of ${names.length} searches at equal densities (${EQUAL_DENSITY_WORDS}). Means over N ` +
    `replicates with ${formatShortPercent(confidence)} confidence intervals (Student's t). Density is ` +
    'the fraction of prunable weights kept. Test accuracy is that at the early stop. Differences ' +
    `are from ${names[reference] ?? 'the first search'}: ${differenceWords(confidence)}. The verdict compares ` +
    'with the dense network of the same search.';
  return textTable(caption, columns, comparisonRows(comparison));
}
