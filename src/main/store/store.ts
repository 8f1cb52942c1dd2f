import path from 'node:path';
import type Database from 'better-sqlite3';
import { isProcessAlive } from '../../../provision/processes.mjs';
import type { DatabaseWait } from '../../shared/contract/records/host.ts';
import { Analyses } from './analyses.ts';
import { Blobs } from './blobs.ts';
import { Bundled } from './bundled.ts';
import { BundleMerge } from './bundle-merge.ts';
import { Calibrations } from './calibrations.ts';
import { integer, scalar, text } from './columns.ts';
import { BUSY_MILLISECONDS, Connection } from './connection.ts';
import { DataReadings } from './data-readings.ts';
import { copyDatabase, type CopyOptions } from './backup.ts';
import { type Creation, openDatabase } from './database.ts';
import { DatabaseFile, type MovedDatabase } from './database-file.ts';
import { Donors, type WantedTraining } from './donors.ts';
import { DroppedWeights } from './dropped-weights.ts';
import { EarlierTrainings } from './earlier-trainings.ts';
import { Engines } from './engines.ts';
import { History } from './history.ts';
import type { StoredRow } from './history-sql.ts';
import { sealPart, storedPart } from './checksums.ts';
import { type Extent, heal, openBackups, type Recompute } from './healing.ts';
import { type Damage, findProblems, findQuickProblems, type Problem } from './integrity.ts';
import { Leases } from './leases.ts';
import { likelyWriter } from './likely-writer.ts';
import type { Liveness } from './liveness.ts';
import { Log } from './log.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { PaceRecord } from './paces.ts';
import { MergedBundles } from './merged-bundles.ts';
import { Preferences } from './preferences.ts';
import { QueueEntries } from './queue-entries.ts';
import type { DamagedSearch } from './search-records.ts';
import type { NewSearch } from './search-writing.ts';
import { Searches } from './searches.ts';
import type { SweepSummary } from './sweep-summaries.ts';
import type { SweepRecord } from './sweep-record.ts';
import { Sweeps } from './sweeps.ts';
import { Trainings } from './trainings.ts';
import { Trash } from './trash.ts';
import { Usage } from './usage.ts';
import type { TurnOptions } from './write-turns.ts';

export type {
  DamagedSearch,
  NewSearch,
  PaceRecord,
  StoredRow,
  SweepRecord,
  SweepSummary,
  WantedTraining,
};

const COUNTER = scalar(integer);
const VERSION = scalar(text);

/**
 * All searches of a data directory, in one SQLite file that several processes may use at once. Each
 * part has the queries about one subject.
 *
 * Every writing method of a part runs in one transaction, which is on disk when it returns unless
 * it says otherwise. `get` throws `not-found` for what does not exist; `find` returns undefined. In
 * addition to the errors they name, all methods throw WorkbenchError `store-failed` if the file
 * can't be read or written.
 */
export class Store {
  readonly searches: Searches;
  readonly sweeps: Sweeps;
  readonly trainings: Trainings;
  readonly donors: Donors;
  readonly earlierTrainings: EarlierTrainings;
  readonly analyses: Analyses;
  readonly dataReadings: DataReadings;
  readonly history: History;
  readonly queue: QueueEntries;
  readonly leases: Leases;
  readonly engines: Engines;
  readonly calibrations: Calibrations;
  readonly log: Log;
  readonly preferences: Preferences;
  readonly blobs: Blobs;
  readonly droppedWeights: DroppedWeights;
  readonly usage: Usage;
  readonly trash: Trash;
  readonly bundled: Bundled;
  readonly bundleMerge: BundleMerge;
  readonly mergedBundles: MergedBundles;
  /** The folder that the database is in. */
  readonly directory: string;
  readonly #connection: Connection;
  readonly #database: Database.Database;
  readonly #databaseFile: DatabaseFile;
  readonly #file: string;
  readonly #liveness: Liveness;

  private constructor(
    connection: Connection,
    database: Database.Database,
    file: string,
    liveness: Liveness,
  ) {
    const directory = path.dirname(file);
    this.#connection = connection;
    this.#database = database;
    this.#file = file;
    this.#liveness = liveness;
    this.#databaseFile = new DatabaseFile(database, file, liveness.now);
    this.directory = directory;
    this.blobs = new Blobs(connection);
    this.history = new History(connection);
    this.leases = new Leases(connection, liveness);
    this.analyses = new Analyses(connection);
    this.searches = new Searches(connection, this.history, this.leases, this.blobs, this.analyses);
    this.sweeps = new Sweeps(connection, this.searches);
    this.trainings = new Trainings(connection, this.searches, this.blobs);
    this.donors = new Donors(connection, this.blobs);
    this.earlierTrainings = new EarlierTrainings(connection);
    this.dataReadings = new DataReadings(connection);
    this.queue = new QueueEntries(connection);
    this.engines = new Engines(connection);
    this.calibrations = new Calibrations(connection);
    this.log = new Log(connection);
    this.preferences = new Preferences(connection);
    this.droppedWeights = new DroppedWeights(connection, this.leases, this.blobs);
    this.usage = new Usage(connection, this.droppedWeights);
    this.trash = new Trash(connection, this.searches, this.usage);
    this.bundled = new Bundled(connection, this.blobs);
    this.bundleMerge = new BundleMerge(connection, liveness, this);
    this.mergedBundles = new MergedBundles(connection);
  }

  /**
   * Opens the database, creates it if it does not exist, and brings an older one up to date.
   *
   * @param options the clock and the machine's processes, for tests.
   * @throws WorkbenchError `store-failed` if the file can't be opened or written, belongs to
   *   another program, or was written by a newer version.
   */
  static open(file: string, options: Partial<Liveness> = {}): Store {
    return Store.#open(file, options, 'if it is not there');
  }

  /**
   * As `open`, for a thread or a process that works on the database of another one: if the file was moved
   * away meanwhile, an empty one in its place would look like lost searches.
   *
   * @throws WorkbenchError as `open`; `store-failed` naming the file if it is not there.
   */
  static openExisting(file: string): Store {
    return Store.#open(file, {}, 'never');
  }

  static #open(file: string, options: Partial<Liveness>, creation: Creation): Store {
    const liveness: Liveness = { now: Date.now, isProcessAlive, ...options };
    const database = openDatabase(file, MIGRATIONS, liveness, creation);
    const absolute = path.resolve(file);
    const connection = new Connection(database, absolute, liveness.now);
    return new Store(connection, database, absolute, liveness);
  }

  close(): void {
    this.#connection.close();
  }

  /**
   * Runs what writes, when everything that was asked for before has been written. While another process or
   * thread writes, this one goes on: a thread that serves windows or hears workers writes in no other way. Each
   * writing method is all or nothing; if one throws, those before it stay. It runs within this call if nobody
   * else writes and nothing waits.
   *
   * @throws WorkbenchError as `work` does.
   */
  inTurn<Result>(work: () => Result, options?: TurnOptions): Promise<Result> {
    return this.#connection.turns.run(work, options);
  }

  /** @param listener told every second while something waits to be written for longer, and when that ends. */
  followWaits(listener: (wait: DatabaseWait | undefined) => void): void {
    this.#connection.turns.follow((isWaiting) => {
      listener(isWaiting ? this.#wait() : undefined);
    });
  }

  /** The process is about to end: from now on nothing waits longer to be written than a usual statement. */
  endWaitsSoon(): void {
    this.#connection.turns.waitAtMost(BUSY_MILLISECONDS);
  }

  /** Whether the file that is open is still the one at its path. */
  isInPlace(): boolean {
    return this.#databaseFile.isInPlace();
  }

  /**
   * If the file was deleted, renamed or replaced, saves everything that is stored beside it. The caller
   * has to stop.
   *
   * @returns undefined if it is in its place.
   */
  rescue(): MovedDatabase | undefined {
    return this.#databaseFile.rescue();
  }

  /**
   * Writes a consistent, checked copy; others may write meanwhile.
   *
   * @param file must not exist, unless it may be overwritten.
   */
  backUp(file: string, options: CopyOptions = {}): void {
    copyDatabase(this.#database, file, options);
  }

  /**
   * Returns the space of what was deleted to the disk.
   *
   * @param onFraction told how much is returned, 0..1.
   */
  returnSpace(onFraction: (fraction: number) => void = () => undefined): void {
    this.#connection.returnSpace("the space can't be returned", onFraction);
  }

  /** Reads several things in one transaction: all of one state, and faster than one by one. */
  reading<Result>(problem: string, work: () => Result): Result {
    return this.#connection.read(problem, work);
  }

  /** The version of SQLite itself. */
  sqliteVersion(): string {
    return this.#connection.read("the database can't be read", () =>
      this.#connection.prepare('SELECT sqlite_version()', VERSION).one(),
    );
  }

  /** A number that changes when another process has changed the database. */
  changeCounter(): number {
    return this.#connection.read("the database can't be read", () =>
      this.#connection.prepare('PRAGMA data_version', COUNTER).one(),
    );
  }

  /** What can be found wrong without reading the arrays, one sentence each. */
  quickCheck(): string[] {
    return this.#connection.read("the database can't be checked", () =>
      findQuickProblems(this.#connection).map(({ message }) => message),
    );
  }

  /** The problems of the database, one sentence each; empty if there are none. Reads all of it. */
  integrityCheck(): string[] {
    return this.#problems().map(({ message }) => message);
  }

  /**
   * Like `integrityCheck`, and finds out what can be healed from backups or from equal trainings.
   *
   * @param heals whether it is healed.
   * @param summarize saves the summary of a search's results again, for its row in the history.
   */
  deepCheck(
    backupFiles: readonly string[],
    heals: boolean,
    summarize: (searchId: string) => void = () => undefined,
  ): CheckedProblem[] {
    const backups = openBackups(backupFiles, this.#connection.now);
    try {
      const own = { connection: this.#connection, blobs: this.blobs };
      const checked = this.#problems().map(({ message, damage }) => {
        const recompute: Recompute = (id, extent) => this.#recompute(id, extent, summarize);
        const source = damage && heal(own, backups, damage, { isTrial: !heals, recompute });
        if (heals && source !== undefined) this.#reindex(damage);
        return { message, source, isHealed: heals && source !== undefined };
      });
      const healed = checked.filter(({ isHealed }) => isHealed);
      if (healed.length === 0) return checked;
      // Other problems may have had the same cause.
      const left = this.#problems().map(({ message }) => {
        return { message, source: undefined, isHealed: false };
      });
      return [...healed, ...left];
    } finally {
      for (const { connection } of backups) connection.close();
    }
  }

  /** @throws WorkbenchError `store-failed` if what it is computed from is damaged. */
  #recompute(searchId: string, extent: Extent, summarize: (searchId: string) => void): void {
    const stored = storedPart(this.#connection, 'state', searchId);
    this.searches.rederive(searchId, extent === 'state');
    if (extent === 'settings') return;
    // The summary is computed only of a search that is sound.
    sealPart(this.#connection, 'state', [searchId]);
    summarize(searchId);
    if (extent === 'state' || stored === undefined) return;
    this.#connection
      .prepare('UPDATE search_checksums SET state = ? WHERE search_id = ?')
      .run(stored, searchId);
  }

  /** The words that a search is found by follow what was healed. */
  #reindex(damage: Damage | undefined): void {
    if (damage?.kind === 'search' || damage?.kind === 'part') this.history.reindex(damage.searchId);
  }

  #wait(): DatabaseWait {
    return { file: this.#file, writer: likelyWriter(this.#connection, this.#liveness) };
  }

  #problems(): Problem[] {
    const { searches, trainings, analyses, dataReadings, engines } = this;
    return this.#connection.read("the database can't be checked", () =>
      findProblems(this.#connection, this.blobs, [
        (id) => searches.checkReadable(id),
        (id) => searches.layout(id),
        (id) => trainings.list(id),
        (id) => analyses.list(id).forEach((analysis) => analyses.units(analysis.id)),
        (id) => dataReadings.list(id),
        (id) => engines.ofSearch(id),
      ]),
    );
  }
}

export interface CheckedProblem {
  /** One sentence. */
  readonly message: string;
  /** What it was or can be healed from; undefined if it can't be. */
  readonly source: string | undefined;
  readonly isHealed: boolean;
}
