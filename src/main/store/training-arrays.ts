/** The arrays of a training: the roles of its blobs, and how they are read. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { StoredArray } from '../../shared/domain/analysis.ts';
import {
  describeTraining,
  nameOfTraining,
  type TrainingKey,
} from '../../shared/domain/training.ts';
import type { StoredTraining } from '../../shared/domain/training-record.ts';
import type { Blobs } from './blobs.ts';
import { integer, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { droppedAt, droppedError } from './dropped-weights.ts';
import { CORRECT_ROLE } from './sealed.ts';

/** What each role is called in errors. */
const ROLES: Readonly<Record<StoredArray, string>> = {
  mask: 'the mask',
  'next-mask': 'the mask of the next level',
  'initial-weights': 'the initial weights',
  'final-weights': 'the final weights',
  'rewind-point': 'the weights of the rewind iteration',
};

/** Weights of the dense network at an iteration, kept for searches that rewind to it. */
export type CapturedRole = `iteration-${number}`;

type Role = StoredArray | CapturedRole | typeof CORRECT_ROLE;

/** A saved training whose arrays are read. */
export interface SavedTraining {
  readonly id: number;
  readonly searchId: string;
  readonly key: TrainingKey;
}

const BLOB_ID = scalar(integer);
const ROLE = row({ role: text, blobId: integer });
const STORED_ROLE = row({ replicate: integer, level: integer, branch: text, role: text });
const CORRECT = row({
  replicate: integer,
  level: integer,
  branch: text,
  blobId: integer,
});

export function capturedRole(iteration: number): CapturedRole {
  return `iteration-${iteration}`;
}

/**
 * Whether a role is a result of the search itself, rather than captured for other searches. Correct
 * test examples are none: weights and measurements determine them, and earlier versions lack them.
 */
export function isResult(role: string): role is StoredArray {
  return Object.hasOwn(ROLES, role);
}

/** The arrays that are results of the search itself. */
export function resultsOf(
  training: StoredTraining,
): (readonly [role: StoredArray, bytes: Uint8Array])[] {
  const { nextMask, rewindPoint } = training;
  return [
    ['mask', training.mask],
    ['initial-weights', bytesOf(training.initialWeights)],
    ['final-weights', bytesOf(training.finalWeights)],
    ...(nextMask ? [['next-mask', nextMask] as const] : []),
    ...(rewindPoint ? [['rewind-point', bytesOf(rewindPoint)] as const] : []),
  ];
}

/** The arrays that were captured for other searches. */
export function capturedOf({
  captured = [],
}: StoredTraining): (readonly [role: CapturedRole, bytes: Uint8Array])[] {
  return captured.map(({ iteration, weights }) => [capturedRole(iteration), bytesOf(weights)]);
}

/** The correct test examples, where they are known. */
export function correctOf({
  correctAtEarlyStop,
}: StoredTraining): (readonly [role: typeof CORRECT_ROLE, bytes: Uint8Array])[] {
  return correctAtEarlyStop ? [[CORRECT_ROLE, correctAtEarlyStop]] : [];
}

/** The correct test examples of all trainings of a search that have them, by `nameOfTraining`. */
export function correctOfSearch(
  connection: Connection,
  blobs: Blobs,
  searchId: string,
): Map<string, Uint8Array> {
  const rows = connection
    .prepare(
      `SELECT replicate, level, branch, blob_id AS blobId
       FROM trainings JOIN training_blobs ON training_id = trainings.id
       WHERE search_id = ? AND role = '${CORRECT_ROLE}'`,
      CORRECT,
    )
    .all(searchId);
  const owners = new Map(rows.map((training) => [training.blobId, training]));
  const arrays = blobs.getAll(owners.keys(), (id) => {
    const { replicate, level, branch } = owners.get(id)!;
    return nameOf({ searchId, key: { replicate, level, branch } }, CORRECT_ROLE);
  });
  return new Map(rows.map(({ blobId, ...key }) => [nameOfTraining(key), arrays.get(blobId)!]));
}

/** Which arrays each training of a search has, by `nameOfTraining`. */
export function rolesOfSearch(connection: Connection, searchId: string): Map<string, Set<string>> {
  const rows = connection
    .prepare(
      `SELECT replicate, level, branch, role
       FROM trainings JOIN training_blobs ON training_id = trainings.id WHERE search_id = ?`,
      STORED_ROLE,
    )
    .all(searchId);
  const roles = new Map<string, Set<string>>();
  for (const { role, ...key } of rows) {
    const name = nameOfTraining(key);
    roles.set(name, (roles.get(name) ?? new Set()).add(role));
  }
  return roles;
}

export function addArray(
  connection: Connection,
  trainingId: number,
  role: string,
  blobId: number,
): void {
  connection.prepare('INSERT INTO training_blobs VALUES (?, ?, ?)').run(trainingId, role, blobId);
}

/** The ids of a training's blobs by role. */
export function blobIdsByRole(connection: Connection, trainingId: number): Map<string, number> {
  const rows = connection
    .prepare('SELECT role, blob_id AS blobId FROM training_blobs WHERE training_id = ?', ROLE)
    .all(trainingId);
  return new Map(rows.map(({ role, blobId }) => [role, blobId]));
}

/**
 * @throws WorkbenchError `store-failed` naming the blob if it is damaged, or the array if it is missing;
 *   `not-found` for weights that were dropped.
 */
export function readArray(
  connection: Connection,
  blobs: Blobs,
  training: SavedTraining,
  role: StoredArray,
): Uint8Array<ArrayBuffer> {
  const bytes = findArray(connection, blobs, training, role);
  if (bytes) return bytes;
  throw missingArray(connection, training, role);
}

/** Says whether an array that is not there was dropped or is missing. */
function missingArray(
  connection: Connection,
  training: SavedTraining,
  role: StoredArray,
): WorkbenchError {
  const isMask = role === 'mask' || role === 'next-mask';
  const at = isMask ? undefined : droppedAt(connection, training.searchId);
  if (at !== undefined) return droppedError(nameOf(training, role), at);
  return new WorkbenchError(
    'store-failed',
    `${nameOf(training, role)} is missing`,
    'Restore the database from a backup, or delete the search and run it again.',
  );
}

/** @throws WorkbenchError `store-failed` naming the blob if it is damaged. */
export function findArray(
  connection: Connection,
  blobs: Blobs,
  training: SavedTraining,
  role: Role,
): Uint8Array<ArrayBuffer> | undefined {
  const blobId = connection
    .prepare('SELECT blob_id FROM training_blobs WHERE training_id = ? AND role = ?', BLOB_ID)
    .get(training.id, role);
  return blobId === undefined ? undefined : blobs.get(blobId, nameOf(training, role));
}

export function floatsOf(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Uses the machine's byte order, which is little-endian wherever TensorFlow runs. */
function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function nameOf({ key, searchId }: Omit<SavedTraining, 'id'>, role: Role): string {
  return `${describeRole(role)} of ${describeTraining(key)} of the search ${searchId}`;
}

function describeRole(role: Role): string {
  if (role === CORRECT_ROLE) return 'the correct test examples';
  return isResult(role) ? ROLES[role] : `the weights of ${role}`;
}
