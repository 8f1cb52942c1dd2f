/**
 * The evaluations of a training that a verdict needs: its early stop and the last one. They have a checksum
 * of their own, so that results are read without all other measurements.
 */
import { bytes, type DecodedBy, DecodingError, integer, optional, row, scalar } from './columns.ts';
import type { Connection } from './connection.ts';
import { digestsOf } from './row-digests.ts';
import { DECISIVE } from './sealed.ts';

const STORED = row({ id: integer, earlyStop: integer, last: integer, checksum: bytes });
const ITERATIONS = row({ earlyStop: optional(integer), last: optional(integer) });
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

/** A row of `decisive_evaluations`. */
export interface DecisiveRecord {
  readonly trainingId: number;
  /** Iterations. */
  readonly earlyStop: number;
  readonly last: number;
  readonly checksum: Uint8Array;
}

/** Whether the training's own checksum covers its session: those of earlier versions do not. */
export interface CoversSession {
  readonly coversSession: boolean;
}

/** For use within a transaction, for a training whose measurements are new or were found sound. */
export function sealDecisive(
  connection: Connection,
  trainingId: number,
  covers: CoversSession,
): void {
  saveDecisive(connection, decisiveRecord(connection, trainingId, covers));
}

/** For use within a transaction. */
export function saveDecisive(
  connection: Connection,
  { trainingId, earlyStop, last, checksum }: DecisiveRecord,
): void {
  connection
    .prepare('INSERT OR REPLACE INTO decisive_evaluations VALUES (?, ?, ?, ?)')
    .run(trainingId, earlyStop, last, checksum);
}

/**
 * The record of a training whose measurements are new or were found sound in the same transaction. It vouches
 * for the training's session only if that was checked, too.
 */
export function decisiveRecord(
  connection: Connection,
  trainingId: number,
  { coversSession }: CoversSession,
): DecisiveRecord {
  const { earlyStop, last } = decisiveIterations(connection, trainingId);
  if (earlyStop === undefined || last === undefined) {
    throw new DecodingError(`the training ${trainingId} has no measurements`);
  }
  const queries = coversSession ? DECISIVE.contents : DECISIVE.earlierContents;
  const given = [[trainingId, earlyStop, last]];
  const [checksum] = digestsOf(connection, queries, [trainingId], given).values();
  if (!checksum) throw new Error('a digest is missing');
  return { trainingId, earlyStop, last, checksum };
}

/**
 * The record of a training that was found damaged: it has no checksum, so that whatever reads it names the
 * damage. Healing the training replaces it.
 */
export function damagedRecord(connection: Connection, trainingId: number): DecisiveRecord {
  const { earlyStop = 0, last = 0 } = decisiveIterations(connection, trainingId);
  return { trainingId, earlyStop, last, checksum: new Uint8Array() };
}

/** What all measurements say; undefined if all are lost. */
function decisiveIterations(connection: Connection, trainingId: number) {
  return connection
    .prepare(
      `SELECT ${EARLY_STOP} AS earlyStop, ${LAST} AS last FROM trainings WHERE id = ?`,
      ITERATIONS,
    )
    .one(trainingId);
}

/** Which of these trainings were found damaged when all their measurements were checked. */
export function foundDamaged(connection: Connection, trainingIds: readonly number[]): Set<number> {
  return new Set(
    connection
      .prepare(
        `SELECT training_id FROM json_each(?) AS wanted
         JOIN decisive_evaluations ON training_id = wanted.value WHERE length(checksum) = 0`,
        ID,
      )
      .all(JSON.stringify(trainingIds)),
  );
}

/** Which of these trainings say which evaluations are decisive: whether they are as they were saved. */
export function checkDecisive(
  connection: Connection,
  trainingIds: readonly number[],
): Map<number, boolean> {
  const stored = connection
    .prepare(
      `SELECT training_id AS id, early_stop AS earlyStop, last, checksum
       FROM json_each(?) AS wanted JOIN decisive_evaluations ON training_id = wanted.value`,
      STORED,
    )
    .all(JSON.stringify(trainingIds));
  const changed = notMatching(connection, DECISIVE.contents, stored);
  const damaged = new Set(notMatching(connection, DECISIVE.earlierContents, changed));
  return new Map(stored.map((record) => [record.id, !damaged.has(record)]));
}

/** The records whose checksum is not that of what these queries find. */
function notMatching(
  connection: Connection,
  queries: readonly string[],
  records: readonly DecodedBy<typeof STORED>[],
) {
  if (records.length === 0) return [];
  const digests = digestsOf(
    connection,
    queries,
    records.map(({ id }) => id),
    records.map(({ id, earlyStop, last }) => [id, earlyStop, last]),
  );
  return records.filter(({ id, checksum }) => digests.get(String(id))?.equals(checksum) !== true);
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
