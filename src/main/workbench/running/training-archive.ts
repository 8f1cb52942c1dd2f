/** The finished trainings of one search: saved, passed on to later trainings, adopted from other searches. */
import { isDeepStrictEqual } from 'node:util';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { packMask, unpackMask, type Mask } from '../../../shared/domain/mask.ts';
import {
  describeTraining,
  sameTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { TrainingIdentity } from '../../../shared/domain/training-record.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import type { CheckpointPlace } from '../../engine/lottery/checkpoint-file.ts';
import { rewindOf } from '../../engine/lottery/rewinds/index.ts';
import type { PruningTask, TrainingResult } from '../../engine/lottery/training-task.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { collapseWarnings } from '../../engine/pruning/collapse.ts';
import { strategies } from '../../engine/pruning/index.ts';
import type { SparsityTarget } from '../../engine/pruning/strategy.ts';
import { droppedError } from '../../store/dropped-weights.ts';
import type { DonorTraining } from '../../store/donors.ts';
import type { Store, WantedTraining } from '../../store/store.ts';
import { checkpointOf, removeCheckpoint } from './checkpoints.ts';
import { capturedIteration } from './training-identity.ts';

/** What a finished ticket passes on to the trainings that need it. */
export interface Handover {
  readonly nextMask: Mask | undefined;
  /** θk, from the dense network of a search that rewinds to k > 0. */
  readonly rewindPoint: Float32Array | undefined;
}

/** A finished training of another search that equals one of this search. */
export interface Donor extends Pick<DonorTraining, 'searchId' | 'key' | 'checksum'> {
  /** What must be pruned again; undefined if the donor's next mask is also this search's. */
  readonly pruning: Omit<PruningTask, 'key' | 'nextTarget'> | undefined;
}

/** What is reported about a training once it is saved. */
export type FinishedTraining = Pick<
  TrainingResult,
  'density' | 'evaluations' | 'trainingMilliseconds' | 'evaluationMilliseconds' | 'warnings'
>;

export class TrainingArchive {
  readonly #store: Store;
  readonly #searchId: string;
  readonly #subject: AnalysisSubject;
  readonly #network: NetworkSpec;
  /**
   * About to be saved. Trainings that start before then take the result from here, not from the
   * store.
   */
  #unsaved: TrainingResult | undefined;

  constructor(store: Store, searchId: string, subject: AnalysisSubject, network: NetworkSpec) {
    this.#store = store;
    this.#searchId = searchId;
    this.#subject = subject;
    this.#network = network;
  }

  get #layout(): ParameterLayout {
    return this.#subject.layout;
  }

  finishedKeys(): TrainingKey[] {
    return this.#store.trainings.keys(this.#searchId);
  }

  /**
   * Saves a result for good.
   *
   * @param beforeSaving may start the next trainings, for which the result is already available
   *   here. Called when nothing keeps the result from being saved, so that few results wait for others who write.
   * @throws WorkbenchError as `Trainings.save`.
   */
  async save(
    result: TrainingResult,
    identity: TrainingIdentity,
    beforeSaving: () => void,
  ): Promise<void> {
    const { mask, nextMask, correctAtEarlyStop, ...rest } = result;
    await this.#store.inTurn(() => {
      this.#unsaved = result;
      try {
        beforeSaving();
      } finally {
        this.#unsaved = undefined;
      }
      this.#store.trainings.save(this.#searchId, {
        ...rest,
        identity,
        mask: packMask(mask),
        nextMask: nextMask && packMask(nextMask),
        correctAtEarlyStop: packMask(correctAtEarlyStop),
      });
    });
    this.#removeCheckpoint(result.key);
  }

  /** Where a training is saved while it runs. */
  checkpointOf(key: TrainingKey, { training }: TrainingIdentity): CheckpointPlace {
    return checkpointOf(this.#store.directory, this.#searchId, key, training);
  }

  /** @throws WorkbenchError `not-found`; `store-failed` naming the blob if one is damaged. */
  handover(key: TrainingKey): Handover {
    const unsaved = this.#unsavedOf(key);
    if (unsaved) return unsaved;
    const { nextMask, rewindPoint } = this.#store.trainings.handover(this.#searchId, key);
    return { nextMask: nextMask && this.#unpack(nextMask), rewindPoint };
  }

  /**
   * θk, from the dense network of a search that rewinds to k > 0.
   *
   * @returns undefined if the search rewinds to θ0, or keeps its trained weights.
   * @throws WorkbenchError as `handover`; `not-found` if it was dropped: a level must not start from θ0 in
   *   its place.
   */
  rewindPoint(dense: TrainingKey): Float32Array | undefined {
    const { rewindPoint } = this.handover(dense);
    if (rewindPoint || capturedIteration(this.#subject.settings) === undefined) return rewindPoint;
    const at = this.#store.droppedWeights.at(this.#searchId);
    if (at !== undefined) throw droppedError('the weights of the rewind iteration', at);
    throw new WorkbenchError(
      'not-found',
      `the weights of the rewind iteration of the search ${this.#searchId} are not there`,
      'They came without weights: merge a bundle that has them, or run the search again.',
    );
  }

  /**
   * The final weights of a training.
   *
   * @throws WorkbenchError as `handover`.
   */
  trainedWeights(key: TrainingKey): Float32Array {
    const unsaved = this.#unsavedOf(key);
    return unsaved?.finalWeights ?? this.#store.trainings.weights(this.#searchId, key).finalWeights;
  }

  /** Whether a finished ticket left no mask because its level was the last one until now. */
  lacksNextMask(key: TrainingKey): boolean {
    if (this.#nextTarget(key) === undefined) return false;
    const unsaved = this.#unsavedOf(key);
    if (unsaved) return unsaved.nextMask === undefined;
    return !this.#store.trainings.hasNextMask(this.#searchId, key);
  }

  /**
   * What pruning a finished ticket needs.
   *
   * @returns undefined if its next mask can't be computed without training.
   * @throws WorkbenchError as `handover`.
   */
  pruningOf(key: TrainingKey): Donor['pruning'] {
    if (this.#followsMovement) return undefined;
    const { mask, finalWeights } = this.#store.trainings.weights(this.#searchId, key);
    const rewindPoint = rewindOf(this.#subject.settings).keepsTrainedWeights
      ? undefined
      : this.rewindPoint({ ...key, level: 0 });
    return { mask: this.#unpack(mask), trained: finalWeights, rewindPoint };
  }

  /**
   * Adds the next mask of a finished ticket.
   *
   * @param retrained the ticket's weights if it was trained again for its mask.
   * @throws WorkbenchError `conflict` if these are not the saved ones; as `handover`.
   */
  async addNextMask(
    key: TrainingKey,
    nextMask: Mask,
    identity: TrainingIdentity,
    retrained: Float32Array | undefined,
  ): Promise<void> {
    if (retrained && !isDeepStrictEqual(retrained, this.trainedWeights(key))) {
      throw new WorkbenchError(
        'conflict',
        `${describeTraining(key)} of the search ${this.#searchId} was trained again for its mask, and its weights differ`,
        'Equal settings give equal results in the same environment: extend the search where it was trained.',
      );
    }
    const { training, pruning } = identity;
    await this.#store.inTurn(() => {
      this.#store.trainings.addNextMask(
        this.#searchId,
        key,
        packMask(nextMask),
        retrained ? { training, pruning } : { pruning },
      );
    });
  }

  /**
   * A finished training of any search that equals one of this search. If it leads to another mask,
   * the donor includes everything needed to prune again.
   *
   * @returns undefined if there is none, or if its mask can't be computed without training.
   */
  findDonor(key: TrainingKey, identity: TrainingIdentity): Donor | undefined {
    const wanted = this.#wanted(key, identity);
    const found = this.#store.donors.find(wanted);
    if (!found) return undefined;
    const { searchId, checksum } = found;
    const donor = { searchId, key: found.key, checksum };
    const hasNextLevel = this.#nextTarget(key) !== undefined;
    if (!hasNextLevel || found.hasSamePruning) return { ...donor, pruning: undefined };

    if (this.#followsMovement) return undefined;
    const { mask, finalWeights } = this.#store.trainings.weights(found.searchId, found.key);
    return {
      ...donor,
      pruning: {
        mask: this.#unpack(mask),
        trained: finalWeights,
        rewindPoint: this.#rewindPointOf(key, found, wanted.capturedIteration),
      },
    };
  }

  /**
   * Adopts a donor's training.
   *
   * @param nextMask set if it was pruned again.
   * @returns undefined if it has changed since it was found, so that it is no donor any more.
   */
  async adopt(
    key: TrainingKey,
    identity: TrainingIdentity,
    donor: Donor,
    nextMask: Mask | undefined,
  ): Promise<FinishedTraining | undefined> {
    const hasNextLevel = this.#nextTarget(key) !== undefined;
    const isAdopted = await this.#store.inTurn(() =>
      this.#store.donors.adopt(
        this.#searchId,
        this.#wanted(key, identity),
        {
          searchId: donor.searchId,
          key: donor.key,
          hasSamePruning: hasNextLevel && donor.pruning === undefined,
          checksum: donor.checksum,
        },
        nextMask && packMask(nextMask),
      ),
    );
    if (!isAdopted) return undefined;
    this.#removeCheckpoint(key);
    const training = this.#store.trainings.get(this.#searchId, key);
    const left = hasNextLevel ? this.handover(key).nextMask : undefined;
    if (!left) return { ...training, warnings: [] };
    const mask = this.#unpack(this.#store.trainings.mask(this.#searchId, key));
    const warnings = collapseWarnings(this.#network, this.#layout, mask, left);
    return { ...training, warnings };
  }

  /** What the next level keeps; undefined for branches and for the last level. */
  #nextTarget(key: TrainingKey): SparsityTarget | undefined {
    return key.branch === TICKET_BRANCH ? this.#subject.targets[key.level] : undefined;
  }

  /** Whether pruning needs the movement of weights, which is known only while they are trained. */
  get #followsMovement(): boolean {
    const { strategy } = this.#subject.settings.pruning;
    return strategies.get(strategy.id).create(strategy).followsMovement === true;
  }

  #rewindPointOf(
    key: TrainingKey,
    found: Pick<Donor, 'searchId' | 'key'>,
    capturedAt: number | undefined,
  ): Float32Array | undefined {
    const { settings } = this.#subject;
    if (rewindOf(settings).keepsTrainedWeights) return undefined;
    if (key.level > 0) return this.rewindPoint({ ...key, level: 0 });
    if (capturedAt === undefined) return undefined;
    return this.#store.trainings.captured(found.searchId, found.key, capturedAt);
  }

  #wanted(key: TrainingKey, identity: TrainingIdentity): WantedTraining {
    const isDense = key.level === 0 && key.branch === TICKET_BRANCH;
    const iteration = isDense ? capturedIteration(this.#subject.settings) : undefined;
    return { key, identity, capturedIteration: iteration };
  }

  #removeCheckpoint(key: TrainingKey): void {
    removeCheckpoint(this.#store.directory, this.#searchId, key);
  }

  #unsavedOf(key: TrainingKey): TrainingResult | undefined {
    return this.#unsaved && sameTraining(this.#unsaved.key, key) ? this.#unsaved : undefined;
  }

  #unpack(packed: Uint8Array): Mask {
    return unpackMask(packed, this.#layout.prunableCount);
  }
}
