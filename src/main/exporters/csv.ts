import type { SweepTicket } from '../../shared/contract/records/sweeps.ts';
import { textOf } from '../../shared/domain/sweep.ts';
import { defused } from '../../shared/tables/defused.ts';
import type { SweepLevel } from '../../shared/sweep/sweep-level.ts';
import {
  isInColumns,
  isUsualLevel,
  type SweepMetric,
  wordsOf,
} from '../../shared/sweep/sweep-metrics.ts';
import { comparisonCells, levelCells } from './csv-levels.ts';
import { type ExportData, type Exporter, NO_HPARAMS } from './exporter.ts';

/**
 * Tables with a heading, as in RFC 4180. Numbers are the shortest decimals that are read back as the
 * same double.
 */
export const csv: Exporter = {
  id: 'csv',
  label: 'CSV',
  description:
    'A table: a row for every evaluation, level, number of an analysis, or search of a sweep.',
  hparams: NO_HPARAMS,
  mediaType: 'text/csv',
  fileEnding: 'csv',
  write: {
    metrics: (data) => new TextEncoder().encode(metricsTable(data)),
    analyses: (data) => new TextEncoder().encode(analysesTable(data)),
    'sweep-table': (data) => new TextEncoder().encode(sweepTable(data)),
    levels: (data) => new TextEncoder().encode(linesOf(levelCells(data), asItIs)),
    'comparison-table': (data) => new TextEncoder().encode(linesOf(comparisonCells(data), asItIs)),
  },
};

/** For programs that run a text which begins with a sign as a formula. */
export const spreadsheetCsv: Exporter = {
  ...csv,
  id: 'csv-spreadsheet',
  label: 'CSV for spreadsheets',
  description:
    'As CSV, but texts that begin with =, +, - or @ get an apostrophe, so that no spreadsheet runs them as formulas.',
  write: {
    metrics: (data) => new TextEncoder().encode(metricsTable(data, defused)),
    analyses: (data) => new TextEncoder().encode(analysesTable(data, defused)),
    'sweep-table': (data) => new TextEncoder().encode(sweepTable(data, defused)),
    levels: (data) => new TextEncoder().encode(linesOf(levelCells(data), defused)),
    'comparison-table': (data) => new TextEncoder().encode(linesOf(comparisonCells(data), defused)),
  },
};

export type Cell = string | number;

export const asItIs = (cell: Cell): Cell => cell;

const HEADINGS = [
  'replicate',
  'level',
  'branch',
  'density_fraction_kept',
  'iteration',
  'validation_loss_nats',
  'validation_accuracy_fraction',
  'test_loss_nats',
  'test_accuracy_fraction',
];

function metricsTable({ trainings }: ExportData['metrics'], written = asItIs): string {
  const rows = trainings.flatMap(({ key, density, evaluations }) =>
    evaluations.map((evaluation) => [
      key.replicate + 1,
      key.level,
      key.branch,
      density,
      evaluation.iteration,
      evaluation.validationLoss,
      evaluation.validationAccuracy,
      evaluation.testLoss ?? '',
      evaluation.testAccuracy ?? '',
    ]),
  );
  return linesOf([HEADINGS, ...rows], written);
}

/** Means over replicates; cells are empty where nothing has finished. */
function sweepTable(data: ExportData['sweep-table'], written = asItIs): string {
  const { paths, rows, question, levels } = data;
  const which = isUsualLevel(question) ? 'last' : 'chosen';
  const ticketHeadings = (which: string): string[] =>
    TICKET_HEADINGS.map((heading) => `${which}_${heading}`);
  const headings = [
    ...paths,
    'search',
    'state',
    'replicates',
    'dense_early_stop_iteration',
    'dense_test_accuracy_fraction',
    ...(which === 'last' ? [] : ['chosen_branch']),
    ...ticketHeadings(which),
    ...(isInColumns(question.metric) ? [] : [`${which}_${METRIC_HEADINGS[question.metric]}`]),
    ...ticketHeadings('smallest_winning'),
  ];
  const cells = rows.map(({ searchId, values, state, dense, smallestWinning }, index) => [
    ...values.map((value) => textOf(value)),
    searchId,
    state,
    dense?.earlyStopIteration.values.length ?? 0,
    dense?.earlyStopIteration.mean ?? '',
    dense?.testAccuracyAtEarlyStop.mean ?? '',
    ...(which === 'last' ? [] : [question.branch]),
    ...ticketCells(levels[index]),
    ...(isInColumns(question.metric) ? [] : [metricCell(levels[index], question.metric)]),
    ...ticketCells(smallestWinning),
  ]);
  return linesOf([headings, ...cells], written);
}

const TICKET_HEADINGS = [
  'level',
  'density_fraction_kept',
  'early_stop_iteration',
  'test_accuracy_fraction',
  'verdict',
];

/** The headings of metrics, each in a column of its own; fractions are not turned into per cent. */
const METRIC_HEADINGS: Readonly<Record<SweepMetric, string>> = {
  accuracy: 'test_accuracy_fraction',
  'early-stop': 'early_stop_iteration',
  difference: 'test_accuracy_minus_dense_fraction',
  'smallest-winning': 'density_fraction_kept',
  'final-accuracy': 'test_accuracy_at_end_fraction',
  'validation-loss': 'validation_loss_nats',
};

function metricCell(level: SweepLevel | undefined, metric: SweepMetric): Cell {
  if (!level?.metric) return '';
  const { mean } = level.metric;
  return wordsOf(metric).unit === '' ? mean : mean / 100;
}

function ticketCells(ticket: SweepTicket | SweepLevel | undefined): Cell[] {
  if (!ticket) return TICKET_HEADINGS.map(() => '');
  const { level, density, earlyStopIteration, testAccuracyAtEarlyStop, verdict } = ticket;
  return [level, density, earlyStopIteration.mean, testAccuracyAtEarlyStop.mean, verdict ?? ''];
}

const ANALYSIS_HEADINGS = [
  'number',
  'analysis',
  'replicate',
  'level',
  'branch',
  'other_replicate',
  'other_level',
  'rewind_iteration',
  'part',
  'quantity',
  'unit',
  'at',
  'value',
];

function analysesTable({ analyses }: ExportData['analyses'], written = asItIs): string {
  const fromOne = (replicate: number | undefined) => (replicate === undefined ? '' : replicate + 1);
  const rows = analyses.flatMap((analysis) =>
    analysis
      .rows()
      .map((row) => [
        analysis.id,
        analysis.choice.id,
        fromOne(row.replicate),
        row.level ?? '',
        row.branch ?? '',
        fromOne(row.otherReplicate),
        row.otherLevel ?? '',
        row.rewind ?? '',
        row.part,
        row.quantity,
        row.unit,
        row.at ?? '',
        row.value,
      ]),
  );
  return linesOf([ANALYSIS_HEADINGS, ...rows], written);
}

export function linesOf(rows: readonly (readonly Cell[])[], written: (cell: Cell) => Cell): string {
  return rows.map((row) => `${row.map((cell) => field(written(cell))).join(',')}\r\n`).join('');
}

function field(value: Cell): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
