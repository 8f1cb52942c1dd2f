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
import { requireAllTrainings, requireSoundParts, sealTraining } from './checksums.ts';
import { integer, scalar } from './columns.ts';
import type { Connection } from './connection.ts';
import { countEvaluations, type MeasuredColumns } from './curve-columns.ts';
import type { EarlyStops, LevelOfSearch } from './early-stops.ts';
import { noSearch } from './not-found.ts';
import { findPaces, type PaceRecord } from './paces.ts';
import { StorePart } from './part.ts';
import type { Searches } from './searches.ts';
import { SoundTrainings } from './sound-trainings.ts';
import {
  addArray,
  blobIdsByRole,
  capturedOf,
  capturedRole,
  correctOf,
  correctOfSearch,
  findArray,
  floatsOf,
  isResult,
  readArray,
  resultsOf,
  rolesOfSearch,
  type SavedTraining,
} from './training-arrays.ts';
import { changeTraining, findSound } from './training-changes.ts';
import { checkTraining } from './training-check.ts';
import {
  countDone,
  decisiveEvaluationsOfSearch,
  environmentsOf,
  evaluationOf,
  evaluationsOfSearch,
  evaluationsOfTraining,
  findTraining,
  getTraining,
  insertMetrics,
  insertTraining,
  keysOf,
  recordOf,
  trainingIdsOf,
  type TrainingRow,
  trainingsOf,
} from './training-rows.ts';

export interface StoredCurve extends MeasuredColumns {
  readonly key: TrainingKey;
  /** Fraction of prunable weights kept. */
  readonly density: number;
}

const COUNT = scalar(integer);

/**
 * Finished trainings of searches: measurements and arrays. Those that do not match their checksum are
 * not read, but refused as `store-failed`.
 */
export class Trainings extends StorePart {
  readonly #searches: Searches;
  readonly #blobs: Blobs;
  readonly #sound: SoundTrainings;

  constructor(connection: Connection, searches: Searches, blobs: Blobs) {
    super(connection);
    this.#searches = searches;
    this.#blobs = blobs;
    this.#sound = new SoundTrainings(connection);
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
        addArray(this.connection, trainingId, role, this.#blobs.put(bytes));
      }
      sealTraining(this.connection, trainingId);
      countDone(this.connection, searchId);
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
    const found = this.connection.read("the training can't be read", () => {
      const training = getTraining(this.connection, searchId, key);
      const hasMask = blobIdsByRole(this.connection, training.id).has('next-mask');
      return hasMask ? undefined : findSound(this.connection, training);
    });
    if (!found) return;
    this.connection.write("the mask can't be saved", () => {
      const training = getTraining(this.connection, searchId, key);
      const { id } = training;
      if (blobIdsByRole(this.connection, id).has('next-mask')) return;
      const add = (): void => {
        addArray(this.connection, id, 'next-mask', this.#blobs.put(nextMask));
        this.connection
          .prepare(
            `UPDATE trainings SET identity = coalesce(?, identity), pruning_identity = ?
             WHERE id = ?`,
          )
          .run(identity.training ?? null, identity.pruning ?? null, id);
      };
      changeTraining(this.connection, training, add, found);
    });
  }

  /**
   * By replicate and level, the ticket before its branches. Reads every measurement of the search.
   */
  list(searchId: string): TrainingRecord[] {
    return this.connection.read("the trainings can't be read", () => {
      const trainings = this.#trainings(searchId);
      for (const training of trainings) this.#sound.require(training);
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
      this.#sound.requireDecisive(trainings);
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
      if (ids.some((id) => this.#sound.isUnchecked(id))) {
        this.#sound.requireDecisive(this.#trainings(searchId));
      }
      return correctOfSearch(this.connection, this.#blobs, searchId);
    });
  }

  /**
   * The early stops of the tickets of levels of many searches.
   *
   * @returns in their order; undefined where a training is damaged or can't be read.
   */
  earlyStops(levels: readonly LevelOfSearch[]): (EarlyStops | undefined)[] {
    return this.#sound.earlyStops(levels);
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
      const training = getTraining(this.connection, searchId, key);
      return { key, density: training.density, ...this.#sound.columns(training) };
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
    this.#sound.require(training);
    return { ...training, key };
  }

  /** @throws WorkbenchError `store-failed` if one is missing. */
  #trainings(searchId: string): TrainingRow[] {
    const trainings = trainingsOf(this.connection, searchId);
    requireAllTrainings(searchId, this.#countOf(searchId) ?? 0, trainings.length);
    return trainings;
  }

  #countOf(searchId: string): number | undefined {
    return this.connection
      .prepare('SELECT trainings_done FROM searches WHERE id = ?', COUNT)
      .get(searchId);
  }
}
