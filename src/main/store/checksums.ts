/**
 * Checksums of what must never change by itself: SHA-256 over the values of rows as they are stored,
 * computed in the transaction that writes them. `sealed.ts` says what they cover.
 */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { describeTraining, type TrainingKey } from '../../shared/domain/training.ts';
import { bytes, integer, optional, row, scalar, storedValues, text } from './columns.ts';
import type { Connection } from './connection.ts';
import {
  checkDecisive,
  type CoversSession,
  foundDamaged,
  sealDecisive,
} from './decisive-evaluations.ts';
import { coverageOf, isSound, seal } from './row-checksums.ts';
import { digestsOf, type OnRows } from './row-digests.ts';
import {
  CALIBRATION,
  LOG_ENTRY,
  type Part,
  PART_NAMES,
  PARTS,
  SEARCH,
  type SearchRows,
  SWEEP,
  TRAINING,
  UNIT,
} from './sealed.ts';

const CHECKSUM = scalar(optional(bytes));
const PART_CHECKSUM = row({ id: text, checksum: bytes });

/** For use within the transaction that changes the search. */
export function sealSearch(connection: Connection, searchId: string): void {
  seal(connection, SEARCH, [searchId]);
}

/** For use within the transaction that saves the training, its measurements and arrays. */
export function sealTraining(connection: Connection, trainingId: number): void {
  seal(connection, TRAINING, [trainingId]);
  sealDecisive(connection, trainingId, { coversSession: true });
}

/**
 * Seals the decisive evaluations of a training of which all measurements match their checksum. For use within
 * a transaction.
 */
export function sealDecisiveOfSound(connection: Connection, trainingId: number): void {
  const covers = checkMeasurements(connection, trainingId);
  if (covers) sealDecisive(connection, trainingId, covers);
}

/**
 * Checks all measurements of a training.
 *
 * @returns what their checksum covers beside them; undefined if they are not as they were saved, or have none.
 */
export function checkMeasurements(
  connection: Connection,
  trainingId: number,
): CoversSession | undefined {
  const covered = coverageOf(connection, TRAINING, [trainingId]);
  if (covered === undefined || covered === 'nothing') return undefined;
  return { coversSession: covered === 'contents' };
}

/** For use within the transaction that saves the unit. */
export function sealUnit(connection: Connection, analysisId: number, unit: string): void {
  seal(connection, UNIT, [analysisId, unit]);
}

/** For use within the transaction that saves the sweep. */
export function sealSweep(connection: Connection, sweepId: string): void {
  seal(connection, SWEEP, [sweepId]);
}

/** For use within the transaction that saves the entry. */
export function sealLogEntry(connection: Connection, id: number): void {
  seal(connection, LOG_ENTRY, [id]);
}

/** For use within the transaction that saves the calibration. */
export function sealCalibration(connection: Connection, key: string): void {
  seal(connection, CALIBRATION, [key]);
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

/** As `isSearchSound`, for a sweep without its searches. */
export function isSweepSound(connection: Connection, sweepId: string): boolean {
  return isSound(connection, SWEEP, [sweepId]);
}

/** As `isSearchSound`, for an entry of a log. */
export function isLogEntrySound(connection: Connection, id: number): boolean {
  return isSound(connection, LOG_ENTRY, [id]);
}

/** As `isSearchSound`, for a measurement of how fast engines are. */
export function isCalibrationSound(connection: Connection, key: string): boolean {
  return isSound(connection, CALIBRATION, [key]);
}

/** What to do about anything that is damaged. */
export const HEAL =
  'Run "ticket doctor --deep" to see whether it can be healed from a backup, or delete the search.';

/** @throws WorkbenchError `store-failed` if the search is not as it was saved. */
export function requireSoundSearch(connection: Connection, searchId: string): void {
  if (isSearchSound(connection, searchId)) return;
  throw new WorkbenchError('store-failed', `the search ${searchId} is damaged: ${CHANGED}`, HEAL);
}

/** What is wrong with a search that is not as it was saved. */
export const CHANGED = 'its settings do not match their checksum';

/** A training whose damage can be named. */
export type SealedTraining = TrainingKey & { readonly id: number; readonly searchId: string };

/**
 * @param onRows given all that is read for the check.
 * @throws WorkbenchError `store-failed` if the training is not as it was saved.
 */
export function requireSoundTraining(
  connection: Connection,
  training: SealedTraining,
  onRows?: OnRows,
): void {
  if (coverageOf(connection, TRAINING, [training.id], onRows)) return;
  throw damagedTraining(training, TRAINING_CHANGED);
}

/** @throws WorkbenchError `store-failed` if what a result needs of one is not as it was saved. */
export function requireSoundDecisive(
  connection: Connection,
  trainings: readonly SealedTraining[],
): void {
  const problems = decisiveProblems(
    connection,
    trainings.map(({ id }) => id),
  );
  const damaged = trainings.find(({ id }) => problems.has(id));
  if (damaged) throw damagedTraining(damaged, problems.get(damaged.id)!);
}

/**
 * What is wrong with what a result needs of these trainings, by their ids. Where a training of an earlier
 * version does not say which evaluations these are, all its measurements are checked.
 */
export function decisiveProblems(
  connection: Connection,
  trainingIds: readonly number[],
): Map<number, string> {
  const soundness = checkDecisive(connection, trainingIds);
  const damaged = trainingIds.filter(
    (id) => !(soundness.get(id) ?? isTrainingSound(connection, id)),
  );
  const damagedBefore = foundDamaged(connection, damaged);
  return new Map(
    damaged.map((id) => {
      const wasSealed = soundness.has(id) && !damagedBefore.has(id);
      return [id, wasSealed ? DECISIVE_CHANGED : TRAINING_CHANGED];
    }),
  );
}

/** What is wrong with a training that is not as it was saved. */
export const TRAINING_CHANGED = 'its measurements or arrays do not match their checksum';

/** What is wrong with a training whose decisive evaluations are not as they were saved. */
export const DECISIVE_CHANGED =
  'its early stop and its last evaluation do not match their checksum';

export function damagedTraining(training: SealedTraining, problem: string): WorkbenchError {
  return new WorkbenchError(
    'store-failed',
    `${describeTraining(training)} of the search ${training.searchId} is damaged: ${problem}`,
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

/** @throws WorkbenchError `store-failed` if the sweep is not as it was saved. */
export function requireSoundSweep(connection: Connection, sweepId: string): void {
  if (isSweepSound(connection, sweepId)) return;
  throw new WorkbenchError('store-failed', ...damageOfSweep(sweepId));
}

/** What is said of a damaged sweep: a message and a hint. */
export function damageOfSweep(sweepId: string): [message: string, hint: string] {
  return [
    `the sweep ${sweepId} is damaged: its name and axes do not match their checksum`,
    'Run "ticket doctor --deep" to see whether it can be healed from a backup. Its searches can be opened one by one.',
  ];
}

/** Which of these searches have a part that is not as it was saved. */
export function damagedAmong(
  connection: Connection,
  part: Part,
  searchIds: readonly string[],
): Set<string> {
  const stored = connection
    .prepare(
      `SELECT search_id AS id, ${part} AS checksum FROM json_each(?) AS wanted
       JOIN search_checksums ON search_id = wanted.value WHERE ${part} IS NOT NULL`,
      PART_CHECKSUM,
    )
    .all(JSON.stringify(searchIds));
  const verified = verifiedParts(connection).get(part)!;
  const unverified = stored.filter(
    ({ id, checksum }) => verified.get(id)?.equals(checksum) !== true,
  );
  const computed = partChecksums(
    connection,
    part,
    unverified.map(({ id }) => id),
  );
  const damaged = new Set<string>();
  for (const { id, checksum } of unverified) {
    if (computed.get(id)?.equals(checksum) === true) verified.set(id, checksum);
    else damaged.add(id);
  }
  return damaged;
}

/** Which of these searches have damaged parts, each with the last of them. */
export function damagedParts(
  connection: Connection,
  parts: readonly Part[],
  searchIds: readonly string[],
): Map<string, Part> {
  return new Map(
    parts.flatMap((part) =>
      [...damagedAmong(connection, part, searchIds)].map((id) => [id, part] as const),
    ),
  );
}

/**
 * Checksums that this process has found right, by part and search. Every change that it makes has a new
 * checksum. They are forgotten when anyone else has changed the database.
 */
const VERIFIED = new WeakMap<
  Connection,
  { readonly version: number; readonly parts: Map<Part, Map<string, Buffer>> }
>();

/** For use after rows were damaged again by undoing what healed them. */
export function forgetVerified(connection: Connection): void {
  VERIFIED.delete(connection);
}

function verifiedParts(connection: Connection): Map<Part, Map<string, Buffer>> {
  const version = connection.prepare('PRAGMA data_version', scalar(integer)).one();
  const known = VERIFIED.get(connection);
  if (known?.version === version) return known.parts;
  const parts = new Map(PART_NAMES.map((part) => [part, new Map<string, Buffer>()]));
  VERIFIED.set(connection, { version, parts });
  return parts;
}

/** @throws WorkbenchError `store-failed` if one of these parts is not as it was saved. */
export function requireSoundParts(
  connection: Connection,
  searchId: string,
  ...parts: readonly Part[]
): void {
  const [stored = []] = connection
    .prepare(`SELECT ${parts.join(', ')} FROM search_checksums WHERE search_id = ?`, storedValues)
    .all(searchId);
  const verified = verifiedParts(connection);
  const part = parts.find((each, index) => {
    const checksum = stored[index];
    if (!Buffer.isBuffer(checksum)) return false;
    if (verified.get(each)?.get(searchId)?.equals(checksum) === true) return false;
    return damagedAmong(connection, each, [searchId]).size > 0;
  });
  if (part !== undefined) throw new WorkbenchError('store-failed', ...damageOf(searchId, part));
}

/** What is said of a damaged part: a message and a hint. */
export function damageOf(searchId: string, part: Part): [message: string, hint: string] {
  const message = `the search ${searchId} is damaged: ${changed(part)}`;
  if (part !== 'labels') return [message, HEAL];
  return [message, `${HEAL} A new name, note or tag confirms what the others are now.`];
}

/** What is wrong with a search whose part is not as it was saved. */
export function changed(part: Part): string {
  return `the checksum of ${PARTS[part].what} does not match`;
}

/** The checksum of a part as it is stored; undefined if there is none. */
export function storedPart(connection: Connection, part: Part, searchId: string) {
  return connection
    .prepare(`SELECT ${part} FROM search_checksums WHERE search_id = ?`, CHECKSUM)
    .get(searchId);
}

/** For use within the transaction that changes this part of the searches. */
export function sealPart(connection: Connection, part: Part, searchIds: readonly string[]): void {
  const save = connection.prepare(
    `INSERT INTO search_checksums (search_id, ${part}) SELECT id, ? FROM searches WHERE id = ?
     ON CONFLICT (search_id) DO UPDATE SET ${part} = excluded.${part}`,
  );
  for (const [id, checksum] of partChecksums(connection, part, searchIds)) save.run(checksum, id);
}

/**
 * Changes a part of searches, and seals it anew. What was damaged before stays so.
 * For use within a transaction.
 */
export function changePart<Result>(
  connection: Connection,
  part: Part,
  searchIds: readonly string[],
  change: () => Result,
): Result {
  const damaged = damagedAmong(connection, part, searchIds);
  const result = change();
  const sound = searchIds.filter((id) => !damaged.has(id));
  sealPart(connection, part, sound);
  return result;
}

function partChecksums(
  connection: Connection,
  part: Part,
  searchIds: readonly string[],
): Map<string, Buffer> {
  const tables: readonly SearchRows[] = PARTS[part].rows;
  return digestsOf(connection, tables.map(selectRows), searchIds);
}

function selectRows({ table, by, key, columns }: SearchRows): string {
  const names = [by, ...(key === undefined ? [] : [key]), ...columns];
  const order = key === undefined ? columns : [key];
  const qualified = (each: readonly string[]) => each.map((name) => `${table}.${name}`).join(', ');
  return `SELECT ${qualified(names)}
    FROM json_each(?) AS wanted JOIN ${table} ON ${table}.${by} = wanted.value
    ORDER BY wanted.key, ${qualified(order)}`;
}
