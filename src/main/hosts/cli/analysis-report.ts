/** What analyses have found, as tables of text. */
import type {
  SearchOverlap,
  SearchOverlapPair,
} from '../../../shared/contract/records/analyses.ts';
import {
  type AnalysisReport,
  cellText,
  type ReportCell,
  type ReportTable,
} from '../../../shared/domain/analysis-report.ts';
import { EQUAL_DENSITY_WORDS } from '../../../shared/domain/equal-densities.ts';
import { notCompared } from '../../../shared/domain/not-compared.ts';
import { spreadOf } from '../../../shared/domain/statistics.ts';
import { formatPercent, percentSpread } from './format.ts';
import { type Column, table } from './table.ts';

/** The tables of an analysis, then the sentences that explain them. */
export function describeReport({ tables, notes }: AnalysisReport): string {
  if (tables.length === 0) return 'No results yet.';
  return [...tables.flatMap(describeTable), ...notes].join('\n');
}

function describeTable({ title, columns, rows }: ReportTable): string[] {
  const text = columns.map(({ heading, format }, index): Column<readonly ReportCell[]> => ({
    heading,
    align: format === 'text' ? 'left' : 'right',
    text: (row) => cellText(row[index]!, format),
  }));
  return [...(title === undefined ? [] : [`${title}:`]), table(text, rows), ''];
}

const right = <Row>(heading: string, text: (row: Row) => string): Column<Row> => ({
  heading,
  align: 'right',
  text,
});

export function describeOverlap(overlap: SearchOverlap): string {
  const { searches, pairs } = overlap;
  const columns: Column<SearchOverlapPair>[] = [
    { heading: 'searches', text: (pair) => `${pair.one + 1} and ${pair.other + 1}` },
    right('levels', ({ level, otherLevel }) => `${level} and ${otherLevel}`),
    right('densities', ({ densities, otherDensities }) =>
      [densities, otherDensities]
        .map((values) => formatPercent(spreadOf([...values]).mean))
        .join(', '),
    ),
    right('overlap', ({ overlaps }) => percentSpread(spreadOf([...overlaps]))),
    right('by chance', ({ expected }) => formatPercent(spreadOf([...expected]).mean)),
    right('by chance, ignoring layers', ({ expectedGlobally }) =>
      formatPercent(spreadOf([...expectedGlobally]).mean),
    ),
    right('replicates', ({ replicates }) => String(replicates.length)),
  ];
  return [
    ...searches.map(({ id, name }, index) => `${index + 1}: ${name} (${id})`),
    '',
    ...(pairs.length === 0 ? [] : [table(columns, pairs), '']),
    ...notCompared(overlap),
    `Overlap (Jaccard): weights that both masks keep, as a fraction of those that either keeps, replicate by replicate. Levels are paired where their densities are equal (${EQUAL_DENSITY_WORDS}).`,
  ].join('\n');
}
