import { parquetWriteBuffer } from 'hyparquet-writer';
import { NO_HPARAMS } from '../exporter.ts';
import type { Program } from './program.ts';

/** @see https://parquet.apache.org/docs/file-format/ */
export const parquet: Program<'metrics'> = {
  id: 'parquet',
  label: 'Parquet',
  description:
    'A table with a row for every evaluation of every training, for pandas, Arrow, DuckDB and others.',
  hparams: NO_HPARAMS,
  needs: 'metrics',
  single: { fileEnding: 'parquet', mediaType: 'application/vnd.apache.parquet' },
  files({ search, trainings }) {
    const rows = trainings.flatMap((training) =>
      training.evaluations.map((evaluation) => ({ training, evaluation })),
    );
    type Row = (typeof rows)[number];
    const text = (name: string, of: (row: Row) => string) =>
      ({ name, type: 'STRING', nullable: false, data: rows.map(of) }) as const;
    const whole = (name: string, of: (row: Row) => number) =>
      ({ name, type: 'INT32', nullable: false, data: rows.map(of) }) as const;
    const number = (name: string, of: (row: Row) => number) =>
      ({ name, type: 'DOUBLE', nullable: false, data: rows.map(of) }) as const;
    /** Null where the test set was not evaluated. */
    const tested = (name: string, of: (row: Row) => number | undefined) =>
      ({ name, type: 'DOUBLE', nullable: true, data: rows.map((row) => of(row) ?? null) }) as const;
    const bytes = parquetWriteBuffer({
      columnData: [
        text('search', () => search.id),
        whole('replicate', ({ training }) => training.key.replicate + 1),
        whole('level', ({ training }) => training.key.level),
        text('branch', ({ training }) => training.key.branch),
        number('density_fraction_kept', ({ training }) => training.density),
        text('engine', ({ training }) => training.engine),
        whole('iteration', ({ evaluation }) => evaluation.iteration),
        number('validation_loss_nats', ({ evaluation }) => evaluation.validationLoss),
        number('validation_accuracy_fraction', ({ evaluation }) => evaluation.validationAccuracy),
        tested('test_loss_nats', ({ evaluation }) => evaluation.testLoss),
        tested('test_accuracy_fraction', ({ evaluation }) => evaluation.testAccuracy),
      ],
      kvMetadata: [
        { key: 'search_name', value: search.name },
        { key: 'settings', value: JSON.stringify(search.settings) },
      ],
      createdBy: 'ticket-workbench',
    });
    return [{ path: 'metrics.parquet', bytes: new Uint8Array(bytes) }];
  },
};
