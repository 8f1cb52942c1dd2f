import type { SearchOverlap } from '../../../shared/contract/records/analyses.ts';
import { EQUAL_DENSITY_WORDS } from '../../../shared/domain/equal-densities.ts';
import { type OverlapRow, overlapRows } from '../../../shared/tables/overlap-rows.ts';
import {
  type DescribedColumn,
  textTable,
  type TextTable,
} from '../../../shared/tables/text-table.ts';
import { densityText } from './numbers.ts';

const percentText = (fraction: number): string => (fraction * 100).toFixed(2);

const COLUMNS: readonly DescribedColumn<OverlapRow>[] = [
  { heading: 'Searches', isNumber: false, text: ({ names }) => names },
  { heading: 'Density (%)', isNumber: true, text: ({ density }) => densityText(density) },
  { heading: 'Levels', isNumber: true, text: ({ levels }) => levels },
  { heading: 'N', isNumber: true, text: ({ overlap }) => String(overlap.values.length) },
  { heading: 'Overlap (%)', isNumber: true, text: ({ overlap }) => percentText(overlap.mean) },
  {
    heading: 'Lowest to highest (%)',
    isNumber: true,
    text: ({ overlap }) => `${percentText(overlap.min)} to ${percentText(overlap.max)}`,
  },
  { heading: 'By chance (%)', isNumber: true, text: ({ expected }) => percentText(expected) },
];

/** A row for every two searches at every density that both have. */
export function overlapTextTable(overlap: SearchOverlap): TextTable {
  const caption =
    'Overlap of masks (Jaccard index): weights that both tickets keep, as a fraction of those that ' +
    `either keeps, where both searches have the same density (${EQUAL_DENSITY_WORDS}). Means over N ` +
    'replicates, each compared with the same replicate of the other search. By chance: expected of ' +
    'random masks with the same layer densities.';
  return textTable(caption, COLUMNS, overlapRows(overlap));
}
