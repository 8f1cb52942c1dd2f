/** Finished trainings that another search needs, too: it adopts them instead of training again. */
import type { TrainingKey } from '../../shared/domain/training.ts';
import type { TrainingIdentity } from '../../shared/domain/training-record.ts';
import type { Blobs } from './blobs.ts';
import { isTrainingSound, sealTraining } from './checksums.ts';
import { bytes, flag, integer, optional, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { StorePart } from './part.ts';
import { addArray, blobIdsByRole, capturedRole } from './training-arrays.ts';
import { isStillSound } from './training-changes.ts';
import { copyMetrics, countDone, findTraining, insertTraining, keyOf } from './training-rows.ts';

/** What a finished training must provide so that another search can adopt it. */
export interface WantedTraining {
  readonly key: TrainingKey;
  readonly identity: TrainingIdentity;
  /** An iteration that the dense network must have captured, for a search that rewinds to it. */
  readonly capturedIteration: number | undefined;
}

/** A finished training that equals one that another search needs. */
export interface DonorTraining {
  readonly searchId: string;
  readonly key: TrainingKey;
  /** Whether the mask of the next level is also the same. */
  readonly hasSamePruning: boolean;
  /** With which it was found sound; undefined for those of earlier versions. */
  readonly checksum: Uint8Array | undefined;
}

const DONOR = row({
  id: integer,
  searchId: text,
  replicate: integer,
  level: integer,
  branch: text,
  pruningIdentity: optional(text),
  checksum: optional(bytes),
});
const FLAG = scalar(flag);

/** Whether the training `trainings.id` came in a bundle, and was not trained again here. */
const IS_UNVERIFIED = `EXISTS
  (SELECT 1 FROM unverified_trainings WHERE training_id = trainings.id)`;

export class Donors extends StorePart {
  readonly #blobs: Blobs;

  constructor(connection: Connection, blobs: Blobs) {
    super(connection);
    this.#blobs = blobs;
  }

  /**
   * The oldest equal, undamaged training of any search that has its weights; undefined if there is none.
   * One that came in a bundle counts only if it was trained again here.
   */
  find({ identity, capturedIteration }: WantedTraining): DonorTraining | undefined {
    return this.connection.read("the trainings can't be read", () => {
      const pruning = identity.pruning ?? null;
      const found = this.connection
        .prepare(
          `SELECT id, search_id AS searchId, replicate, level, branch,
             pruning_identity AS pruningIdentity, checksum
           FROM trainings WHERE identity = @identity AND EXISTS
             (SELECT 1 FROM training_blobs WHERE training_id = trainings.id
               AND role = 'final-weights')
           AND NOT ${IS_UNVERIFIED}
           AND (@captured IS NULL OR EXISTS
             (SELECT 1 FROM training_blobs WHERE training_id = trainings.id AND role = @captured))
           ORDER BY pruning_identity IS NOT @pruning, id`,
          DONOR,
        )
        .all({
          identity: identity.training,
          captured: capturedIteration === undefined ? null : capturedRole(capturedIteration),
          pruning,
        })
        .find(({ id }) => this.#isSound(id));
      if (!found) return undefined;
      return {
        searchId: found.searchId,
        key: keyOf(found),
        hasSamePruning: found.pruningIdentity === identity.pruning,
        checksum: found.checksum,
      };
    });
  }

  /**
   * Gives a search a copy of another search's training, with the same measurements and arrays. The
   * arrays are stored only once.
   *
   * @param nextMask packed; only if it differs from the donor's.
   * @returns whether the donor is still one. It was damaged, deleted or lost its weights since it was found, or
   *   a bundle has added to it, otherwise.
   */
  adopt(
    searchId: string,
    wanted: WantedTraining,
    donor: DonorTraining,
    nextMask: Uint8Array | undefined,
  ): boolean {
    return this.connection.write("the training can't be saved", () => {
      if (findTraining(this.connection, searchId, wanted.key)) return true;
      const source = findTraining(this.connection, donor.searchId, donor.key);
      if (!source || this.#isUnverified(source.id)) return false;
      if (!isStillSound(this.connection, source.id, donor.checksum)) return false;
      const arrays = blobIdsByRole(this.connection, source.id);
      if (!arrays.has('final-weights')) return false;
      const trainingId = insertTraining(
        this.connection,
        searchId,
        { ...source, key: wanted.key, identity: wanted.identity },
        source.adoptedFrom ?? donor.searchId,
      );
      copyMetrics(this.connection, source.id, trainingId);
      for (const [role, blobId] of arrays) {
        const isOwn = role === 'rewind-point' || (role === 'next-mask' && !donor.hasSamePruning);
        if (!isOwn) addArray(this.connection, trainingId, role, blobId);
        if (role === `iteration-${wanted.capturedIteration}`) {
          addArray(this.connection, trainingId, 'rewind-point', blobId);
        }
      }
      if (nextMask) {
        addArray(this.connection, trainingId, 'next-mask', this.#blobs.put(nextMask));
      }
      sealTraining(this.connection, trainingId);
      countDone(this.connection, searchId);
      return true;
    });
  }

  /** Trainings that came in a bundle have come out again here, bit for bit. */
  markVerified(searchId: string, keys: readonly TrainingKey[]): void {
    this.connection.write("the trainings can't be marked", () => {
      const forget = this.connection.prepare(
        'DELETE FROM unverified_trainings WHERE training_id = ?',
      );
      for (const key of keys) {
        const found = findTraining(this.connection, searchId, key);
        if (found) forget.run(found.id);
      }
    });
  }

  #isUnverified(trainingId: number): boolean {
    return this.connection
      .prepare(`SELECT ${IS_UNVERIFIED} FROM trainings WHERE id = ?`, FLAG)
      .one(trainingId);
  }

  #isSound(trainingId: number): boolean {
    if (!isTrainingSound(this.connection, trainingId)) return false;
    const blobIds = blobIdsByRole(this.connection, trainingId).values();
    return [...blobIds].every((id) => this.#blobs.isSound(id));
  }
}
