import type { SweepTableRow, SweepTicket } from '../../../shared/contract/records/sweeps.ts';
import { shortTexts } from '../../../shared/domain/sweep.ts';
import { formatShortPercent } from '../../../shared/percent-text.ts';
import { IN_PERCENT, MISSING } from '../../../shared/tables/difference-text.ts';
import type { SweepLevel } from '../../../shared/sweep/sweep-level.ts';
import {
  describeLevelOf,
  isInColumns,
  isUsualLevel,
  wordsOf,
} from '../../../shared/sweep/sweep-metrics.ts';
import {
  type DescribedColumn,
  textTable,
  type TextTable,
} from '../../../shared/tables/text-table.ts';
import type { ExportedSweepTable } from '../exporter.ts';
import { densityText, meanText } from './numbers.ts';

/** A row for each search of a sweep: its settings, its dense network and its tickets. */
export function sweepTextTable(table: ExportedSweepTable): TextTable {
  const { name, names, rows, confidence, question, levels } = table;
  const byRow = new Map(rows.map((row, index) => [row, levels[index]]));
  const levelOf = (row: SweepTableRow) => byRow.get(row);
  const isUsual = isUsualLevel(question);
  const which = isUsual ? 'Last' : capitalised(describeLevelOf(question));
  const { metric } = question;
  const { axis, decimals } = wordsOf(metric);
  const swept = names.map((heading, index): DescribedColumn<SweepTableRow> => {
    const values = rows.map((row) => row.values[index] ?? null);
    const textOf = shortTexts(values);
    return {
      heading,
      isNumber: values.every((value) => typeof value === 'number'),
      text: (row) => textOf(row.values[index] ?? null),
    };
  });
  const columns: readonly DescribedColumn<SweepTableRow>[] = [
    ...swept,
    {
      heading: 'N',
      isNumber: true,
      text: ({ dense }) => String(dense?.earlyStopIteration.values.length ?? 0),
    },
    {
      heading: 'Dense accuracy (%)',
      isNumber: true,
      text: ({ dense }) => meanText(dense?.testAccuracyAtEarlyStop, confidence, IN_PERCENT),
    },
    ...ticketColumns(which, confidence, levelOf),
    ...(isInColumns(metric)
      ? []
      : [
          {
            heading: `${which}: ${uncapitalised(axis)}`,
            isNumber: true,
            text: (row: SweepTableRow) => meanText(levelOf(row)?.metric, confidence, { decimals }),
          },
        ]),
    {
      heading: `${which}: verdict`,
      isNumber: false,
      text: (row) => levelOf(row)?.verdict ?? MISSING,
    },
    ...ticketColumns('Smallest winning', confidence, ({ smallestWinning }) => smallestWinning),
    {
      heading: 'Smallest winning, corrected: density (%)',
      isNumber: true,
      text: ({ smallestWinningCorrected: ticket }) =>
        ticket ? densityText(ticket.density) : MISSING,
    },
  ];
  const caption =
    `${name}: searches of a sweep. Means over N replicates with ${formatShortPercent(confidence)} ` +
    "confidence intervals (Student's t). Density is the fraction of prunable weights kept. " +
    "Accuracy is that on the test set at the early stop. Corrected is for Holm's correction over " +
    `all levels of all searches.${isUsual ? '' : ` The level that is shown: ${describeLevelOf(question)}.`}`;
  return textTable(caption, columns, rows);
}

const capitalised = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const uncapitalised = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

function ticketColumns(
  which: string,
  confidence: number,
  ticketOf: (row: SweepTableRow) => SweepTicket | SweepLevel | undefined,
): DescribedColumn<SweepTableRow>[] {
  return [
    {
      heading: `${which}: density (%)`,
      isNumber: true,
      text: (row) => {
        const ticket = ticketOf(row);
        return ticket ? densityText(ticket.density) : MISSING;
      },
    },
    {
      heading: `${which}: accuracy (%)`,
      isNumber: true,
      text: (row) => meanText(ticketOf(row)?.testAccuracyAtEarlyStop, confidence, IN_PERCENT),
    },
    {
      heading: `${which}: early stop (iteration)`,
      isNumber: true,
      text: (row) => meanText(ticketOf(row)?.earlyStopIteration, confidence),
    },
  ];
}
