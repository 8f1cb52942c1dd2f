/**
 * Checksums of what must never change by itself: SHA-256 over the stored values of a search's settings,
 * of a training with its measurements and the hashes of its arrays, and of the results of an analysis.
 * They are computed from the rows as they are stored, in the transaction that writes them.
 */
import { hash } from 'node:crypto';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { describeTraining, type TrainingKey } from '../../shared/domain/training.ts';
import { bytes, optional, row, scalar, storedValues, integer, text } from './columns.ts';
import type { Connection } from './connection.ts';

/** What has a checksum of its own: the rows of `table` with these values of `key`. */
interface Sealed {
  readonly table: string;
  /** A condition with one `?` for each value of the key. */
  readonly where: string;
  /** Queries for everything that the checksum covers; each takes the same key. */
  readonly contents: readonly string[];
}

type Key = readonly (string | number)[];

const SEARCH: Sealed = {
  table: 'searches',
  where: 'id = ?',
  contents: [
    `SELECT id, created_at, settings_version, settings_hash, dataset_fingerprint, settings,
       resolved, parameters FROM searches WHERE id = ?`,
    'SELECT replicate, seed FROM replicates WHERE search_id = ? ORDER BY replicate',
    `SELECT branch, parameters, dataset_fingerprint FROM transfer_targets WHERE search_id = ?
     ORDER BY branch`,
  ],
};

const TRAINING: Sealed = {
  table: 'trainings',
  where: 'id = ?',
  contents: [
    `SELECT search_id, replicate, level, branch, density, kept_counts, engine,
       training_milliseconds, evaluation_milliseconds, finished_at, identity, pruning_identity,
       adopted_from FROM trainings WHERE id = ?`,
    `SELECT iteration, validation_loss, validation_accuracy, test_loss, test_accuracy FROM metrics
     WHERE training_id = ? ORDER BY iteration`,
    `SELECT role, hex(sha256) FROM training_blobs JOIN blobs ON blobs.id = blob_id
     WHERE training_id = ? ORDER BY role`,
  ],
};

const UNIT: Sealed = {
  table: 'analysis_units',
  where: 'analysis_id = ? AND unit = ?',
  contents: [
    `SELECT choice, unit, result, milliseconds, finished_at
     FROM analysis_units JOIN analyses ON analyses.id = analysis_id
     WHERE analysis_id = ? AND unit = ?`,
  ],
};

const CHECKSUM = scalar(optional(bytes));
const TRAINING_KEY = row({
  id: integer,
  searchId: text,
  replicate: integer,
  level: integer,
  branch: text,
});
const UNIT_KEY = row({ searchId: text, analysisId: integer, unit: text });

/** For use within the transaction that changes the search. */
export function sealSearch(connection: Connection, searchId: string): void {
  seal(connection, SEARCH, [searchId]);
}

/** For use within the transaction that changes the training, its measurements or arrays. */
export function sealTraining(connection: Connection, trainingId: number): void {
  seal(connection, TRAINING, [trainingId]);
}

/** For use within the transaction that saves the unit. */
export function sealUnit(connection: Connection, analysisId: number, unit: string): void {
  seal(connection, UNIT, [analysisId, unit]);
}

/** Whether the search is as it was saved. True for those of earlier versions. */
export function isSearchSound(connection: Connection, searchId: string): boolean {
  return isSound(connection, SEARCH, [searchId]);
}

/** As `isSearchSound`, for a training. The bytes of its arrays have their own hashes. */
export function isTrainingSound(connection: Connection, trainingId: number): boolean {
  return isSound(connection, TRAINING, [trainingId]);
}

/** As `isSearchSound`, for the result of one unit of an analysis. */
export function isUnitSound(connection: Connection, analysisId: number, unit: string): boolean {
  return isSound(connection, UNIT, [analysisId, unit]);
}

const HEAL =
  'Run "ticket doctor --deep" to see whether it can be healed from a backup, or delete the search.';

/** @throws WorkbenchError `store-failed` if the search is not as it was saved. */
export function requireSoundSearch(connection: Connection, searchId: string): void {
  if (isSearchSound(connection, searchId)) return;
  throw new WorkbenchError('store-failed', `the search ${searchId} is damaged: ${CHANGED}`, HEAL);
}

/** What is wrong with a search that is not as it was saved. */
export const CHANGED = 'its settings do not match their checksum';

/** @throws WorkbenchError `store-failed` if the training is not as it was saved. */
export function requireSoundTraining(
  connection: Connection,
  training: TrainingKey & { readonly id: number; readonly searchId: string },
): void {
  if (isTrainingSound(connection, training.id)) return;
  throw new WorkbenchError(
    'store-failed',
    `${describeTraining(training)} of the search ${training.searchId} is damaged: its measurements or arrays do not match their checksum`,
    HEAL,
  );
}

/** @throws WorkbenchError `store-failed` if fewer trainings are there than have finished. */
export function requireAllTrainings(searchId: string, finished: number, found: number): void {
  if (found >= finished) return;
  throw new WorkbenchError(
    'store-failed',
    `the search ${searchId} is damaged: ${found} of its ${finished} finished trainings are there`,
    HEAL,
  );
}

/** @throws WorkbenchError `store-failed` if the result is not as it was saved. */
export function requireSoundUnit(connection: Connection, analysisId: number, unit: string): void {
  if (isUnitSound(connection, analysisId, unit)) return;
  throw new WorkbenchError(
    'store-failed',
    `the result "${unit}" of an analysis is damaged: it does not match its checksum`,
    HEAL,
  );
}

export function damagedSearches(connection: Connection): string[] {
  return connection
    .prepare('SELECT id FROM searches WHERE checksum IS NOT NULL ORDER BY id', scalar(text))
    .all()
    .filter((id) => !isSearchSound(connection, id));
}

export function damagedTrainings(connection: Connection) {
  return connection
    .prepare(
      `SELECT id, search_id AS searchId, replicate, level, branch FROM trainings
       WHERE checksum IS NOT NULL ORDER BY id`,
      TRAINING_KEY,
    )
    .all()
    .filter(({ id }) => !isTrainingSound(connection, id));
}

export function damagedUnits(connection: Connection) {
  return connection
    .prepare(
      `SELECT search_id AS searchId, analysis_id AS analysisId, unit
       FROM analysis_units JOIN analyses ON analyses.id = analysis_id
       WHERE checksum IS NOT NULL ORDER BY analysis_id, unit`,
      UNIT_KEY,
    )
    .all()
    .filter(({ analysisId, unit }) => !isUnitSound(connection, analysisId, unit));
}

function seal(connection: Connection, sealed: Sealed, key: Key): void {
  connection
    .prepare(`UPDATE ${sealed.table} SET checksum = ? WHERE ${sealed.where}`)
    .run(checksumOf(connection, sealed, key), ...key);
}

function isSound(connection: Connection, sealed: Sealed, key: Key): boolean {
  const stored = connection
    .prepare(`SELECT checksum FROM ${sealed.table} WHERE ${sealed.where}`, CHECKSUM)
    .get(...key);
  return stored === undefined || stored.equals(checksumOf(connection, sealed, key));
}

function checksumOf(connection: Connection, { contents }: Sealed, key: Key): Buffer {
  const values = contents.map((sql) => connection.prepare(sql, storedValues).all(...key));
  return hash('sha256', JSON.stringify(values), 'buffer');
}
