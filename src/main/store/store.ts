import path from 'node:path';
import type { ErrorReport } from '../../shared/contract/errors.ts';
import type { ArrayNeed } from '../../shared/domain/analysis.ts';
import type { EngineId, StepTimes } from '../../shared/domain/engine.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import type { Environment, SearchRecord, SearchStatus } from '../../shared/domain/search.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { SweepAxis } from '../../shared/domain/sweep.ts';
import type { TrainingKey } from '../../shared/domain/training.ts';
import type {
  StoredHandover,
  StoredTraining,
  StoredWeights,
  TrainingRecord,
} from '../../shared/domain/training-record.ts';
import { Analyses } from './analyses.ts';
import { Blobs } from './blobs.ts';
import { Calibrations } from './calibrations.ts';
import { integer, scalar } from './columns.ts';
import { Connection } from './connection.ts';
import { openDatabase } from './database.ts';
import { Engines } from './engines.ts';
import { History } from './history.ts';
import { findProblems } from './integrity.ts';
import { Leases } from './leases.ts';
import { isProcessAlive, type Liveness } from './liveness.ts';
import { Log } from './log.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { PaceRecord } from './paces.ts';
import { Preferences } from './preferences.ts';
import { QueueEntries } from './queue-entries.ts';
import {
  type NewSearch,
  Searches,
  type SearchFilter,
  type TargetFingerprints,
} from './searches.ts';
import type { SweepSummary } from './sweep-summaries.ts';
import { type NewSweepPoint, type SweepMember, type SweepRecord, Sweeps } from './sweeps.ts';
import { type DonorTraining, Trainings, type WantedTraining } from './trainings.ts';

export type { NewSearch, PaceRecord, SearchFilter, SweepMember, SweepRecord, SweepSummary };
export type { DonorTraining, WantedTraining };

const COUNTER = scalar(integer);

/**
 * All searches of a data directory, in one SQLite file that several processes may use at once. Each
 * part holds the queries about one subject.
 *
 * Every method of a part that writes does so in one transaction, which is on the disk when it returns,
 * unless it says otherwise. `get` throws `not-found` for what isn't there, `find` gives undefined.
 * Beside the errors they name, all of them throw WorkbenchError `store-failed` if the file can't be
 * read or written.
 */
export class Store {
  readonly searches: Searches;
  readonly sweeps: Sweeps;
  readonly trainings: Trainings & ((searchId: string) => TrainingRecord[]);
  readonly analyses: Analyses;
  readonly history: History;
  readonly queue: QueueEntries;
  readonly leases: Leases;
  readonly engines: Engines;
  readonly calibrations: Calibrations;
  readonly log: Log;
  readonly preferences: Preferences;
  readonly blobs: Blobs;
  readonly #connection: Connection;

  private constructor(connection: Connection, liveness: Liveness) {
    this.#connection = connection;
    this.blobs = new Blobs(connection);
    this.history = new History(connection);
    this.leases = new Leases(connection, liveness);
    this.searches = new Searches(connection, this.history, this.leases, this.blobs);
    this.sweeps = new Sweeps(connection, this.searches);
    this.trainings = callable(new Trainings(connection, this.searches, this.blobs));
    this.analyses = new Analyses(connection);
    this.queue = new QueueEntries(connection);
    this.engines = new Engines(connection);
    this.calibrations = new Calibrations(connection);
    this.log = new Log(connection);
    this.preferences = new Preferences(connection);
  }

  /**
   * Opens the database, makes it if it isn't there, and brings an older one up to date.
   *
   * @param options the clock and the machine's processes, for tests.
   * @throws WorkbenchError `store-failed` if the file can't be opened or written, belongs to another
   *   program, or was written by a newer version.
   */
  static open(file: string, options: Partial<Liveness> = {}): Store {
    const liveness: Liveness = { now: Date.now, isProcessAlive, ...options };
    const database = openDatabase(file, MIGRATIONS, liveness);
    return new Store(new Connection(database, path.resolve(file), liveness.now), liveness);
  }

  close(): void {
    this.#connection.close();
  }

  /** A number that changes when another process has changed the database. */
  changeCounter(): number {
    return this.#connection.read("the database can't be read", () =>
      this.#connection.prepare('PRAGMA data_version', COUNTER).one(),
    );
  }

  /** What is wrong with the database, a sentence each; nothing if all is well. Reads all of it. */
  integrityCheck(): string[] {
    return this.#connection.read("the database can't be checked", () =>
      findProblems(this.#connection, this.blobs),
    );
  }

  // What follows passes on to a part, until its callers do so themselves. Then it goes.

  createSearch(search: NewSearch): SearchRecord {
    return this.searches.create(search);
  }
  createSweep(
    name: string,
    axes: readonly SweepAxis[],
    points: readonly NewSweepPoint[],
  ): SweepRecord {
    return this.sweeps.create(name, axes, points);
  }
  getSearch(idOrPrefix: string): SearchRecord {
    return this.searches.get(idOrPrefix);
  }
  listSearches(filter: SearchFilter = {}): SearchRecord[] {
    return this.searches.list(filter);
  }
  layout(searchId: string, branch?: string): ParameterLayout {
    return this.searches.layout(searchId, branch);
  }
  startSearch(
    searchId: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints?: TargetFingerprints,
  ): void {
    this.searches.start(searchId, environment, datasetFingerprint, targetFingerprints);
  }
  reopenSearch(
    searchId: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints?: TargetFingerprints,
  ): void {
    this.searches.reopen(searchId, environment, datasetFingerprint, targetFingerprints);
  }
  setStatus(searchId: string, status: SearchStatus, error?: ErrorReport): void {
    this.searches.setStatus(searchId, status, error);
  }
  deleteSearch(searchId: string): void {
    this.searches.delete(searchId);
  }
  acquireLease(searchId: string, owner: string): void {
    this.leases.acquire(searchId, owner);
  }
  renewLease(searchId: string, owner: string): void {
    this.leases.renew(searchId, owner);
  }
  releaseLease(searchId: string, owner: string): void {
    this.leases.release(searchId, owner);
  }
  saveTraining(searchId: string, training: StoredTraining): void {
    this.trainings.save(searchId, training);
  }
  findDonor(wanted: WantedTraining): DonorTraining | undefined {
    return this.trainings.findDonor(wanted);
  }
  adoptTraining(
    searchId: string,
    wanted: WantedTraining,
    donor: DonorTraining,
    nextMask: Uint8Array | undefined,
  ): void {
    this.trainings.adopt(searchId, wanted, donor, nextMask);
  }
  loadCaptured(searchId: string, key: TrainingKey, iteration: number): Float32Array | undefined {
    return this.trainings.captured(searchId, key, iteration);
  }
  finishedTrainings(searchId: string): TrainingKey[] {
    return this.trainings.keys(searchId);
  }
  loadMask(searchId: string, key: TrainingKey): Uint8Array {
    return this.trainings.mask(searchId, key);
  }
  loadWeights(searchId: string, key: TrainingKey): StoredWeights {
    return this.trainings.weights(searchId, key);
  }
  loadArray(searchId: string, need: ArrayNeed): Uint8Array | Float32Array {
    return this.trainings.array(searchId, need);
  }
  loadHandover(searchId: string, key: TrainingKey): StoredHandover {
    return this.trainings.handover(searchId, key);
  }
  paces(settings: Settings, cpu: string): PaceRecord[] {
    return this.trainings.paces(settings, cpu);
  }
  levelEngines(searchId: string): Map<number, EngineId> {
    return this.engines.ofSearch(searchId);
  }
  chooseEngines(searchId: string, engines: ReadonlyMap<number, EngineId>): void {
    this.engines.choose(searchId, engines);
  }
  calibration(key: string): StepTimes | undefined {
    return this.calibrations.find(key);
  }
  saveCalibration(key: string, times: StepTimes): void {
    this.calibrations.save(key, times);
  }
}

/** Goes with the delegates: `store.trainings(id)` means `store.trainings.list(id)`. */
function callable(trainings: Trainings): Trainings & ((searchId: string) => TrainingRecord[]) {
  const list = (searchId: string): TrainingRecord[] => trainings.list(searchId);
  const called = new Proxy(list, {
    get: (_target, name) => {
      const value: unknown = Reflect.get(trainings, name);
      return typeof value === 'function' ? (value.bind(trainings) as unknown) : value;
    },
  });
  return called as Trainings & typeof list;
}
