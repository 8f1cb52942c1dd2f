import type Database from 'better-sqlite3';
import { type ErrorReport, WorkbenchError } from '../../shared/contract/errors.ts';
import {
  layoutFrom,
  type ParameterLayout,
  type ParameterSpec,
} from '../../shared/domain/layout.ts';
import type { Environment, SearchRecord, SearchStatus } from '../../shared/domain/search.ts';
import {
  type Settings,
  SETTINGS_VERSION,
  type WrittenSettings,
} from '../../shared/domain/settings.ts';
import { newFreeId } from './search-id.ts';
import { canonicalJson, settingsHash } from './settings-hash.ts';
import type { Statements } from './statements.ts';

export interface NewSearch {
  readonly name: string;
  readonly settings: Settings;
  /** As the user wrote them. */
  readonly written: WrittenSettings;
  readonly layout: ParameterLayout;
  /** Of its transfers, by branch: the networks they train. */
  readonly targetLayouts?: ReadonlyMap<string, ParameterLayout> | undefined;
  readonly trainingsTotal: number;
}

/** Of the decoded datasets of transfers, by branch: SHA-256, hex. */
export type TargetFingerprints = ReadonlyMap<string, string>;

export interface SearchFilter {
  readonly status?: SearchStatus | undefined;
  /** Words that must all occur in id, name, dataset or network; case does not matter. */
  readonly text?: string | undefined;
  /** All of them by default. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

interface SearchRow {
  readonly id: string;
  readonly name: string;
  readonly status: SearchStatus;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly trainingsTotal: number;
  readonly trainingsDone: number;
  readonly settingsVersion: number;
  readonly settingsHash: string;
  readonly datasetFingerprint: string | null;
  readonly targetFingerprints: string;
  readonly error: string | null;
  readonly settings: string;
  readonly resolved: string | null;
  readonly environment: string | null;
}

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

/** A search whose owner was killed still says `running`: without a live lease it is interrupted. */
const STATUS = `
  CASE WHEN status = 'running' AND NOT lease_is_live(scope, process_id, heartbeat_at)
    THEN 'interrupted' ELSE status END`;

const SELECT_SEARCHES = `
  SELECT id, name, ${STATUS} AS status, created_at AS createdAt, finished_at AS finishedAt,
    trainings_total AS trainingsTotal, trainings_done AS trainingsDone,
    settings_version AS settingsVersion, settings_hash AS settingsHash,
    dataset_fingerprint AS datasetFingerprint, error, settings, resolved,
    (SELECT json_group_object(branch, dataset_fingerprint) FROM transfer_targets
      WHERE search_id = searches.id AND dataset_fingerprint IS NOT NULL) AS targetFingerprints,
    (SELECT environment FROM sessions WHERE search_id = searches.id ORDER BY id DESC LIMIT 1)
      AS environment
  FROM searches LEFT JOIN leases ON leases.search_id = searches.id`;

/** What was deleted in a window can be brought back there for a while, but is found no more. */
const IS_THERE =
  'NOT EXISTS (SELECT 1 FROM history WHERE search_id = searches.id AND deleted_at IS NOT NULL)';

/** How many matches of an ambiguous id are named. */
const NAMED_MATCHES = 5;

/** The searches themselves; their trainings are in `Trainings`. */
export class Searches {
  readonly #database: Database.Database;
  readonly #statements: Statements;
  readonly #now: () => number;

  constructor(database: Database.Database, statements: Statements, now: () => number) {
    this.#database = database;
    this.#statements = statements;
    this.#now = now;
  }

  create({ name, settings, written, layout, targetLayouts, trainingsTotal }: NewSearch): string {
    return this.#database
      .transaction(() => {
        const createdAt = this.#now();
        const known = this.#database.prepare('SELECT 1 FROM searches WHERE id = ?');
        const id = newFreeId(createdAt, (drawn) => known.get(drawn) !== undefined);
        this.#database
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
            searchText: fold([id, name, settings.dataset.id, settings.architecture.id].join('\n')),
            settings: JSON.stringify(written),
            resolved:
              canonicalJson(settings) === canonicalJson(written) ? null : JSON.stringify(settings),
            parameters: JSON.stringify(layout.parameters),
          });
        const insertReplicate = this.#database.prepare('INSERT INTO replicates VALUES (?, ?, ?)');
        for (let replicate = 0; replicate < settings.replicates.count; replicate += 1) {
          insertReplicate.run(id, replicate, settings.replicates.seed);
        }
        const insertTarget = this.#database.prepare(
          'INSERT INTO transfer_targets (search_id, branch, parameters) VALUES (?, ?, ?)',
        );
        for (const [branch, target] of targetLayouts ?? []) {
          insertTarget.run(id, branch, JSON.stringify(target.parameters));
        }
        return id;
      })
      .immediate();
  }

  /** @throws WorkbenchError `not-found` for no search, or more than one, whose id begins so. */
  find(idOrPrefix: string): SearchRecord {
    return this.get(this.#resolve(idOrPrefix));
  }

  /** @throws WorkbenchError `not-found`. */
  get(id: string): SearchRecord {
    const row = this.#statements
      .prepare<[string], SearchRow>(`${SELECT_SEARCHES} WHERE id = ?`)
      .get(id);
    if (!row) throw notFound(id);
    return recordOf(row);
  }

  list({ status, text = '', limit = -1, offset = 0 }: SearchFilter): SearchRecord[] {
    const words = fold(text).split(/\s+/).filter(Boolean);
    const conditions = [
      IS_THERE,
      ...(status === undefined ? [] : [`${STATUS} = ?`]),
      ...words.map(() => 'instr(search_text, ?) > 0'),
    ];
    return this.#database
      .prepare<unknown[], SearchRow>(
        `${SELECT_SEARCHES} WHERE ${conditions.join(' AND ')} ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?`,
      )
      .all(...(status === undefined ? [] : [status]), ...words, limit, offset)
      .map(recordOf);
  }

  /**
   * @param branch whose arrays are to be read; only transfers have a layout of their own.
   * @throws WorkbenchError `not-found`.
   */
  layout(id: string, branch: string): ParameterLayout {
    const parameters = this.#statements
      .prepare<[string, string], string>(
        `SELECT coalesce(transfer_targets.parameters, searches.parameters) FROM searches
         LEFT JOIN transfer_targets ON search_id = id AND branch = ? WHERE id = ?`,
      )
      .pluck()
      .get(branch, id);
    if (parameters === undefined) throw notFound(id);
    return layoutFrom(JSON.parse(parameters) as ParameterSpec[]);
  }

  /** @throws WorkbenchError `not-found`; `conflict` if it ran on other data before. */
  start(
    id: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints: TargetFingerprints,
  ): void {
    this.#database
      .transaction(() => {
        this.#addSession(id, environment, datasetFingerprint, targetFingerprints);
        this.#database
          .prepare(
            `UPDATE searches SET status = 'running', started_at = coalesce(started_at, ?),
             finished_at = NULL, error = NULL, dataset_fingerprint = ? WHERE id = ?`,
          )
          .run(this.#now(), datasetFingerprint, id);
      })
      .immediate();
  }

  /** @throws WorkbenchError as `start`. */
  reopen(
    id: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints: TargetFingerprints,
  ): void {
    this.#database
      .transaction(() => {
        this.#addSession(id, environment, datasetFingerprint, targetFingerprints);
      })
      .immediate();
  }

  /** @throws WorkbenchError `not-found`. */
  setStatus(id: string, status: SearchStatus, error: ErrorReport | undefined): void {
    const isOver = status === 'finished' || status === 'failed';
    const { changes } = this.#database
      .prepare('UPDATE searches SET status = ?, finished_at = ?, error = ? WHERE id = ?')
      .run(status, isOver ? this.#now() : null, error ? JSON.stringify(error) : null, id);
    if (changes === 0) throw notFound(id);
  }

  /** With everything that belongs to it, except blobs. */
  delete(id: string): void {
    this.#database.prepare('DELETE FROM searches WHERE id = ?').run(id);
  }

  #addSession(
    id: string,
    environment: Environment,
    datasetFingerprint: string,
    targetFingerprints: TargetFingerprints,
  ): void {
    const before = this.get(id);
    const own = `the dataset of the search ${id}`;
    checkUnchanged(own, before.datasetFingerprint, datasetFingerprint);
    const record = this.#database.prepare(
      'UPDATE transfer_targets SET dataset_fingerprint = ? WHERE search_id = ? AND branch = ?',
    );
    for (const [branch, fingerprint] of targetFingerprints) {
      const what = `the dataset of ${branch} of the search ${id}`;
      checkUnchanged(what, before.targetFingerprints?.[branch] ?? '', fingerprint);
      record.run(fingerprint, id, branch);
    }
    this.#database
      .prepare('INSERT INTO sessions (search_id, started_at, environment) VALUES (?, ?, ?)')
      .run(id, this.#now(), JSON.stringify(environment));
  }

  #resolve(idOrPrefix: string): string {
    const prefix = idOrPrefix.trim().toLowerCase();
    if (prefix === '') throw new WorkbenchError('not-found', 'no id of a search was given', LIST);
    const matches = this.#statements
      .prepare<[string, string, number], string>(
        `SELECT id FROM searches WHERE id BETWEEN ? AND ? || char(0x10ffff) AND ${IS_THERE}
         ORDER BY id LIMIT ?`,
      )
      .pluck()
      .all(prefix, prefix, NAMED_MATCHES + 1);
    const [first, second] = matches;
    if (first === undefined) throw notFound(idOrPrefix);
    if (second === undefined) return first;
    const named = matches.slice(0, NAMED_MATCHES).join(', ');
    const more = matches.length > NAMED_MATCHES ? ' and more' : '';
    throw new WorkbenchError(
      'not-found',
      `several searches begin with "${idOrPrefix}": ${named}${more}`,
      'Write more of the id.',
    );
  }
}

const LIST = 'Run "ticket runs" for a list.';

/** @param before empty if it was not known. */
function checkUnchanged(what: string, before: string, now: string): void {
  if (before === '' || before === now) return;
  throw new WorkbenchError(
    'conflict',
    `${what} has changed since it was started: its content has the SHA-256 ${now}, expected ${before}`,
    'Bring the old data back to go on, or start a new search.',
  );
}

function notFound(id: string): WorkbenchError {
  return new WorkbenchError('not-found', `there is no search "${id}"`, LIST);
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** What is read back here was written here, as JSON of these types. */
function recordOf(row: SearchRow): SearchRecord {
  const targetFingerprints = JSON.parse(row.targetFingerprints) as Record<string, string>;
  const hasTargets = Object.keys(targetFingerprints).length > 0;
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    settings: JSON.parse(row.resolved ?? row.settings) as Settings,
    written: JSON.parse(row.settings) as WrittenSettings,
    settingsHash: row.settingsHash,
    settingsVersion: row.settingsVersion,
    environment:
      row.environment === null ? UNKNOWN_ENVIRONMENT : (JSON.parse(row.environment) as Environment),
    datasetFingerprint: row.datasetFingerprint ?? '',
    ...(hasTargets ? { targetFingerprints } : {}),
    createdAt: row.createdAt,
    finishedAt: row.finishedAt ?? undefined,
    trainingsDone: row.trainingsDone,
    trainingsTotal: row.trainingsTotal,
    error: row.error === null ? undefined : (JSON.parse(row.error) as ErrorReport),
  };
}
