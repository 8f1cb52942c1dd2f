/** The measurements of a training as columns: millions of rows as objects would not fit in memory. */
import { requireSoundTraining, type SealedTraining } from './checksums.ts';
import { type Decoder, DecodingError, integer, scalar } from './columns.ts';
import type { Connection } from './connection.ts';
import { MEASUREMENTS } from './sealed.ts';

/** All arrays have the same length. */
export interface MeasuredColumns {
  readonly iterations: Uint32Array;
  /** Mean cross-entropy in nats. Those on the test set are NaN where it was not evaluated. */
  readonly validationLoss: Float64Array;
  readonly testLoss: Float64Array;
  /** Fractions, 0..1. */
  readonly validationAccuracy: Float64Array;
  readonly testAccuracy: Float64Array;
}

const COUNT = scalar(integer);

/** Rows without names, whose columns are checked one by one below: anything else takes longer than reading. */
const MEASURED: Decoder<readonly unknown[]> = {
  isScalar: false,
  isList: true,
  decode: (raw) => raw as readonly unknown[],
};

export function countEvaluations(connection: Connection, trainingId: number): number {
  return connection
    .prepare('SELECT count(*) FROM metrics WHERE training_id = ?', COUNT)
    .one(trainingId);
}

export function measuredColumns(connection: Connection, trainingId: number): MeasuredColumns {
  const columns = emptyColumns(countEvaluations(connection, trainingId));
  let index = 0;
  for (const row of connection.prepare(MEASUREMENTS, MEASURED).iterate(trainingId)) {
    place(row, columns, index);
    index += 1;
  }
  return columns;
}

/**
 * As `measuredColumns`, and checks them. Each row is read once: reading takes a third of the time of a check.
 *
 * @throws WorkbenchError `store-failed` if the training is not as it was saved.
 */
export function soundColumns(
  connection: Connection,
  training: SealedTraining,
): MeasuredColumns {
  const columns = emptyColumns(countEvaluations(connection, training.id));
  let index = 0;
  requireSoundTraining(connection, training, (sql, rows) => {
    if (sql !== MEASUREMENTS) return;
    for (const row of rows) {
      place(row, columns, index);
      index += 1;
    }
  });
  // One of an earlier version has no checksum, so nothing was read to check it.
  return index === 0 ? measuredColumns(connection, training.id) : columns;
}

function emptyColumns(length: number): MeasuredColumns {
  return {
    iterations: new Uint32Array(length),
    validationLoss: new Float64Array(length),
    testLoss: new Float64Array(length),
    validationAccuracy: new Float64Array(length),
    testAccuracy: new Float64Array(length),
  };
}

/** @param row as `MEASUREMENTS` selects it. */
function place(row: readonly unknown[], columns: MeasuredColumns, index: number): void {
  columns.iterations[index] = numberOf(row[0]);
  columns.validationLoss[index] = numberOf(row[1]);
  columns.validationAccuracy[index] = numberOf(row[2]);
  columns.testLoss[index] = numberOf(row[3]);
  columns.testAccuracy[index] = numberOf(row[4]);
}

/** NaN for NULL. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === null) return Number.NaN;
  throw new DecodingError('a measurement is not a number');
}
