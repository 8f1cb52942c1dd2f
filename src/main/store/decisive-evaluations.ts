/**
 * The evaluations of a training that a verdict needs: its early stop and the last one. They have a checksum
 * of their own, so that results are read without all other measurements.
 */
import { bytes, integer, row, scalar } from './columns.ts';
import type { Connection } from './connection.ts';
import { digestsOf } from './row-digests.ts';
import { DECISIVE } from './sealed.ts';

const STORED = row({ id: integer, checksum: bytes });
const ID = scalar(integer);

/** Which evaluations are decisive, by all measurements of the training `trainings.id`. */
const EARLY_STOP = `(SELECT iteration FROM metrics WHERE training_id = trainings.id
  ORDER BY validation_loss, iteration LIMIT 1)`;
const LAST = '(SELECT max(iteration) FROM metrics WHERE training_id = trainings.id)';

const joined = (...iterations: readonly string[]): string => `
  LEFT JOIN decisive_evaluations ON decisive_evaluations.training_id = trainings.id
  JOIN metrics ON metrics.training_id = trainings.id AND iteration IN (${iterations.join(', ')})`;

/** Joins the early stops in `metrics` to `trainings`, also where no row says which they are. */
export const JOIN_EARLY_STOP = joined(`coalesce(early_stop, ${EARLY_STOP})`);

/** As `JOIN_EARLY_STOP`, with the last evaluation. */
export const JOIN_DECISIVE = joined(
  `coalesce(early_stop, ${EARLY_STOP})`,
  `coalesce(last, ${LAST})`,
);

/** For use within a transaction, for a training whose measurements are new or were found sound. */
export function sealDecisive(connection: Connection, trainingId: number): void {
  connection
    .prepare(
      `INSERT OR REPLACE INTO decisive_evaluations
       SELECT id, ${EARLY_STOP}, ${LAST}, x'' FROM trainings WHERE id = ?`,
    )
    .run(trainingId);
  const [checksum] = digestsOf(connection, DECISIVE, [trainingId]).values();
  if (!checksum) throw new Error('a digest is missing');
  connection
    .prepare('UPDATE decisive_evaluations SET checksum = ? WHERE training_id = ?')
    .run(checksum, trainingId);
}

/** Which of these trainings say which evaluations are decisive: whether they are as they were saved. */
export function checkDecisive(
  connection: Connection,
  trainingIds: readonly number[],
): Map<number, boolean> {
  const stored = connection
    .prepare(
      `SELECT training_id AS id, checksum FROM json_each(?) AS wanted
       JOIN decisive_evaluations ON training_id = wanted.value`,
      STORED,
    )
    .all(JSON.stringify(trainingIds));
  const digests = digestsOf(
    connection,
    DECISIVE,
    stored.map(({ id }) => id),
  );
  return new Map(
    stored.map(({ id, checksum }) => [id, digests.get(String(id))?.equals(checksum) === true]),
  );
}

/** Trainings whose decisive evaluations are not those that their measurements say. Reads all of them. */
export function wronglyDecided(connection: Connection): number[] {
  return connection
    .prepare(
      `SELECT id FROM trainings JOIN decisive_evaluations ON training_id = id
       WHERE early_stop IS NOT ${EARLY_STOP} OR last IS NOT ${LAST} ORDER BY id`,
      ID,
    )
    .all();
}

/**
 * The first training after this one that has a checksum over all measurements, and none over the decisive
 * ones: an earlier version saved it.
 */
export function nextUndecided(connection: Connection, after: number): number | undefined {
  return connection
    .prepare(
      `SELECT id FROM trainings WHERE id > ? AND checksum IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM decisive_evaluations WHERE training_id = trainings.id)
       ORDER BY id LIMIT 1`,
      ID,
    )
    .get(after);
}
