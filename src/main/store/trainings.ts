import { isDeepStrictEqual } from 'node:util';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { ArrayNeed } from '../../shared/domain/analysis.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import {
  describeTraining,
  type Evaluation,
  type TrainingKey,
} from '../../shared/domain/training.ts';
import type {
  StoredHandover,
  StoredTraining,
  StoredWeights,
  TrainingIdentity,
  TrainingRecord,
} from '../../shared/domain/training-record.ts';
import type { Blobs } from './blobs.ts';
import {
  changePart,
  decisiveProblems,
  isTrainingSound,
  requireAllTrainings,
  requireSoundDecisive,
  requireSoundParts,
  requireSoundTraining,
  sealTraining,
} from './checksums.ts';
import { integer, optional, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { countEvaluations, type MeasuredColumns, measuredColumns } from './curve-columns.ts';
import { nextUndecided, sealDecisive } from './decisive-evaluations.ts';
import { type EarlyStops, earlyStopsOf, type LevelOfSearch } from './early-stops.ts';
import { noSearch } from './not-found.ts';
import { findPaces, type PaceRecord } from './paces.ts';
import { StorePart } from './part.ts';
import type { Searches } from './searches.ts';
import {
  blobIdsByRole,
  capturedOf,
  capturedRole,
  correctOf,
  correctOfSearch,
  findArray,
  floatsOf,
  isResult,
  missingArray,
  readArray,
  resultsOf,
  rolesOfSearch,
  type SavedTraining,
} from './training-arrays.ts';
import { checkTraining } from './training-check.ts';
import {
  copyMetrics,
  decisiveEvaluationsOfSearch,
  environmentsOf,
  evaluationOf,
  evaluationsOfSearch,
  evaluationsOfTraining,
  findTraining,
  getTraining,
  insertMetrics,
  insertTraining,
  keyOf,
  keysOf,
  recordOf,
  trainingIdsOf,
  type TrainingRow,
  trainingsOf,
} from './training-rows.ts';

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
}

export interface StoredCurve extends MeasuredColumns {
  readonly key: TrainingKey;
  /** Fraction of prunable weights kept. */
  readonly density: number;
}

const DONOR = row({
  id: integer,
  searchId: text,
  replicate: integer,
  level: integer,
  branch: text,
  pruningIdentity: optional(text),
});

const COUNT = scalar(integer);

/**
 * Finished trainings of searches: measurements and arrays. Those that do not match their checksum are
 * not read, but refused as `store-failed`.
 */
export class Trainings extends StorePart {
  readonly #searches: Searches;
  readonly #blobs: Blobs;
  /** Trainings that this process has found sound. They do not change. */
  readonly #sound = new Set<number>();
  /** Those of which it has checked only what a result needs. */
  readonly #soundDecisive = new Set<number>();

  constructor(connection: Connection, searches: Searches, blobs: Blobs) {
    super(connection);
    this.#searches = searches;
    this.#blobs = blobs;
  }

  /**
   * Saves a finished training for good, all or nothing. Saving the same results again changes
   * nothing.
   *
   * @throws WorkbenchError `not-found`; `invalid-data` for a training that the search did not plan
   *   or whose arrays do not fit its network; `conflict` if other results are saved under its key.
   */
  save(searchId: string, training: StoredTraining): void {
    const { key } = training;
    const settings = this.#searches.settings(searchId);
    checkTraining(searchId, settings, this.#searches.layout(searchId, key.branch), training);
    this.connection.write("the training can't be saved", () => {
      const saved = findTraining(this.connection, searchId, key);
      if (saved) {
        if (this.#hasSameResults(saved, training)) return;
        throw new WorkbenchError(
          'conflict',
          `${describeTraining(key)} of the search ${searchId} is already saved with other results`,
          'Equal settings give equal results in the same environment: compare the environments.',
        );
      }
      const trainingId = insertTraining(this.connection, searchId, training);
      insertMetrics(this.connection, trainingId, training.evaluations);
      for (const [role, bytes] of [
        ...resultsOf(training),
        ...capturedOf(training),
        ...correctOf(training),
      ]) {
        this.#addBlob(trainingId, role, this.#blobs.put(bytes));
      }
      sealTraining(this.connection, trainingId);
      this.#countDone(searchId);
    });
  }

  /**
   * The oldest equal, undamaged training of any search that has its weights; undefined if there is none.
   * One that came in a bundle counts only if it was trained again here.
   */
  findDonor({ identity, capturedIteration }: WantedTraining): DonorTraining | undefined {
    return this.connection.read("the trainings can't be read", () => {
      const pruning = identity.pruning ?? null;
      const found = this.connection
        .prepare(
          `SELECT id, search_id AS searchId, replicate, level, branch,
             pruning_identity AS pruningIdentity
           FROM trainings WHERE identity = @identity AND EXISTS
             (SELECT 1 FROM training_blobs WHERE training_id = trainings.id
               AND role = 'final-weights')
           AND NOT EXISTS (SELECT 1 FROM unverified_trainings WHERE training_id = trainings.id)
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
      };
    });
  }

  /**
   * Gives a search a copy of another search's training, with the same measurements and arrays. The
   * arrays are stored only once.
   *
   * @param nextMask packed; only if it differs from the donor's.
   * @throws WorkbenchError `not-found` if the search, the donor or its weights are gone.
   */
  adopt(
    searchId: string,
    wanted: WantedTraining,
    donor: DonorTraining,
    nextMask: Uint8Array | undefined,
  ): void {
    this.connection.write("the training can't be saved", () => {
      if (findTraining(this.connection, searchId, wanted.key)) return;
      const source = this.#saved(donor.searchId, donor.key);
      const arrays = blobIdsByRole(this.connection, source.id);
      // They may have been dropped since the donor was found.
      if (!arrays.has('final-weights')) {
        throw missingArray(this.connection, source, 'final-weights');
      }
      const trainingId = insertTraining(
        this.connection,
        searchId,
        { ...source, key: wanted.key, identity: wanted.identity },
        { adoptedFrom: source.adoptedFrom ?? donor.searchId },
      );
      copyMetrics(this.connection, source.id, trainingId);
      for (const [role, blobId] of arrays) {
        const isOwn = role === 'rewind-point' || (role === 'next-mask' && !donor.hasSamePruning);
        if (!isOwn) this.#addBlob(trainingId, role, blobId);
        if (role === `iteration-${wanted.capturedIteration}`) {
          this.#addBlob(trainingId, 'rewind-point', blobId);
        }
      }
      if (nextMask) this.#addBlob(trainingId, 'next-mask', this.#blobs.put(nextMask));
      sealTraining(this.connection, trainingId);
      this.#countDone(searchId);
    });
  }

  /** Trainings that came in a bundle have come out again here, bit for bit: other searches may reuse them. */
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

  /** Whether a finished ticket left a mask for the next level. Reads no array. */
  hasNextMask(searchId: string, key: TrainingKey): boolean {
    return this.connection.read("the mask can't be read", () =>
      blobIdsByRole(this.connection, this.#saved(searchId, key).id).has('next-mask'),
    );
  }

  /**
   * Adds the mask of the next level to a finished ticket whose level was the last. Adding it again
   * changes nothing.
   *
   * @param nextMask packed.
   * @param identity of the pruning, and of the training if that was repeated.
   * @throws WorkbenchError `not-found`.
   */
  addNextMask(
    searchId: string,
    key: TrainingKey,
    nextMask: Uint8Array,
    identity: Partial<TrainingIdentity>,
  ): void {
    this.connection.write("the mask can't be saved", () => {
      const { id } = this.#saved(searchId, key);
      if (blobIdsByRole(this.connection, id).has('next-mask')) return;
      this.#addBlob(id, 'next-mask', this.#blobs.put(nextMask));
      this.connection
        .prepare(
          `UPDATE trainings SET identity = coalesce(?, identity), pruning_identity = ?
           WHERE id = ?`,
        )
        .run(identity.training ?? null, identity.pruning ?? null, id);
      sealTraining(this.connection, id);
    });
  }

  /**
   * By replicate and level, the ticket before its branches. Reads every measurement of the search.
   */
  list(searchId: string): TrainingRecord[] {
    return this.connection.read("the trainings can't be read", () => {
      const trainings = this.#trainings(searchId);
      for (const training of trainings) this.#requireSound(training);
      return this.#records(searchId, trainings, evaluationsOfSearch(this.connection, searchId));
    });
  }

  /**
   * Like `list`, but with only the early stop and the last evaluation of each training. A result
   * needs no more, and neither reads nor checks the others.
   */
  outcomes(searchId: string): TrainingRecord[] {
    return this.connection.read("the trainings can't be read", () => {
      const trainings = this.#trainings(searchId);
      this.#requireSoundDecisive(trainings);
      const evaluations = decisiveEvaluationsOfSearch(this.connection, searchId);
      return this.#records(searchId, trainings, evaluations);
    });
  }

  /**
   * Which test examples each training classified correctly at its early stop, packed, by
   * `nameOfTraining`. Trainings of earlier versions have no entry.
   *
   * @throws WorkbenchError `store-failed` naming the blob if one is damaged.
   */
  correctAtEarlyStop(searchId: string): ReadonlyMap<string, Uint8Array> {
    return this.connection.read("the correct test examples can't be read", () => {
      const ids = trainingIdsOf(this.connection, searchId);
      requireAllTrainings(searchId, this.#countOf(searchId) ?? 0, ids.length);
      if (ids.some((id) => this.#isUnchecked(id))) {
        this.#requireSoundDecisive(this.#trainings(searchId));
      }
      return correctOfSearch(this.connection, this.#blobs, searchId);
    });
  }

  /**
   * The early stops of the tickets of levels of many searches.
   *
   * @returns in their order; undefined where a training is damaged.
   */
  earlyStops(levels: readonly LevelOfSearch[]): (EarlyStops | undefined)[] {
    return this.connection.read("the trainings can't be read", () => {
      const found = earlyStopsOf(this.connection, levels);
      const unchecked = new Set(
        found.flatMap(({ trainingIds }) => trainingIds.filter((id) => this.#isUnchecked(id))),
      );
      const problems = decisiveProblems(this.connection, [...unchecked]);
      for (const id of unchecked) if (!problems.has(id)) this.#soundDecisive.add(id);
      return found.map(({ trainingIds, ...stops }) =>
        trainingIds.some((id) => problems.has(id)) ? undefined : stops,
      );
    });
  }

  /**
   * One finished training, as in `list`.
   *
   * @throws WorkbenchError `not-found`.
   */
  get(searchId: string, key: TrainingKey): TrainingRecord {
    return this.connection.read("the training can't be read", () => {
      requireSoundParts(this.connection, searchId, 'sessions');
      const training = this.#saved(searchId, key);
      const evaluations = evaluationsOfTraining(this.connection, training.id);
      return recordOf(training, evaluations, environmentsOf(this.connection, searchId));
    });
  }

  /**
   * The measurements of a finished training as columns, for any number of them.
   *
   * @throws WorkbenchError `not-found`.
   */
  curve(searchId: string, key: TrainingKey): StoredCurve {
    return this.connection.read("the training can't be read", () => {
      const { id, density } = this.#saved(searchId, key);
      return { key, density, ...measuredColumns(this.connection, id) };
    });
  }

  /**
   * How many evaluations a finished training has.
   *
   * @throws WorkbenchError `not-found`.
   */
  evaluationCount(searchId: string, key: TrainingKey): number {
    return this.connection.read("the training can't be read", () =>
      countEvaluations(this.connection, getTraining(this.connection, searchId, key).id),
    );
  }

  /** The keys of finished trainings, ordered as in `list`. */
  keys(searchId: string): TrainingKey[] {
    return this.connection.read("the trainings can't be read", () =>
      keysOf(this.connection, searchId),
    );
  }

  /**
   * How many trainings have finished.
   *
   * @throws WorkbenchError `not-found`.
   */
  count(searchId: string): number {
    return this.connection.read("the search can't be read", () => {
      const done = this.#countOf(searchId);
      if (done === undefined) throw noSearch(searchId);
      return done;
    });
  }

  /**
   * The packed mask that the training ran under.
   *
   * @throws WorkbenchError `not-found`; `store-failed` naming the blob if it is damaged.
   */
  mask(searchId: string, key: TrainingKey): Uint8Array {
    return this.connection.read("the mask can't be read", () =>
      readArray(this.connection, this.#blobs, this.#saved(searchId, key), 'mask'),
    );
  }

  /** @throws WorkbenchError `not-found`; `store-failed` naming the blob if one is damaged. */
  weights(searchId: string, key: TrainingKey): StoredWeights {
    return this.connection.read("the weights can't be read", () => {
      const saved = this.#saved(searchId, key);
      const read = (role: 'mask' | 'initial-weights' | 'final-weights') =>
        readArray(this.connection, this.#blobs, saved, role);
      return {
        mask: read('mask'),
        initialWeights: floatsOf(read('initial-weights')),
        finalWeights: floatsOf(read('final-weights')),
      };
    });
  }

  /** Which arrays each training has, by `nameOfTraining`. Reads none of them. */
  storedArrays(searchId: string): ReadonlyMap<string, ReadonlySet<string>> {
    return this.connection.read("the trainings can't be read", () =>
      rolesOfSearch(this.connection, searchId),
    );
  }

  /**
   * One array of a training; masks are packed.
   *
   * @throws WorkbenchError `not-found`; `store-failed` naming the blob if it is damaged or missing.
   */
  array(searchId: string, { array, key }: ArrayNeed): Uint8Array | Float32Array {
    return this.connection.read("the weights can't be read", () => {
      const bytes = readArray(this.connection, this.#blobs, this.#saved(searchId, key), array);
      return array === 'mask' || array === 'next-mask' ? bytes : floatsOf(bytes);
    });
  }

  /**
   * What a training passes on to the next level.
   *
   * @throws WorkbenchError `not-found`; `store-failed` naming the blob if one is damaged.
   */
  handover(searchId: string, key: TrainingKey): StoredHandover {
    return this.connection.read("the mask can't be read", () => {
      const saved = this.#saved(searchId, key);
      const rewindPoint = findArray(this.connection, this.#blobs, saved, 'rewind-point');
      return {
        nextMask: findArray(this.connection, this.#blobs, saved, 'next-mask'),
        rewindPoint: rewindPoint && floatsOf(rewindPoint),
      };
    });
  }

  /** The weights of an iteration that the dense network captured; undefined if it did not. */
  captured(searchId: string, key: TrainingKey, iteration: number): Float32Array | undefined {
    return this.connection.read("the weights can't be read", () => {
      const saved = this.#saved(searchId, key);
      const bytes = findArray(this.connection, this.#blobs, saved, capturedRole(iteration));
      return bytes && floatsOf(bytes);
    });
  }

  /** Whether an earlier version saved a training, whose decisive evaluations have no checksum yet. */
  hasEarlier(): boolean {
    return this.connection.read(
      "the trainings can't be read",
      () => nextUndecided(this.connection, 0) !== undefined,
    );
  }

  /**
   * Checks all measurements of trainings of earlier versions, and seals the decisive ones of those that are
   * sound. Damaged ones stay as they are, so that what reads them names the damage.
   *
   * @param after the id of the training that was checked last; 0 to begin.
   * @param milliseconds after these, no other is begun.
   * @returns the id of the training that was checked last; undefined if none is left.
   */
  sealEarlier(after: number, milliseconds: number): number | undefined {
    const until = Date.now() + milliseconds;
    let last = after;
    do {
      const id = this.connection.read("the trainings can't be read", () =>
        nextUndecided(this.connection, last),
      );
      if (id === undefined) return undefined;
      if (this.#isReadable(id)) {
        this.connection.writeUnsynced("the training can't be sealed", () => {
          sealDecisive(this.connection, id);
        });
      }
      last = id;
    } while (Date.now() < until);
    return last;
  }

  /** How fast similar trainings were on this processor, latest first. */
  paces(settings: Settings, cpu: string): PaceRecord[] {
    return this.connection.read("the trainings can't be read", () =>
      findPaces(this.connection, settings, cpu),
    );
  }

  #records(
    searchId: string,
    trainings: readonly TrainingRow[],
    evaluations: ReadonlyMap<number, readonly Evaluation[]>,
  ): TrainingRecord[] {
    requireSoundParts(this.connection, searchId, 'sessions');
    const environments = environmentsOf(this.connection, searchId);
    return trainings.map((training) =>
      recordOf(training, evaluations.get(training.id) ?? [], environments),
    );
  }

  #isSound(trainingId: number): boolean {
    if (!isTrainingSound(this.connection, trainingId)) return false;
    const blobIds = blobIdsByRole(this.connection, trainingId).values();
    return [...blobIds].every((id) => this.#blobs.isSound(id));
  }

  /** Whether all measurements can be read and match their checksum. */
  #isReadable(trainingId: number): boolean {
    try {
      return this.connection.read("the training can't be read", () =>
        isTrainingSound(this.connection, trainingId),
      );
    } catch (error) {
      if (error instanceof WorkbenchError && error.code === 'store-failed') return false;
      throw error;
    }
  }

  #countDone(searchId: string): void {
    changePart(this.connection, 'state', [searchId], () => {
      this.connection
        .prepare('UPDATE searches SET trainings_done = trainings_done + 1 WHERE id = ?')
        .run(searchId);
    });
  }

  #addBlob(trainingId: number, role: string, blobId: number): void {
    this.connection
      .prepare('INSERT INTO training_blobs VALUES (?, ?, ?)')
      .run(trainingId, role, blobId);
  }

  /** Times differ between runs and do not count as results. */
  #hasSameResults(saved: TrainingRow, training: StoredTraining): boolean {
    const { density, keptCounts, engine, evaluations } = training;
    const results = resultsOf(training);
    const savedResults = new Map(
      [...blobIdsByRole(this.connection, saved.id)].filter(([role]) => isResult(role)),
    );
    return (
      saved.density === density &&
      isDeepStrictEqual(saved.keptCounts, [...keptCounts]) &&
      saved.engine === engine &&
      isDeepStrictEqual(
        evaluationsOfTraining(this.connection, saved.id),
        evaluations.map(evaluationOf),
      ) &&
      savedResults.size === results.length &&
      results.every(([role, bytes]) => savedResults.get(role) === this.#blobs.idOf(bytes))
    );
  }

  /** @throws WorkbenchError `not-found`; `store-failed` if it is damaged. */
  #saved(searchId: string, key: TrainingKey): TrainingRow & SavedTraining {
    const training = getTraining(this.connection, searchId, key);
    this.#requireSound(training);
    return { ...training, key };
  }

  /** @throws WorkbenchError `store-failed` if one is missing. */
  #trainings(searchId: string): TrainingRow[] {
    const trainings = trainingsOf(this.connection, searchId);
    requireAllTrainings(searchId, this.#countOf(searchId) ?? 0, trainings.length);
    return trainings;
  }

  #requireSoundDecisive(trainings: readonly TrainingRow[]): void {
    const unchecked = trainings.filter(({ id }) => this.#isUnchecked(id));
    requireSoundDecisive(this.connection, unchecked);
    for (const { id } of unchecked) this.#soundDecisive.add(id);
  }

  /** Whether this process has not checked yet what a result needs of a training. */
  #isUnchecked(id: number): boolean {
    return !this.#sound.has(id) && !this.#soundDecisive.has(id);
  }

  #requireSound(training: TrainingRow): void {
    if (this.#sound.has(training.id)) return;
    requireSoundTraining(this.connection, training);
    this.#sound.add(training.id);
  }

  #countOf(searchId: string): number | undefined {
    return this.connection
      .prepare('SELECT trainings_done FROM searches WHERE id = ?', COUNT)
      .get(searchId);
  }
}
