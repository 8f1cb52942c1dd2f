/**
 * Changes of finished trainings. A training is sealed anew only if it was found sound before: a new checksum
 * would vouch for what nobody has checked. That reads all its measurements, so it is done before the
 * transaction wherever that is possible: nobody else can write meanwhile.
 */
import {
  damagedTraining,
  DECISIVE_CHANGED,
  requireSoundTraining,
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
import { TRAINING, trainingWithout } from './sealed.ts';

/** A training that was found sound. As long as it has this checksum, it is not checked again. */
interface FoundSound {
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

/** The checksums that a training is going to have without some of its arrays. */
interface SealsWithout {
  readonly found: FoundSound;
  /** Undefined if it has none and gets none. */
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
): SealsWithout {
  const { id } = training;
  const found = findSound(connection, training);
  if (found.covered === 'nothing') return { found, after: undefined };
  const coversSession = found.covered === 'contents';
  const { contents, earlierContents } = trainingWithout(arrays);
  return {
    found,
    after: {
      checksum: digestOf(connection, coversSession ? contents : earlierContents, [id]),
      decisive: decisiveRecord(connection, id, { coversSession }),
    },
  };
}

/**
 * As `changeTraining`, for the removal of arrays. Reads no measurements, unless the training has changed since
 * its checksums were computed. For use within a transaction.
 */
export function removeArrays(
  connection: Connection,
  training: SealedTraining,
  remove: () => void,
  { found, after }: SealsWithout,
): void {
  const { id } = training;
  if (!after || !hasChecksum(connection, id, found.checksum)) {
    changeTraining(connection, training, remove, found);
    return;
  }
  remove();
  saveChecksum(connection, TRAINING, [id], after.checksum);
  saveDecisive(connection, after.decisive);
}

/**
 * Requires that a training that was found sound is so still. All of it is read again only if it has another
 * checksum since, else only its row and its decisive evaluations: a transaction stays short.
 *
 * @param checksum that it had when it was found sound.
 * @throws WorkbenchError `store-failed` if the training is not as it was saved.
 */
export function requireStillSound(
  connection: Connection,
  training: SealedTraining,
  checksum: Uint8Array | undefined,
): void {
  const { id } = training;
  if (!hasChecksum(connection, id, checksum)) {
    requireSoundTraining(connection, training);
    return;
  }
  if (checkDecisive(connection, [id]).get(id) !== false) return;
  throw damagedTraining(training, DECISIVE_CHANGED);
}

function hasChecksum(
  connection: Connection,
  trainingId: number,
  checksum: Uint8Array | undefined,
): boolean {
  const stored = storedChecksum(connection, TRAINING, [trainingId]);
  return checksum === undefined ? stored === undefined : stored?.equals(checksum) === true;
}
