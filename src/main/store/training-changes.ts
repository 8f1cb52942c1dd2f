/**
 * Changes of finished trainings. A training is sealed anew only if it was found sound before: a new checksum
 * would vouch for what nobody has checked. That reads all its measurements, so it is done before the
 * transaction wherever that is possible: nobody else can write meanwhile.
 */
import {
  damagedTraining,
  isTrainingSound,
  type SealedTraining,
  TRAINING_CHANGED,
} from './checksums.ts';
import type { Connection } from './connection.ts';
import {
  checkDecisive,
  type DecisiveRecord,
  decisiveRecord,
  saveDecisive,
  sealDecisive,
} from './decisive-evaluations.ts';
import { type Coverage, coverageOf, saveChecksum, seal, storedChecksum } from './row-checksums.ts';
import { digestOf } from './row-digests.ts';
import { CORRECT_ROLE, TRAINING, trainingWithArrays, trainingWithout } from './sealed.ts';

/** A training that was found sound. As long as it has this checksum, it is not checked again. */
export interface FoundSound {
  readonly checksum: Uint8Array | undefined;
  readonly covered: Coverage;
}

/**
 * Checks all measurements of a training, for use before the transaction that changes it.
 *
 * @throws WorkbenchError `store-failed` if the training is not as it was saved.
 */
export function findSound(connection: Connection, training: SealedTraining): FoundSound {
  const { id } = training;
  const covered = coverageOf(connection, TRAINING, [id]);
  if (!covered) throw damagedTraining(training, TRAINING_CHANGED);
  return { checksum: storedChecksum(connection, TRAINING, [id]), covered };
}

/**
 * Changes a training, and seals it anew as far as it was sealed before. For use within a transaction.
 *
 * @param found before the transaction. Default: it is checked within.
 * @throws WorkbenchError `store-failed` if the training is not as it was saved.
 */
export function changeTraining(
  connection: Connection,
  training: SealedTraining,
  change: () => void,
  found?: FoundSound,
): void {
  const { id } = training;
  const isSame = found && hasChecksum(connection, id, found.checksum);
  const { covered } = isSame ? found : findSound(connection, training);
  change();
  if (covered === 'nothing') return;
  const isEarlier = covered === 'earlier contents';
  const { earlierContents } = TRAINING;
  seal(connection, isEarlier ? { ...TRAINING, contents: earlierContents } : TRAINING, [id]);
  sealDecisive(connection, id, { coversSession: !isEarlier });
}

/** The checksums that a training is going to have when its arrays are changed. */
export interface SealsAfter {
  readonly found: FoundSound;
  /** Undefined if it has none and gets none, or if they can only be computed afterwards. */
  readonly after: { readonly checksum: Uint8Array; readonly decisive: DecisiveRecord } | undefined;
}

/**
 * Computes them before the transaction that removes the arrays, because all measurements are read.
 *
 * @param arrays a condition on `training_blobs`.
 * @throws WorkbenchError `store-failed` if the training is not as it was saved.
 */
export function sealsWithout(
  connection: Connection,
  training: SealedTraining,
  arrays: string,
): SealsAfter {
  const found = findSound(connection, training);
  return sealsAfter(connection, training.id, found, trainingWithout(arrays));
}

/**
 * As `sealsWithout`, for arrays that are added to a training that was found sound.
 *
 * @param arrays SHA-256, hex, by role.
 */
export function sealsWith(
  connection: Connection,
  trainingId: number,
  found: FoundSound,
  arrays: {
    readonly stored: ReadonlyMap<string, string>;
    readonly added: readonly (readonly [role: string, sha256: string])[];
  },
): SealsAfter {
  // The decisive evaluations are sealed with this one, as it is stored.
  if (arrays.added.some(([role]) => role === CORRECT_ROLE)) return { found, after: undefined };
  const all = new Map([...arrays.stored, ...arrays.added]);
  return sealsAfter(connection, trainingId, found, trainingWithArrays(all));
}

function sealsAfter(
  connection: Connection,
  trainingId: number,
  found: FoundSound,
  { contents, earlierContents }: ReturnType<typeof trainingWithout>,
): SealsAfter {
  if (found.covered === 'nothing') return { found, after: undefined };
  const coversSession = found.covered === 'contents';
  return {
    found,
    after: {
      checksum: digestOf(connection, coversSession ? contents : earlierContents, [trainingId]),
      decisive: decisiveRecord(connection, trainingId, { coversSession }),
    },
  };
}

/**
 * As `changeTraining`, for arrays. Reads no measurements, unless the training has changed since its checksums
 * were computed, or they can only be computed afterwards. For use within a transaction.
 */
export function changeArrays(
  connection: Connection,
  training: SealedTraining,
  change: () => void,
  { found, after }: SealsAfter,
): void {
  const { id } = training;
  if (!after || !hasChecksum(connection, id, found.checksum)) {
    changeTraining(connection, training, change, found);
    return;
  }
  change();
  saveChecksum(connection, TRAINING, [id], after.checksum);
  saveDecisive(connection, after.decisive);
}

/**
 * Whether a training that was found sound is so still. All of it is read again only if it has another checksum
 * since, else only its row and its decisive evaluations: a transaction stays short.
 *
 * @param checksum that it had when it was found sound.
 */
export function isStillSound(
  connection: Connection,
  trainingId: number,
  checksum: Uint8Array | undefined,
): boolean {
  if (!hasChecksum(connection, trainingId, checksum)) {
    return isTrainingSound(connection, trainingId);
  }
  return checkDecisive(connection, [trainingId]).get(trainingId) !== false;
}

function hasChecksum(
  connection: Connection,
  trainingId: number,
  checksum: Uint8Array | undefined,
): boolean {
  return isSameChecksum(storedChecksum(connection, TRAINING, [trainingId]), checksum);
}

/** Trainings of early versions have none. */
export function isSameChecksum(
  one: Uint8Array | undefined,
  other: Uint8Array | undefined,
): boolean {
  if (!one || !other) return one === other;
  return Buffer.compare(one, other) === 0;
}
