/** How searches are written: the rows that follow from their settings. */
import type { Extension } from '../../shared/domain/extension.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import { countPlanned } from '../../shared/domain/plan.ts';
import type { UsedPlugIn } from '../../shared/domain/plug-in.ts';
import {
  type Settings,
  SETTINGS_VERSION,
  type WrittenSettings,
} from '../../shared/domain/settings.ts';
import { sealSearch } from './checksums.ts';
import { scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { searchTextOf } from './search-text.ts';
import { canonicalJson, settingsHash } from './settings-hash.ts';

const NAME = scalar(text);

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
export type PlannedSearch = Omit<NewSearch, 'name' | 'layout'>;

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

/** The id of a search, and when it was created (Unix time, milliseconds). */
export interface SearchPlace {
  readonly id: string;
  readonly createdAt: number;
}

/** For use within the transaction that seals its parts. */
export function insertSearch(
  connection: Connection,
  search: NewSearch,
  { id, createdAt }: SearchPlace,
): void {
  const { name, settings, written, layout, trainingsTotal } = search;
  connection
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
  insertParts(connection, id, search);
  sealSearch(connection, id);
}

/** The replicates, transfers and plug-ins of a search, except those that it has. */
function insertParts(
  connection: Connection,
  id: string,
  { settings, targetLayouts, plugIns }: PlannedParts,
): void {
  connection
    .prepare(
      `WITH RECURSIVE counted (replicate) AS (
         SELECT 0 UNION ALL SELECT replicate + 1 FROM counted WHERE replicate + 1 < @count
       )
       INSERT OR IGNORE INTO replicates SELECT @id, replicate, @seed FROM counted`,
    )
    .run({ id, ...settings.replicates });
  const insertTarget = connection.prepare(
    'INSERT OR IGNORE INTO transfer_targets (search_id, branch, parameters) VALUES (?, ?, ?)',
  );
  for (const [branch, target] of targetLayouts ?? []) {
    insertTarget.run(id, branch, JSON.stringify(target.parameters));
  }
  insertPlugIns(connection, id, plugIns ?? []);
}

/** Those that the search has already stay unchanged. */
export function insertPlugIns(
  connection: Connection,
  searchId: string,
  plugIns: readonly UsedPlugIn[],
): void {
  const insert = connection.prepare(
    `INSERT OR IGNORE INTO search_plug_ins (search_id, kind, entry, file, sha256)
     VALUES (?, ?, ?, ?, ?)`,
  );
  for (const { kind, id, file, sha256 } of plugIns) insert.run(searchId, kind, id, file, sha256);
}

/** For use within the transaction that seals the search and its parts. */
export function updatePlan(connection: Connection, searchId: string, planned: PlannedSearch): void {
  const { settings, written, trainingsTotal } = planned;
  connection
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
  insertParts(connection, searchId, planned);
}

/**
 * Recomputes what follows from the settings and trainings of a search. For use within a transaction.
 *
 * @param withStatus also its status and times, as its sessions and trainings tell them.
 */
export function rederiveSearch(
  connection: Connection,
  searchId: string,
  settings: Settings,
  withStatus: boolean,
): void {
  connection
    .prepare(
      `UPDATE searches SET trainings_total = ?, trainings_done =
         (SELECT count(*) FROM trainings WHERE search_id = searches.id) WHERE id = ?`,
    )
    .run(countPlanned(settings), searchId);
  if (!withStatus) return;
  const name = connection.prepare('SELECT name FROM searches WHERE id = ?', NAME).one(searchId);
  connection
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
}

/** The settings in iterations; null where they are as they were written. */
function resolvedJson(settings: Settings, written: WrittenSettings): string | null {
  return canonicalJson(settings) === canonicalJson(written) ? null : JSON.stringify(settings);
}
