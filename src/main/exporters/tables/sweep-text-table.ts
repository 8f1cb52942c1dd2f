import type {
  SweepTable,
  SweepTableRow,
  SweepTicket,
} from '../../../shared/contract/records/sweeps.ts';
import { shortTexts } from '../../../shared/domain/sweep.ts';
import { confidenceText, IN_PERCENT, MISSING } from '../../../shared/tables/difference-text.ts';
import {
  type DescribedColumn,
  textTable,
  type TextTable,
} from '../../../shared/tables/text-table.ts';
import { densityText, meanText } from './numbers.ts';

/** A row for each search of a sweep: its settings, its dense network and its tickets. */
export function sweepTextTable({ name, names, rows, confidence }: SweepTable): TextTable {
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
    ...ticketColumns('Last', confidence, ({ last }) => last),
    {
      heading: 'Last: verdict',
      isNumber: false,
      text: ({ last }) => last?.verdict ?? MISSING,
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
    `${name}: searches of a sweep. Means over N replicates with ${confidenceText(confidence)} ` +
    "confidence intervals (Student's t). Density is the fraction of prunable weights kept. " +
    "Accuracy is that on the test set at the early stop. Corrected is for Holm's correction over " +
    'all levels of all searches.';
  return textTable(caption, columns, rows);
}

function ticketColumns(
  which: string,
  confidence: number,
  ticketOf: (row: SweepTableRow) => SweepTicket | undefined,
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
