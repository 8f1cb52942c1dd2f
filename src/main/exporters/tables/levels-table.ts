import { type LevelRow, levelRows } from '../../../shared/domain/level-rows.ts';
import type { SearchResult } from '../../../shared/domain/search.ts';
import { formatShortPercent } from '../../../shared/percent-text.ts';
import { differenceText, IN_PERCENT } from '../../../shared/tables/difference-text.ts';
import {
  type DescribedColumn,
  textTable,
  type TextTable,
} from '../../../shared/tables/text-table.ts';
import { densityText, meanText } from './numbers.ts';

/** Every level and branch of a search with its interval, N, difference from dense and verdict. */
export function levelsTable(result: SearchResult): TextTable {
  const { architecture, dataset, verdict } = result.settings;
  const { confidence } = verdict;
  const columns: readonly DescribedColumn<LevelRow>[] = [
    { heading: 'Level', isNumber: true, text: ({ level }) => String(level) },
    { heading: 'Density (%)', isNumber: true, text: ({ density }) => densityText(density) },
    { heading: 'Branch', isNumber: false, text: ({ branch }) => branch },
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
      text: ({ summary }) => differenceText(summary.verdict.accuracyDifference, IN_PERCENT),
    },
    {
      heading: 'Early stop (iteration)',
      isNumber: true,
      text: ({ summary }) => meanText(summary.earlyStopIteration, confidence),
    },
    {
      heading: 'Difference (iterations)',
      isNumber: true,
      text: ({ summary }) => differenceText(summary.verdict.iterationDifference),
    },
    { heading: 'Verdict', isNumber: false, text: ({ summary }) => summary.verdict.kind },
  ];
  const caption =
    `${result.name}: ${architecture.id} on ${dataset.id}. Means over N replicates with ` +
    `${formatShortPercent(confidence)} confidence intervals (Student's t). Density is the fraction of ` +
    'prunable weights kept. Test accuracy is that at the early stop. Differences are from the ' +
    'dense networks of the same replicates, paired.';
  return textTable(caption, columns, levelRows(result));
}
