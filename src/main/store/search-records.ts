/** How searches are read: their rows, checked and decoded. */
import {
  type Environment,
  SEARCH_STATUSES,
  type SearchRecord,
  type SearchStatus,
} from '../../shared/domain/search.ts';
import {
  CHANGED,
  changed,
  damagedParts,
  isSearchSound,
  requireSoundParts,
  requireSoundSearch,
} from './checksums.ts';
import { type DecodedBy, integer, oneOf, optional, orDamaged, row, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { noSearch } from './not-found.ts';
import type { Part } from './sealed.ts';
import { foldedWords } from './search-text.ts';
import {
  environmentJson,
  errorJson,
  extensionsJson,
  fingerprintsJson,
  settingsJson,
  usedPlugInsJson,
  writtenSettingsJson,
} from './stored-json.ts';

/** A search whose row can't be read. It can still be deleted. */
export interface DamagedSearch {
  readonly id: string;
  readonly name: string;
  /** The columns that are wrong. */
  readonly problem: string;
}

export interface SearchFilter {
  readonly status?: SearchStatus | undefined;
  /** Words that must all occur in id, name, dataset or network; case does not matter. */
  readonly text?: string | undefined;
  /** Default: all of them. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** A search in a list. */
type ListedSearch = { readonly search: SearchRecord } | { readonly damaged: DamagedSearch };

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

/** The id and name of a search. */
export const NAMED = row({ id: text, name: text });
const LISTED = orDamaged(SEARCH, NAMED);

/** The parts that a record of a search is read from, beside its settings. */
export const PARTS_OF_RECORD = [
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
export const STATUS_COLUMN = `
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

/** A deleted search can't be found, but a window can restore it for a while. */
export const IS_THERE = 'search_rows.deleted_at IS NULL';

/** @throws WorkbenchError `not-found`; `store-failed` if it is damaged. */
export function readSearch(connection: Connection, id: string): SearchRecord {
  const found = connection.prepare(`${SELECT_SEARCHES} WHERE searches.id = ?`, SEARCH).get(id);
  if (!found) throw noSearch(id);
  requireSoundSearch(connection, id);
  requireSoundParts(connection, id, ...PARTS_OF_RECORD);
  return recordOf(found);
}

/** Newest first, damaged ones with what is wrong. */
export function listSearches(
  connection: Connection,
  { status, text: words = '', limit = -1, offset = 0 }: SearchFilter,
): ListedSearch[] {
  const folded = foldedWords(words).split(/\s+/).filter(Boolean);
  const conditions = [
    IS_THERE,
    ...(status === undefined ? [] : [`${STATUS_COLUMN} = ?`]),
    ...folded.map(() => 'instr(search_text, ?) > 0'),
  ];
  return connection.read("the searches can't be read", () => {
    const found = connection
      .prepare(
        `${SELECT_SEARCHES} WHERE ${conditions.join(' AND ')}
         ORDER BY searches.created_at DESC, searches.id DESC LIMIT ? OFFSET ?`,
        LISTED,
      )
      .all(...(status === undefined ? [] : [status]), ...folded, limit, offset);
    const problems = problemsOf(
      connection,
      found.flatMap((each) => ('value' in each ? [each.value.id] : [])),
    );
    return found.map((each) => {
      if ('damaged' in each) return { damaged: { ...each.damaged, problem: each.problem } };
      const { id, name } = each.value;
      const problem = problems.get(id);
      if (problem !== undefined) return { damaged: { id, name, problem } };
      return { search: recordOf(each.value) };
    });
  });
}

/** What is wrong with those searches that are not as they were saved. */
function problemsOf(connection: Connection, searchIds: readonly string[]): Map<string, string> {
  const parts = damagedParts(connection, PARTS_OF_RECORD, searchIds);
  const unsound = searchIds.filter((id) => !isSearchSound(connection, id));
  return new Map([
    ...[...parts].map(([id, part]) => [id, changed(part)] as const),
    ...unsound.map((id) => [id, CHANGED] as const),
  ]);
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
