import { type ExportData, type Exporter, NO_HPARAMS } from './exporter.ts';

/**
 * One row an evaluation, with a heading, as RFC 4180 has it. Numbers are the shortest decimals that
 * read back to the same double.
 */
export const csv: Exporter = {
  id: 'csv',
  label: 'CSV',
  description: 'A table with a row for every evaluation; replicates are counted from 1.',
  hparams: NO_HPARAMS,
  write: { metrics: (data) => new TextEncoder().encode(metricsTable(data)) },
};

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

function metricsTable({ trainings }: ExportData['metrics']): string {
  const rows = trainings.flatMap(({ key, density, evaluations }) =>
    evaluations.map((evaluation) => [
      key.replicate + 1,
      key.level,
      key.branch,
      density,
      evaluation.iteration,
      evaluation.validationLoss,
      evaluation.validationAccuracy,
      evaluation.testLoss,
      evaluation.testAccuracy,
    ]),
  );
  return [HEADINGS, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
