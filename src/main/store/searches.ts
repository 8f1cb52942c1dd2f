import type { ErrorReport } from '../../shared/contract/errors.ts';
import { layoutFrom, type ParameterLayout } from '../../shared/domain/layout.ts';
import type { UsedPlugIn } from '../../shared/domain/plug-in.ts';
import {
  type Environment,
  SEARCH_STATUSES,
  type SearchRecord,
  type SearchStatus,
} from '../../shared/domain/search.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../shared/domain/training.ts';
import type { Analyses } from './analyses.ts';
import type { Blobs } from './blobs.ts';
import { changePart, damagedParts, requireSoundSearch, sealPart, sealSearch } from './checksums.ts';
import { integer, oneOf, scalar } from './columns.ts';
import type { Connection } from './connection.ts';
import type { History } from './history.ts';
import type { Leases } from './leases.ts';
import { noSearch } from './not-found.ts';
import { StorePart } from './part.ts';
import { PART_NAMES } from './sealed.ts';
import { newFreeId } from './search-id.ts';
import { searchIdOf } from './search-prefix.ts';
import {
  type DamagedSearch,
  listSearches,
  NAMED,
  PARTS_OF_RECORD,
  readSearch,
  type SearchFilter,
  STATUS_COLUMN,
} from './search-records.ts';
import { addSession, type TargetFingerprints } from './search-sessions.ts';
import {
  type ExtendedSearch,
  insertPlugIns,
  insertSearch,
  type NewSearch,
  type PlannedSearch,
  rederiveSearch,
  type SearchPlace,
  updatePlan,
} from './search-writing.ts';
import { parametersJson, settingsJson } from './stored-json.ts';

const STATUS = scalar(oneOf(SEARCH_STATUSES));
const SETTINGS = scalar(settingsJson);
const PARAMETERS = scalar(parametersJson);

/** The searches themselves; their trainings are in `Trainings`. */
export class Searches extends StorePart {
  readonly #history: History;
  readonly #leases: Leases;
  readonly #blobs: Blobs;
  readonly #analyses: Analyses;

  constructor(
    connection: Connection,
    history: History,
    leases: Leases,
    blobs: Blobs,
    analyses: Analyses,
  ) {
    super(connection);
    this.#history = history;
    this.#leases = leases;
    this.#blobs = blobs;
    this.#analyses = analyses;
  }

  /** Saves a search that has not been started. */
  create(search: NewSearch): SearchRecord {
    return this.connection.write("the search can't be saved", () => {
      const place = this.#newPlace();
      const { id } = place;
      insertSearch(this.connection, search, place);
      this.#history.add(id, search.settings);
      for (const part of PART_NAMES) sealPart(this.connection, part, [id]);
      return readSearch(this.connection, id);
    });
  }

  /**
   * Saves a search that was created elsewhere. For use within the transaction that also saves what it has
   * found, and seals its parts.
   *
   * @param place its id, which must be free here, and when it was created (Unix time, milliseconds).
   */
  restore(search: NewSearch, place: SearchPlace): void {
    insertSearch(this.connection, search, place);
    this.#history.add(place.id, search.settings);
  }

  /**
   * Gives a search the settings of a later stage of itself. For use within the transaction that seals it
   * and its parts.
   */
  replan(searchId: string, planned: PlannedSearch): void {
    updatePlan(this.connection, searchId, planned);
    this.#history.update(searchId, planned.settings);
  }

  /**
   * @throws WorkbenchError `not-found` if no search or more than one has this prefix, or for a
   *   sweep.
   */
  get(idOrPrefix: string): SearchRecord {
    return this.connection.read("the search can't be read", () =>
      readSearch(this.connection, searchIdOf(this.connection, idOrPrefix)),
    );
  }

  /**
   * Checks many searches together, which takes a fraction of the time: `get` finds them checked then, and
   * names what is wrong.
   */
  checkTogether(searchIds: readonly string[]): void {
    this.connection.read("the searches can't be read", () => {
      damagedParts(this.connection, [...PARTS_OF_RECORD, 'data'], searchIds);
    });
  }

  /** @throws WorkbenchError `store-failed` if its row can't be read; `not-found`. */
  checkReadable(searchId: string): void {
    this.connection.read("the search can't be read", () => readSearch(this.connection, searchId));
  }

  /**
   * The id and name of a search, which may be damaged.
   *
   * @throws WorkbenchError as `get`.
   */
  identify(idOrPrefix: string): { readonly id: string; readonly name: string } {
    return this.connection.read("the search can't be read", () => {
      const id = searchIdOf(this.connection, idOrPrefix);
      const found = this.connection
        .prepare('SELECT id, name FROM searches WHERE id = ?', NAMED)
        .get(id);
      if (!found) throw noSearch(id);
      return found;
    });
  }

  /** @throws WorkbenchError `not-found`. */
  status(searchId: string): SearchStatus {
    return this.connection.read("the search can't be read", () => {
      const status = this.connection
        .prepare(`SELECT ${STATUS_COLUMN} FROM search_rows WHERE search_id = ?`, STATUS)
        .get(searchId);
      if (status === undefined) throw noSearch(searchId);
      return status;
    });
  }

  /** @throws WorkbenchError `not-found`; `store-failed` if they are damaged. */
  settings(searchId: string): Settings {
    return this.connection.read("the search can't be read", () => {
      requireSoundSearch(this.connection, searchId);
      const settings = this.connection
        .prepare('SELECT coalesce(resolved, settings) FROM searches WHERE id = ?', SETTINGS)
        .get(searchId);
      if (settings === undefined) throw noSearch(searchId);
      return settings;
    });
  }

  /** Newest first, without damaged ones. */
  list(filter: SearchFilter = {}): SearchRecord[] {
    return listSearches(this.connection, filter).flatMap((each) =>
      'search' in each ? [each.search] : [],
    );
  }

  /** The searches that `list` leaves out because they can't be read. */
  damaged(): DamagedSearch[] {
    return listSearches(this.connection, {}).flatMap((each) =>
      'search' in each ? [] : [each.damaged],
    );
  }

  /**
   * How a search's weights and masks are to be read.
   *
   * @param branch the branch whose arrays are read; only transfers have their own layout.
   * @throws WorkbenchError `not-found`; `store-failed` if it is damaged.
   */
  layout(searchId: string, branch: string = TICKET_BRANCH): ParameterLayout {
    return this.connection.read("the search can't be read", () => {
      requireSoundSearch(this.connection, searchId);
      const parameters = this.connection
        .prepare(
          `SELECT coalesce(transfer_targets.parameters, searches.parameters) FROM searches
           LEFT JOIN transfer_targets ON search_id = id AND branch = ? WHERE id = ?`,
          PARAMETERS,
        )
        .get(branch, searchId);
      if (parameters === undefined) throw noSearch(searchId);
      return layoutFrom(parameters);
    });
  }

  /**
   * Says that a process runs the search, before its first step. If that process ends, the search was
   * interrupted. A finished search stays finished.
   */
  begin(searchId: string): void {
    this.connection.write("the status can't be saved", () => {
      changePart(this.connection, 'state', [searchId], () => {
        this.connection
          .prepare("UPDATE searches SET status = 'running' WHERE id = ? AND status <> 'finished'")
          .run(searchId);
      });
    });
  }

  /**
   * Adds to a search that nobody runs, and keeps everything it has. It is interrupted until the rest
   * has been trained.
   *
   * @throws WorkbenchError `not-found`; `conflict` while it is running or waiting to run.
   */
  extend(searchId: string, extended: ExtendedSearch): SearchRecord {
    const { added, analyses } = extended;
    return this.connection.write("the search can't be extended", () => {
      this.#leases.checkFree(searchId);
      // Throws for a damaged search, so all its parts may be sealed anew.
      const { finishedAt } = readSearch(this.connection, searchId);
      const at = this.connection.now();
      const idleMilliseconds = finishedAt === undefined ? 0 : Math.max(0, at - finishedAt);
      this.connection
        .prepare(
          `UPDATE searches SET status = 'interrupted', finished_at = NULL, error = NULL WHERE id = ?`,
        )
        .run(searchId);
      this.replan(searchId, extended);
      for (const { id, unitsTotal, outdated } of analyses) {
        this.#analyses.replan(searchId, id, unitsTotal, outdated);
      }
      this.connection
        .prepare('INSERT INTO search_extensions (search_id, at, added) VALUES (?, ?, ?)')
        .run(searchId, at, JSON.stringify({ ...added, idleMilliseconds }));
      sealSearch(this.connection, searchId);
      for (const part of ['state', 'plug_ins', 'extensions'] as const) {
        sealPart(this.connection, part, [searchId]);
      }
      return readSearch(this.connection, searchId);
    });
  }

  /**
   * Begins a session of a search, whether its first or a later one. Trainings are saved within a
   * session.
   *
   * @param datasetFingerprint SHA-256, hex, of the decoded dataset.
   * @throws WorkbenchError `not-found`; `conflict` if an earlier session had other data.
   */
  start(
    searchId: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints: TargetFingerprints = new Map(),
  ): void {
    this.connection.write("the search can't be saved", () => {
      const session = { environment, datasetFingerprint, targetFingerprints };
      addSession(this.connection, searchId, session);
      this.connection
        .prepare(
          `UPDATE searches SET status = 'running', started_at = coalesce(started_at, ?),
             finished_at = NULL, error = NULL, dataset_fingerprint = ? WHERE id = ?`,
        )
        .run(this.connection.now(), datasetFingerprint, searchId);
      sealSearch(this.connection, searchId);
      sealPart(this.connection, 'state', [searchId]);
    });
  }

  /**
   * Begins a session of a finished search, for additional analyses. The search's status stays the
   * same.
   *
   * @throws WorkbenchError as `start`.
   */
  reopen(
    searchId: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints: TargetFingerprints = new Map(),
  ): void {
    this.connection.write("the search can't be saved", () => {
      const session = { environment, datasetFingerprint, targetFingerprints };
      addSession(this.connection, searchId, session);
      sealSearch(this.connection, searchId);
    });
  }

  /**
   * Adds the plug-ins that a search has come to use since it was planned. Known entries stay
   * unchanged.
   */
  addPlugIns(searchId: string, plugIns: readonly UsedPlugIn[]): void {
    this.connection.write("the search can't be saved", () => {
      changePart(this.connection, 'plug_ins', [searchId], () => {
        insertPlugIns(this.connection, searchId, plugIns);
      });
    });
  }

  /**
   * @param error why it failed; undefined clears an earlier error.
   * @throws WorkbenchError `not-found`.
   */
  setStatus(searchId: string, status: SearchStatus, error?: ErrorReport): void {
    const isOver = status === 'finished' || status === 'failed';
    this.connection.write("the status can't be saved", () => {
      const { changes } = changePart(this.connection, 'state', [searchId], () =>
        this.connection
          .prepare('UPDATE searches SET status = ?, finished_at = ?, error = ? WHERE id = ?')
          .run(
            status,
            isOver ? this.connection.now() : null,
            error ? JSON.stringify(error) : null,
            searchId,
          ),
      );
      if (changes === 0) throw noSearch(searchId);
    });
  }

  /**
   * Recomputes what follows from the settings and trainings of a search, and does not seal it.
   *
   * @param withStatus also its status and times, as its sessions and trainings tell them.
   * @throws WorkbenchError `store-failed` if its settings are damaged.
   */
  rederive(searchId: string, withStatus: boolean): void {
    this.connection.write("the search can't be healed", () => {
      const settings = this.settings(searchId);
      this.#history.setDerived(searchId, settings);
      rederiveSearch(this.connection, searchId, settings, withStatus);
    });
  }

  /**
   * Deletes a search and everything that no other search shares.
   *
   * @throws WorkbenchError `not-found`; `conflict` while it is running.
   */
  delete(searchId: string): void {
    const problem = "the search can't be deleted";
    this.connection.write(problem, () => {
      if (!this.#deleteRow(searchId)) throw noSearch(searchId);
    });
    this.connection.shrink(problem);
  }

  /**
   * Like `delete`, but only a search that is marked as deleted, and does not return its space to the disk.
   *
   * @param deletedBefore only if it was marked before then (Unix time, milliseconds).
   * @returns whether it was deleted.
   * @throws WorkbenchError `conflict` while it is running.
   */
  deleteMarked(searchId: string, deletedBefore: number): boolean {
    return this.connection.write("the search can't be deleted", () => {
      const deletedAt = this.connection
        .prepare(
          'SELECT deleted_at FROM history WHERE search_id = ? AND deleted_at IS NOT NULL',
          scalar(integer),
        )
        .get(searchId);
      if (deletedAt === undefined || deletedAt >= deletedBefore) return false;
      return this.#deleteRow(searchId);
    });
  }

  /** For use within a transaction. @returns whether it was there. */
  #deleteRow(searchId: string): boolean {
    this.#leases.checkFree(searchId);
    const blobIds = this.#blobs.idsOf(searchId);
    const { changes } = this.connection.prepare('DELETE FROM searches WHERE id = ?').run(searchId);
    this.#blobs.collectGarbage(blobIds);
    return changes > 0;
  }

  #newPlace(): SearchPlace {
    const createdAt = this.connection.now();
    const known = this.connection.prepare('SELECT 1 FROM searches WHERE id = ?', scalar(integer));
    return { id: newFreeId(createdAt, (drawn) => known.get(drawn) !== undefined), createdAt };
  }
}
