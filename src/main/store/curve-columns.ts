/** The measurements of a training as columns: millions of rows as objects would not fit in memory. */
import { requireSoundTraining, type SealedTraining } from './checksums.ts';
import { DecodingError, integer, scalar } from './columns.ts';
import type { Connection } from './connection.ts';
import { pagesOf } from './row-digests.ts';
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

export function countEvaluations(connection: Connection, trainingId: number): number {
  return connection
    .prepare('SELECT count(*) FROM metrics WHERE training_id = ?', COUNT)
    .one(trainingId);
}

export function measuredColumns(connection: Connection, trainingId: number): MeasuredColumns {
  const filled = new FilledColumns(countEvaluations(connection, trainingId));
  for (const rows of pagesOf(connection, MEASUREMENTS, [trainingId])) filled.add(rows);
  return filled.columns;
}

/**
 * As `measuredColumns`, and checks them. Each row is read once.
 *
 * @throws WorkbenchError `store-failed` if the training is not as it was saved.
 */
export function soundColumns(connection: Connection, training: SealedTraining): MeasuredColumns {
  const filled = new FilledColumns(countEvaluations(connection, training.id));
  requireSoundTraining(connection, training, (query, rows) => {
    if (query === MEASUREMENTS) filled.add(rows);
  });
  // One of an earlier version has no checksum, so nothing was read to check it.
  return filled.isEmpty ? measuredColumns(connection, training.id) : filled.columns;
}

class FilledColumns {
  readonly columns: MeasuredColumns;
  #count = 0;

  constructor(length: number) {
    this.columns = {
      iterations: new Uint32Array(length),
      validationLoss: new Float64Array(length),
      testLoss: new Float64Array(length),
      validationAccuracy: new Float64Array(length),
      testAccuracy: new Float64Array(length),
    };
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** @param rows as `MEASUREMENTS` selects them. */
  add(rows: readonly (readonly unknown[])[]): void {
    const { iterations, validationLoss, validationAccuracy, testLoss, testAccuracy } = this.columns;
    for (const row of rows) {
      const index = this.#count;
      iterations[index] = numberOf(row[0]);
      validationLoss[index] = numberOf(row[1]);
      validationAccuracy[index] = numberOf(row[2]);
      testLoss[index] = numberOf(row[3]);
      testAccuracy[index] = numberOf(row[4]);
      this.#count += 1;
    }
  }
}

/** NaN for NULL. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === null) return Number.NaN;
  throw new DecodingError('a measurement is not a number');
}
