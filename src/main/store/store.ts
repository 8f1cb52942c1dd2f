import path from 'node:path';
import type Database from 'better-sqlite3';
import type { ErrorReport } from '../../shared/contract/errors.ts';
import type { ArrayNeed } from '../../shared/domain/analysis.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import type { EngineId, StepTimes } from '../../shared/domain/engine.ts';
import type { Environment, SearchRecord, SearchStatus } from '../../shared/domain/search.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { SweepAxis } from '../../shared/domain/sweep.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../shared/domain/training.ts';
import type {
  StoredHandover,
  StoredTraining,
  StoredWeights,
  TrainingRecord,
} from '../../shared/domain/training-record.ts';
import { Analyses } from './analyses.ts';
import { Blobs } from './blobs.ts';
import { openDatabase } from './database.ts';
import { History } from './history.ts';
import { Engines } from './engines.ts';
import { findProblems } from './integrity.ts';
import { isProcessAlive, Leases, type LeaseOptions } from './leases.ts';
import { Log } from './log.ts';
import { findPaces, type PaceRecord } from './paces.ts';
import { Preferences } from './preferences.ts';
import { QueueEntries } from './queue-entries.ts';
import {
  type NewSearch,
  Searches,
  type SearchFilter,
  type TargetFingerprints,
} from './searches.ts';
import { Statements } from './statements.ts';
import { guarded } from './store-error.ts';
import type { SweepSummary } from './sweep-summaries.ts';
import { type SweepMember, type SweepRecord, Sweeps } from './sweeps.ts';
import { type DonorTraining, Trainings, type WantedTraining } from './trainings.ts';

export type { NewSearch, PaceRecord, SearchFilter, SweepMember, SweepRecord, SweepSummary };
export type { DonorTraining, WantedTraining };

/**
 * All searches of a data directory, in one SQLite file that several processes may use at once.
 *
 * Every method that writes does so in one transaction, which is on the disk when it returns. Beside
 * the errors they name, all of them throw WorkbenchError `store-failed` if the file can't be read or
 * written.
 */
export class Store {
  /** The table of all searches, and what users say about them. */
  readonly history: History;
  readonly queue: QueueEntries;
  readonly log: Log;
  readonly preferences: Preferences;
  readonly sweeps: Sweeps;
  /** What was asked of a search beside its verdict. */
  readonly analyses: Analyses;
  readonly #database: Database.Database;
  readonly #file: string;
  readonly #blobs: Blobs;
  readonly #leases: Leases;
  readonly #searches: Searches;
  readonly #trainings: Trainings;
  readonly #engines: Engines;

  private constructor(database: Database.Database, file: string, options: LeaseOptions) {
    const now = (): number => options.now();
    this.#database = database;
    this.#file = file;
    const statements = new Statements(database);
    this.#blobs = new Blobs(statements);
    this.#leases = new Leases(database, options);
    this.#searches = new Searches(database, statements, now);
    this.#trainings = new Trainings(database, statements, this.#blobs, now);
    this.#engines = new Engines(database, now);
    const guard = <Result>(problem: string, work: () => Result): Result =>
      guarded(file, problem, work);
    this.history = new History(statements, database, guard, now);
    this.queue = new QueueEntries(database, guard);
    this.log = new Log(database, guard);
    this.preferences = new Preferences(database, guard);
    this.sweeps = new Sweeps(database, guard, now);
    this.analyses = new Analyses(database, guard, now);
  }

  /**
   * Opens the database, makes it if it isn't there, and brings an older one up to date.
   *
   * @param options the clock and the machine's processes, for tests.
   * @throws WorkbenchError `store-failed` if the file can't be opened or written, belongs to another
   *   program, or was written by a newer version.
   */
  static open(file: string, options: Partial<LeaseOptions> = {}): Store {
    return new Store(openDatabase(file), path.resolve(file), {
      now: Date.now,
      isProcessAlive,
      ...options,
    });
  }

  close(): void {
    this.#database.close();
  }

  /** Saves a search that waits to be started. */
  createSearch(search: NewSearch): SearchRecord {
    return this.#guard("the search can't be saved", () =>
      this.#database
        .transaction(() => {
          const id = this.#searches.create(search);
          this.history.add(id, search.settings);
          return this.#searches.get(id);
        })
        .immediate(),
    );
  }

  /** Saves a search for every grid point of a sweep, all of them or none. */
  createSweep(
    name: string,
    axes: readonly SweepAxis[],
    points: readonly (NewSearch & Pick<SweepMember, 'values'>)[],
  ): SweepRecord {
    return this.#guard("the sweep can't be saved", () =>
      this.#database
        .transaction(() => {
          const members = points.map(({ values, ...search }) => {
            const searchId = this.#searches.create(search);
            this.history.add(searchId, search.settings);
            return { searchId, values };
          });
          return this.sweeps.add(name, axes, members);
        })
        .immediate(),
    );
  }

  /** @throws WorkbenchError `not-found` for no search, or more than one, whose id begins so; for a sweep. */
  getSearch(idOrPrefix: string): SearchRecord {
    this.sweeps.refuseAsSearch(idOrPrefix);
    return this.#guard("the search can't be read", () => this.#searches.find(idOrPrefix));
  }

  /** Newest first. */
  listSearches(filter: SearchFilter = {}): SearchRecord[] {
    return this.#guard("the searches can't be read", () => this.#searches.list(filter));
  }

  /**
   * How a search's weights and masks are to be read.
   *
   * @param branch whose; only transfers have a layout of their own.
   * @throws WorkbenchError `not-found`.
   */
  layout(searchId: string, branch: string = TICKET_BRANCH): ParameterLayout {
    return this.#guard("the search can't be read", () => this.#searches.layout(searchId, branch));
  }

  /**
   * Begins a session of a search, its first or a later one; trainings are saved within one.
   *
   * @param datasetFingerprint SHA-256, hex, of the decoded dataset.
   * @throws WorkbenchError `not-found`; `conflict` if an earlier session had other data.
   */
  startSearch(
    searchId: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints: TargetFingerprints = new Map(),
  ): void {
    this.#guard("the search can't be saved", () => {
      this.#searches.start(searchId, environment, datasetFingerprint, targetFingerprints);
    });
  }

  /**
   * Begins a session of a finished search, for what is found out about it afterwards; its status
   * stays.
   *
   * @throws WorkbenchError as `startSearch`.
   */
  reopenSearch(
    searchId: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints: TargetFingerprints = new Map(),
  ): void {
    this.#guard("the search can't be saved", () => {
      this.#searches.reopen(searchId, environment, datasetFingerprint, targetFingerprints);
    });
  }

  /**
   * @param error why it failed; none clears the one before.
   * @throws WorkbenchError `not-found`.
   */
  setStatus(searchId: string, status: SearchStatus, error?: ErrorReport): void {
    this.#guard("the status can't be saved", () => {
      this.#searches.setStatus(searchId, status, error);
    });
  }

  /**
   * Deletes a search with everything that no other search shares.
   *
   * @throws WorkbenchError `not-found`; `conflict` while it is run.
   */
  deleteSearch(searchId: string): void {
    this.#guard("the search can't be deleted", () => {
      this.#database
        .transaction(() => {
          const { id } = this.#searches.get(searchId);
          this.#leases.checkFree(id);
          const blobIds = this.#trainings.blobIds(id);
          this.#searches.delete(id);
          this.#blobs.collectGarbage(blobIds);
        })
        .immediate();
      // Gives the space back to the disk.
      this.#database.exec('PRAGMA incremental_vacuum');
    });
  }

  /**
   * Makes `owner` the one that runs a search; it must renew the lease well within
   * `LEASE_MILLISECONDS`.
   *
   * @throws WorkbenchError `not-found`; `conflict` while another owner holds it.
   */
  acquireLease(searchId: string, owner: string): void {
    this.#guard("the search can't be claimed", () => {
      this.#leases.acquire(this.#searches.get(searchId).id, owner);
    });
  }

  /** @throws WorkbenchError `conflict` if the lease is lost: the owner must stop at once. */
  renewLease(searchId: string, owner: string): void {
    this.#guard("the claim on the search can't be renewed", () => {
      this.#leases.renew(searchId, owner);
    });
  }

  /** Does nothing if the lease is another owner's by now. */
  releaseLease(searchId: string, owner: string): void {
    this.#guard("the claim on the search can't be given up", () => {
      this.#leases.release(searchId, owner);
    });
  }

  /**
   * Keeps a finished training for good, all of it or nothing. Saving the same results again changes
   * nothing.
   *
   * @throws WorkbenchError `not-found`; `invalid-data` for a training that the search did not plan
   *   or whose arrays do not fit its network; `conflict` if other results are saved under its key.
   */
  saveTraining(searchId: string, training: StoredTraining): void {
    this.#guard("the training can't be saved", () => {
      const search = this.#searches.get(searchId);
      const layout = this.#searches.layout(search.id, training.key.branch);
      this.#trainings.save(search, layout, training);
    });
  }

  /** A finished training of any search that is the same as one that is wanted. */
  findDonor(wanted: WantedTraining): DonorTraining | undefined {
    return this.#guard("the trainings can't be read", () => this.#trainings.findDonor(wanted));
  }

  /**
   * Makes another search's training this one's, too. Arrays are kept once.
   *
   * @param nextMask packed, where it differs from what the donor left.
   * @throws WorkbenchError `not-found`.
   */
  adoptTraining(
    searchId: string,
    wanted: WantedTraining,
    donor: DonorTraining,
    nextMask: Uint8Array | undefined,
  ): void {
    this.#guard("the training can't be saved", () => {
      this.#trainings.adopt(this.#searches.get(searchId), wanted, donor, nextMask);
    });
  }

  /** θ of an iteration that a dense network was asked to capture. */
  loadCaptured(searchId: string, key: TrainingKey, iteration: number): Float32Array | undefined {
    return this.#guard("the weights can't be read", () =>
      this.#trainings.captured(searchId, key, iteration),
    );
  }

  /** The finished trainings of a search, by replicate and level, the ticket before its controls. */
  trainings(searchId: string): TrainingRecord[] {
    return this.#guard("the trainings can't be read", () => this.#trainings.list(searchId));
  }

  /** As `trainings`, without what was measured. */
  finishedTrainings(searchId: string): TrainingKey[] {
    return this.#guard("the trainings can't be read", () => this.#trainings.keys(searchId));
  }

  /**
   * The mask of a training, packed.
   *
   * @throws WorkbenchError `not-found`; `store-failed` naming the blob if it is damaged.
   */
  loadMask(searchId: string, key: TrainingKey): Uint8Array {
    return this.#guard("the mask can't be read", () => this.#trainings.mask(searchId, key));
  }

  /** @throws WorkbenchError `not-found`; `store-failed` naming the blob if one is damaged. */
  loadWeights(searchId: string, key: TrainingKey): StoredWeights {
    return this.#guard("the weights can't be read", () => this.#trainings.weights(searchId, key));
  }

  /**
   * One array of a training; masks packed.
   *
   * @throws WorkbenchError `not-found`; `store-failed` naming the blob if it is damaged or missing.
   */
  loadArray(searchId: string, { array, key }: ArrayNeed): Uint8Array | Float32Array {
    return this.#guard("the weights can't be read", () =>
      this.#trainings.array(searchId, key, array),
    );
  }

  /**
   * What a training left for the next level.
   *
   * @throws WorkbenchError `not-found`; `store-failed` naming the blob if one is damaged.
   */
  loadHandover(searchId: string, key: TrainingKey): StoredHandover {
    return this.#guard("the mask can't be read", () => this.#trainings.handover(searchId, key));
  }

  /** How fast trainings like those of these settings were on this processor, the latest first. */
  paces(settings: Settings, cpu: string): PaceRecord[] {
    return this.#guard("the trainings can't be read", () =>
      findPaces(this.#database, settings, cpu),
    );
  }

  /** A number that changes when another process has changed the database. */
  changeCounter(): number {
    return this.#guard("the database can't be read", () =>
      Number(this.#database.pragma('data_version', { simple: true })),
    );
  }

  /** Which engine trains each level; empty before the search has first been started. */
  levelEngines(searchId: string): Map<number, EngineId> {
    return this.#guard("the engines can't be read", () => this.#engines.ofSearch(searchId));
  }

  /** Fixes engines for good: a level that has one keeps it. */
  chooseEngines(searchId: string, engines: ReadonlyMap<number, EngineId>): void {
    this.#guard("the engines can't be saved", () => {
      this.#engines.choose(searchId, engines);
    });
  }

  /** What was measured before under this key. */
  calibration(key: string): StepTimes | undefined {
    return this.#guard("the calibration can't be read", () => this.#engines.calibration(key));
  }

  saveCalibration(key: string, times: StepTimes): void {
    this.#guard("the calibration can't be saved", () => {
      this.#engines.saveCalibration(key, times);
    });
  }

  /** What is wrong with the database, a sentence each; nothing if all is well. Reads all of it. */
  integrityCheck(): string[] {
    return this.#guard("the database can't be checked", () =>
      findProblems(this.#database, this.#blobs),
    );
  }

  #guard<Result>(problem: string, work: () => Result): Result {
    return guarded(this.#file, problem, work);
  }
}
