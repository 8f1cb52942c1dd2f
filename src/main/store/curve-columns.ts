/** The measurements of a training as columns: millions of rows as objects would not fit in memory. */
import { type Decoder, DecodingError, integer, scalar } from './columns.ts';
import type { Connection } from './connection.ts';

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
  const count = countEvaluations(connection, trainingId);
  const rows = connection
    .prepare(
      `SELECT iteration, validation_loss, test_loss, validation_accuracy, test_accuracy
       FROM metrics WHERE training_id = ? ORDER BY iteration`,
      MEASURED,
    )
    .iterate(trainingId);
  const columns = {
    iterations: new Uint32Array(count),
    validationLoss: new Float64Array(count),
    testLoss: new Float64Array(count),
    validationAccuracy: new Float64Array(count),
    testAccuracy: new Float64Array(count),
  };
  let index = 0;
  for (const row of rows) {
    columns.iterations[index] = numberOf(row[0]);
    columns.validationLoss[index] = numberOf(row[1]);
    columns.testLoss[index] = numberOf(row[2]);
    columns.validationAccuracy[index] = numberOf(row[3]);
    columns.testAccuracy[index] = numberOf(row[4]);
    index += 1;
  }
  return columns;
}

/** NaN for NULL. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === null) return Number.NaN;
  throw new DecodingError('a measurement is not a number');
}
