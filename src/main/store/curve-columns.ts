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

type Measured = Readonly<Record<keyof MeasuredColumns, unknown>>;

/** Its columns are checked one by one below: a schema takes longer than reading the row. */
const MEASURED: Decoder<Measured> = { isScalar: false, decode: (raw) => raw as Measured };

export function countEvaluations(connection: Connection, trainingId: number): number {
  return connection
    .prepare('SELECT count(*) FROM metrics WHERE training_id = ?', COUNT)
    .one(trainingId);
}

export function measuredColumns(connection: Connection, trainingId: number): MeasuredColumns {
  const count = countEvaluations(connection, trainingId);
  const rows = connection
    .prepare(
      `SELECT iteration AS iterations, validation_loss AS validationLoss, test_loss AS testLoss,
         validation_accuracy AS validationAccuracy, test_accuracy AS testAccuracy
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
    columns.iterations[index] = numberOf(row.iterations);
    columns.validationLoss[index] = numberOf(row.validationLoss);
    columns.testLoss[index] = numberOf(row.testLoss);
    columns.validationAccuracy[index] = numberOf(row.validationAccuracy);
    columns.testAccuracy[index] = numberOf(row.testAccuracy);
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
