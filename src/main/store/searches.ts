import { type ErrorReport, WorkbenchError } from '../../shared/contract/errors.ts';
import { layoutFrom, type ParameterLayout } from '../../shared/domain/layout.ts';
import {
  type Environment,
  SEARCH_STATUSES,
  type SearchRecord,
  type SearchStatus,
} from '../../shared/domain/search.ts';
import type { Extension } from '../../shared/domain/extension.ts';
import {
  type Settings,
  SETTINGS_VERSION,
  type WrittenSettings,
} from '../../shared/domain/settings.ts';
import { countPlanned } from '../../shared/domain/plan.ts';
import { TICKET_BRANCH } from '../../shared/domain/training.ts';
import type { UsedPlugIn } from '../../shared/domain/plug-in.ts';
import type { Analyses } from './analyses.ts';
import type { Blobs } from './blobs.ts';
import {
  CHANGED,
  changed,
  changePart,
  damagedParts,
  isSearchSound,
  requireSoundParts,
  requireSoundSearch,
  sealPart,
  sealSearch,
} from './checksums.ts';
import {
  type DecodedBy,
  integer,
  oneOf,
  optional,
  orDamaged,
  row,
  scalar,
  text,
} from './columns.ts';
import type { Connection } from './connection.ts';
import type { History } from './history.ts';
import type { Leases } from './leases.ts';
import { LIST_SEARCHES, noSearch } from './not-found.ts';
import { StorePart } from './part.ts';
import { newFreeId } from './search-id.ts';
import { canonicalJson, settingsHash } from './settings-hash.ts';
import {
  environmentJson,
  errorJson,
  extensionsJson,
  fingerprintsJson,
  parametersJson,
  settingsJson,
  usedPlugInsJson,
  writtenSettingsJson,
} from './stored-json.ts';
import { type Part, PART_NAMES } from './sealed.ts';
import { sweepsBeginningWith } from './sweep-ids.ts';

export interface NewSearch {
  readonly name: string;
  readonly settings: Settings;
  /** As the user wrote them. */
  readonly written: WrittenSettings;
  readonly layout: ParameterLayout;
  /** The networks that transfers train, by branch. */
  readonly targetLayouts?: ReadonlyMap<string, ParameterLayout> | undefined;
  readonly trainingsTotal: number;
  /** What the settings use of plug-ins. Default: nothing. */
  readonly plugIns?: readonly UsedPlugIn[];
}

type PlannedParts = Pick<NewSearch, 'settings' | 'targetLayouts' | 'plugIns'>;

/** A search as it is planned, without what never changes. */
type PlannedSearch = Omit<NewSearch, 'name' | 'layout'>;

/** The id of a search, and when it was created (Unix time, milliseconds). */
interface SearchPlace {
  readonly id: string;
  readonly createdAt: number;
}

/** A search with more replicates, levels or branches than it was saved with. */
export interface ExtendedSearch extends PlannedSearch {
  /** What is added. */
  readonly added: Omit<Extension, 'at' | 'idleMilliseconds'>;
  /** Its analyses as they are planned now. */
  readonly analyses: readonly {
    readonly id: number;
    readonly unitsTotal: number;
    /** Units whose results no longer hold. */
    readonly outdated: readonly string[];
  }[];
}

/** A search whose row can't be read. It can still be deleted. */
export interface DamagedSearch {
  readonly id: string;
  readonly name: string;
  /** The columns that are wrong. */
  readonly problem: string;
}

/** The decoded datasets of transfers, by branch: SHA-256, hex. */
export type TargetFingerprints = ReadonlyMap<string, string>;

export interface SearchFilter {
  readonly status?: SearchStatus | undefined;
  /** Words that must all occur in id, name, dataset or network; case does not matter. */
  readonly text?: string | undefined;
  /** Default: all of them. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

const SEARCH = row({
  id: text,
  name: text,
  status: oneOf(SEARCH_STATUSES),
  createdAt: integer,
  finishedAt: optional(integer),
  trainingsTotal: integer,
  trainingsDone: integer,
  settingsVersion: integer,
  settingsHash: text,
  datasetFingerprint: optional(text),
  targetFingerprints: fingerprintsJson,
  plugIns: usedPlugInsJson,
  extensions: extensionsJson,
  error: optional(errorJson),
  /** In iterations. */
  settings: settingsJson,
  /** In epochs; undefined where they are the same. */
  written: optional(writtenSettingsJson),
  environment: optional(environmentJson),
});

const NAMED = row({ id: text, name: text });
const LISTED = orDamaged(SEARCH, NAMED);

const STATUS = scalar(oneOf(SEARCH_STATUSES));
const SETTINGS = scalar(settingsJson);
const PARAMETERS = scalar(parametersJson);

/** The parts that a record of a search is read from, beside its settings. */
const PARTS_OF_RECORD = [
  'labels',
  'state',
  'sessions',
  'plug_ins',
  'extensions',
] as const satisfies readonly Part[];

/** The environment of a search that has not been started. */
const UNKNOWN_ENVIRONMENT: Environment = {
  workbench: 'unknown',
  node: 'unknown',
  tensorflow: 'unknown',
  platform: 'unknown',
  cpu: 'unknown',
  cores: 0,
  workers: 0,
  threadsPerWorker: 0,
};

/**
 * One that was to wait, but is in no queue and in no process, was interrupted before its first step. The
 * state that the window shows says the same.
 */
const STATUS_COLUMN = `
  CASE WHEN search_rows.status = 'queued' AND search_rows.state = 'interrupted' THEN 'interrupted'
    ELSE search_rows.status END`;

const SELECT_SEARCHES = `
  SELECT searches.id, searches.name, ${STATUS_COLUMN} AS status, searches.created_at AS createdAt,
    searches.finished_at AS finishedAt, searches.trainings_total AS trainingsTotal,
    searches.trainings_done AS trainingsDone, settings_version AS settingsVersion,
    settings_hash AS settingsHash, dataset_fingerprint AS datasetFingerprint, searches.error,
    coalesce(resolved, settings) AS settings,
    CASE WHEN resolved IS NOT NULL THEN settings END AS written,
    (SELECT json_group_object(branch, dataset_fingerprint) FROM transfer_targets
      WHERE search_id = searches.id AND dataset_fingerprint IS NOT NULL) AS targetFingerprints,
    (SELECT json_group_array(json_object('kind', kind, 'id', entry, 'file', file, 'sha256', sha256))
      FROM search_plug_ins WHERE search_id = searches.id) AS plugIns,
    -- A damaged one becomes null, which is then reported; json_set would fail for all searches.
    (SELECT json_group_array(
        json(CASE WHEN json_valid(added) THEN json_set(added, '$.at', at) ELSE 'null' END)
      ) FROM search_extensions WHERE search_id = searches.id) AS extensions,
    (SELECT environment FROM sessions WHERE search_id = searches.id ORDER BY id DESC LIMIT 1)
      AS environment
  FROM searches JOIN search_rows ON search_rows.search_id = searches.id`;

const FOUND_ID = scalar(text);

/** A deleted search can't be found, but a window can restore it for a while. */
const IS_THERE = 'search_rows.deleted_at IS NULL';

/** How many matches of an ambiguous id are named. */
const NAMED_MATCHES = 5;

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
      const id = this.#insert(search, this.#newPlace());
      this.#history.add(id, search.settings);
      for (const part of PART_NAMES) sealPart(this.connection, part, [id]);
      return this.#record(id);
    });
  }

  /**
   * Saves a search that was created elsewhere. For use within the transaction that also saves what it has
   * found, and seals its parts.
   *
   * @param place its id, which must be free here, and when it was created (Unix time, milliseconds).
   */
  restore(search: NewSearch, place: SearchPlace): void {
    this.#insert(search, place);
    this.#history.add(place.id, search.settings);
  }

  /**
   * Gives a search the settings of a later stage of itself. For use within the transaction that seals it
   * and its parts.
   */
  replan(searchId: string, planned: PlannedSearch): void {
    const { settings, written, trainingsTotal } = planned;
    this.connection
      .prepare(
        `UPDATE searches SET trainings_total = ?, settings_hash = ?, settings = ?, resolved = ?
         WHERE id = ?`,
      )
      .run(
        trainingsTotal,
        settingsHash(written),
        JSON.stringify(written),
        resolvedJson(settings, written),
        searchId,
      );
    this.#insertParts(searchId, planned);
    this.#history.update(searchId, settings);
  }

  /**
   * @throws WorkbenchError `not-found` if no search or more than one has this prefix, or for a
   *   sweep.
   */
  get(idOrPrefix: string): SearchRecord {
    return this.connection.read("the search can't be read", () =>
      this.#record(this.#resolve(idOrPrefix)),
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
    this.connection.read("the search can't be read", () => this.#record(searchId));
  }

  /**
   * The id and name of a search, which may be damaged.
   *
   * @throws WorkbenchError as `get`.
   */
  identify(idOrPrefix: string): { readonly id: string; readonly name: string } {
    return this.connection.read("the search can't be read", () => {
      const id = this.#resolve(idOrPrefix);
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
    return this.#list(filter).flatMap((each) => ('value' in each ? [recordOf(each.value)] : []));
  }

  /** The searches that `list` leaves out because they can't be read. */
  damaged(): DamagedSearch[] {
    return this.#list({}).flatMap((each) =>
      'value' in each ? [] : [{ ...each.damaged, problem: each.problem }],
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
      const { finishedAt } = this.#record(searchId);
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
      return this.#record(searchId);
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
      this.#addSession(searchId, environment, datasetFingerprint, targetFingerprints);
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
      this.#addSession(searchId, environment, datasetFingerprint, targetFingerprints);
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
        this.#insertPlugIns(searchId, plugIns);
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
      this.connection
        .prepare(
          `UPDATE searches SET trainings_total = ?, trainings_done =
             (SELECT count(*) FROM trainings WHERE search_id = searches.id) WHERE id = ?`,
        )
        .run(countPlanned(settings), searchId);
      if (!withStatus) return;
      const { name } = this.connection
        .prepare('SELECT id, name FROM searches WHERE id = ?', NAMED)
        .one(searchId);
      this.connection
        .prepare(
          `UPDATE searches SET error = NULL, search_text = ?,
             started_at = (SELECT min(started_at) FROM sessions WHERE search_id = searches.id),
             status = CASE WHEN trainings_done = trainings_total THEN 'finished'
               WHEN status IN ('queued', 'running') THEN status ELSE 'interrupted' END,
             finished_at = CASE WHEN trainings_done = trainings_total THEN
               (SELECT max(finished_at) FROM trainings WHERE search_id = searches.id) END
           WHERE id = ?`,
        )
        .run(searchTextOf(searchId, name, settings), searchId);
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

  #list({ status, text: words = '', limit = -1, offset = 0 }: SearchFilter) {
    const folded = fold(words).split(/\s+/).filter(Boolean);
    const conditions = [
      IS_THERE,
      ...(status === undefined ? [] : [`${STATUS_COLUMN} = ?`]),
      ...folded.map(() => 'instr(search_text, ?) > 0'),
    ];
    return this.connection.read("the searches can't be read", () => {
      const found = this.connection
        .prepare(
          `${SELECT_SEARCHES} WHERE ${conditions.join(' AND ')}
           ORDER BY searches.created_at DESC, searches.id DESC LIMIT ? OFFSET ?`,
          LISTED,
        )
        .all(...(status === undefined ? [] : [status]), ...folded, limit, offset);
      const problems = this.#problemsOf(
        found.flatMap((each) => ('value' in each ? [each.value.id] : [])),
      );
      return found.map((each) => {
        if ('damaged' in each) return each;
        const { id, name } = each.value;
        const problem = problems.get(id);
        return problem === undefined ? each : { damaged: { id, name }, problem };
      });
    });
  }

  /** What is wrong with those searches that are not as they were saved. */
  #problemsOf(searchIds: readonly string[]): Map<string, string> {
    const parts = damagedParts(this.connection, PARTS_OF_RECORD, searchIds);
    const unsound = searchIds.filter((id) => !isSearchSound(this.connection, id));
    return new Map([
      ...[...parts].map(([id, part]) => [id, changed(part)] as const),
      ...unsound.map((id) => [id, CHANGED] as const),
    ]);
  }

  #newPlace(): SearchPlace {
    const createdAt = this.connection.now();
    const known = this.connection.prepare('SELECT 1 FROM searches WHERE id = ?', scalar(integer));
    return { id: newFreeId(createdAt, (drawn) => known.get(drawn) !== undefined), createdAt };
  }

  #insert(search: NewSearch, { id, createdAt }: SearchPlace): string {
    const { name, settings, written, layout, trainingsTotal } = search;
    this.connection
      .prepare(
        `INSERT INTO searches (id, name, status, created_at, trainings_total, settings_version,
           settings_hash, search_text, settings, resolved, parameters)
         VALUES (@id, @name, 'queued', @createdAt, @trainingsTotal, @settingsVersion,
           @settingsHash, @searchText, @settings, @resolved, @parameters)`,
      )
      .run({
        id,
        name,
        createdAt,
        trainingsTotal,
        settingsVersion: SETTINGS_VERSION,
        settingsHash: settingsHash(written),
        searchText: searchTextOf(id, name, settings),
        settings: JSON.stringify(written),
        resolved: resolvedJson(settings, written),
        parameters: JSON.stringify(layout.parameters),
      });
    this.#insertParts(id, search);
    sealSearch(this.connection, id);
    return id;
  }

  /** The replicates, transfers and plug-ins of a search, except those that it has. */
  #insertParts(id: string, { settings, targetLayouts, plugIns }: PlannedParts): void {
    this.connection
      .prepare(
        `WITH RECURSIVE counted (replicate) AS (
           SELECT 0 UNION ALL SELECT replicate + 1 FROM counted WHERE replicate + 1 < @count
         )
         INSERT OR IGNORE INTO replicates SELECT @id, replicate, @seed FROM counted`,
      )
      .run({ id, ...settings.replicates });
    const insertTarget = this.connection.prepare(
      'INSERT OR IGNORE INTO transfer_targets (search_id, branch, parameters) VALUES (?, ?, ?)',
    );
    for (const [branch, target] of targetLayouts ?? []) {
      insertTarget.run(id, branch, JSON.stringify(target.parameters));
    }
    this.#insertPlugIns(id, plugIns ?? []);
  }

  #insertPlugIns(searchId: string, plugIns: readonly UsedPlugIn[]): void {
    const insert = this.connection.prepare(
      `INSERT OR IGNORE INTO search_plug_ins (search_id, kind, entry, file, sha256)
       VALUES (?, ?, ?, ?, ?)`,
    );
    for (const { kind, id, file, sha256 } of plugIns) insert.run(searchId, kind, id, file, sha256);
  }

  /** @throws WorkbenchError `not-found`; `store-failed` if it is damaged. */
  #record(id: string): SearchRecord {
    const found = this.connection
      .prepare(`${SELECT_SEARCHES} WHERE searches.id = ?`, SEARCH)
      .get(id);
    if (!found) throw noSearch(id);
    requireSoundSearch(this.connection, id);
    requireSoundParts(this.connection, id, ...PARTS_OF_RECORD);
    return recordOf(found);
  }

  #addSession(
    id: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints: TargetFingerprints,
  ): void {
    const before = this.#record(id);
    const own = `the dataset of the search ${id}`;
    checkUnchanged(own, before.datasetFingerprint, datasetFingerprint);
    const record = this.connection.prepare(
      'UPDATE transfer_targets SET dataset_fingerprint = ? WHERE search_id = ? AND branch = ?',
    );
    for (const [branch, fingerprint] of targetFingerprints) {
      const what = `the dataset of ${branch} of the search ${id}`;
      checkUnchanged(what, before.targetFingerprints?.[branch] ?? '', fingerprint);
      record.run(fingerprint, id, branch);
    }
    this.connection
      .prepare('INSERT INTO sessions (search_id, started_at, environment) VALUES (?, ?, ?)')
      .run(id, this.connection.now(), JSON.stringify(environment));
    sealPart(this.connection, 'sessions', [id]);
  }

  /** The only search with this prefix. */
  #resolve(idOrPrefix: string): string {
    const prefix = idOrPrefix.trim().toLowerCase();
    if (prefix === '') {
      throw new WorkbenchError('not-found', 'no search id was given', LIST_SEARCHES);
    }
    // Most callers have the whole id, which is found at once.
    const whole = this.connection
      .prepare('SELECT search_id FROM history WHERE search_id = ? AND deleted_at IS NULL', FOUND_ID)
      .get(prefix);
    if (whole !== undefined) return whole;
    this.#refuseSweep(idOrPrefix);
    const matches = this.connection
      .prepare(
        `SELECT search_id FROM search_rows
         WHERE search_id BETWEEN ? AND ? || char(0x10ffff) AND ${IS_THERE}
         ORDER BY search_id LIMIT ?`,
        FOUND_ID,
      )
      .all(prefix, prefix, NAMED_MATCHES + 1);
    const [first, second] = matches;
    if (first === undefined) throw noSearch(idOrPrefix);
    if (second === undefined) return first;
    const named = matches.slice(0, NAMED_MATCHES).join(', ');
    const more = matches.length > NAMED_MATCHES ? ' and more' : '';
    throw new WorkbenchError(
      'not-found',
      `several searches begin with "${idOrPrefix}": ${named}${more}`,
      'Type more of the id.',
    );
  }

  #refuseSweep(idOrPrefix: string): void {
    const [first, second] = sweepsBeginningWith(this.connection, idOrPrefix);
    if (first === undefined) return;
    if (second === undefined) {
      throw new WorkbenchError(
        'not-found',
        `${first} is a sweep; expected the id of one search`,
        'Run "ticket runs" for the searches of each sweep.',
      );
    }
    throw new WorkbenchError(
      'not-found',
      `several sweeps begin with "${idOrPrefix}": ${first}, ${second}…`,
      'Type more of the id.',
    );
  }
}

/** The settings in iterations; null where they are as they were written. */
function resolvedJson(settings: Settings, written: WrittenSettings): string | null {
  return canonicalJson(settings) === canonicalJson(written) ? null : JSON.stringify(settings);
}

/** @param before empty if it was unknown. */
function checkUnchanged(what: string, before: string, now: string): void {
  if (before === '' || before === now) return;
  throw new WorkbenchError(
    'conflict',
    `${what} has changed since it was started: its content has the SHA-256 ${now}, expected ${before}`,
    'Restore the old data to continue, or start a new search.',
  );
}

function searchTextOf(id: string, name: string, { dataset, architecture }: Settings): string {
  return fold([id, name, dataset.id, architecture.id].join('\n'));
}

function fold(words: string): string {
  return words.normalize('NFKC').toLowerCase();
}

function recordOf({
  datasetFingerprint = '',
  targetFingerprints,
  plugIns,
  extensions,
  environment = UNKNOWN_ENVIRONMENT,
  written,
  ...rest
}: DecodedBy<typeof SEARCH>): SearchRecord {
  const hasTargets = Object.keys(targetFingerprints).length > 0;
  return {
    ...rest,
    written: written ?? rest.settings,
    datasetFingerprint,
    environment,
    ...(hasTargets ? { targetFingerprints } : {}),
    ...(plugIns.length > 0 ? { plugIns } : {}),
    ...(extensions.length > 0
      ? { extensions: extensions.toSorted((one, other) => one.at - other.at) }
      : {}),
  };
}
