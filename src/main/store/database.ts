import { existsSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { isProcessAlive } from '../../../provision/processes.mjs';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { integer, scalar } from './columns.ts';
import { BUSY_MILLISECONDS } from './connection.ts';
import { isLive, type Liveness } from './liveness.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import { guarded } from './store-error.ts';

/** "TICK", as the first migration sets it. */
export const APPLICATION_ID = 0x5449434b;

const THIS_MACHINE: Liveness = { now: Date.now, isProcessAlive };

/** Whether a database that is not there is created. */
export type Creation = 'if it is not there' | 'never';

/**
 * Opens a database, creates it if it does not exist and that is wanted, and brings its schema up to date.
 *
 * @param liveness lets the view `search_rows` tell a running search from one whose owner is gone.
 * @throws WorkbenchError `store-failed` if the file can't be opened or written, belongs to another
 *   program, or was written by a newer version, or if it is not there and must be. In the last three cases
 *   nothing is written.
 */
export function openDatabase(
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
  liveness: Liveness = THIS_MACHINE,
  creation: Creation = 'if it is not there',
): Database.Database {
  const absolute = path.resolve(file);
  return guarded(absolute, "the database can't be opened", () => {
    const database = connect(absolute, creation);
    try {
      // In one transaction, because another process may be creating the file.
      database.transaction(() =>
        checkOrigin(database, absolute, migrations.length, {
          mayBeEmpty: creation !== 'never',
          otherwise: DATA_DIRECTORY,
        }),
      )();
      configure(database, absolute);
      defineLeaseIsLive(database, liveness);
      migrate(database, absolute, migrations);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function connect(file: string, creation: Creation): Database.Database {
  const folder = path.dirname(file);
  if (!existsSync(folder)) {
    throw new WorkbenchError(
      'store-failed',
      `the database can't be opened: there is no folder ${folder}`,
      'Create the folder, or choose another data directory.',
    );
  }
  if (creation === 'never' && !existsSync(file)) {
    throw new WorkbenchError(
      'store-failed',
      `the database can't be opened: there is no file ${file}`,
      'Put it back in its place, or a backup with "ticket restore FILE".',
    );
  }
  return new Database(file, { timeout: BUSY_MILLISECONDS, fileMustExist: creation === 'never' });
}

/** What to choose instead of a database that can't be opened. */
const DATA_DIRECTORY = 'data directory';

/**
 * @param mayBeEmpty whether a file without content is ours to fill.
 * @param otherwise what the user can choose instead, for the hint.
 * @throws WorkbenchError `store-failed` for the database of another program or of a newer version.
 */
export function checkOrigin(
  database: Database.Database,
  file: string,
  newest: number,
  { mayBeEmpty, otherwise }: { readonly mayBeEmpty: boolean; readonly otherwise: string },
): void {
  const applicationId = readNumber(database, 'PRAGMA application_id');
  const objects = readNumber(database, 'SELECT count(*) FROM sqlite_schema');
  const isEmpty = applicationId === 0 && objects === 0;
  if (applicationId !== APPLICATION_ID && !(mayBeEmpty && isEmpty)) {
    throw new WorkbenchError(
      'store-failed',
      isEmpty
        ? `${file} is not a database of Ticket Workbench`
        : `${file} is a database of another program`,
      `Move the file away, or choose another ${otherwise}.`,
    );
  }
  checkVersion(schemaVersion(database), file, newest, otherwise);
}

function checkVersion(version: number, file: string, newest: number, otherwise: string): void {
  if (version <= newest) return;
  throw new WorkbenchError(
    'store-failed',
    `${file} was written by a newer version: its schema has version ${version}, and this one knows versions up to ${newest}`,
    `Update Ticket Workbench, or choose another ${otherwise}.`,
  );
}

function configure(database: Database.Database, file: string): void {
  // Must be set before the first page is written. Setting it later would only wait for other
  // writers.
  if (schemaVersion(database) === 0) database.pragma('auto_vacuum = INCREMENTAL');
  const journalMode = database.pragma('journal_mode = WAL', { simple: true });
  if (journalMode !== 'wal') {
    throw new WorkbenchError(
      'store-failed',
      `the database can't be opened: the file system of ${file} does not allow a write-ahead log`,
      'Choose a data directory on a local disk.',
    );
  }
  // A commit is on disk when it returns, so a finished training survives even a power cut. NORMAL
  // would delay the last commits until the next checkpoint. A training takes seconds, the sync
  // milliseconds.
  database.pragma('synchronous = FULL');
}

/**
 * The SQL function that the view `search_rows` calls. SQLite lets a view call functions of a
 * program only if the schema is trusted. That is safe here, because this function only reads.
 */
function defineLeaseIsLive(database: Database.Database, liveness: Liveness): void {
  database.pragma('trusted_schema = ON');
  database.function(
    'lease_is_live',
    { deterministic: false },
    // All three are NULL if nobody holds the search.
    (scope: string | null, processId: number | null, heartbeatAt: number | null) =>
      scope !== null && processId !== null && heartbeatAt !== null
        ? Number(isLive({ scope, processId, heartbeatAt }, liveness))
        : 0,
  );
}

/**
 * Runs the missing migrations in one transaction. A failure or a crash leaves the version before.
 * Processes that open a new file at the same time take turns.
 */
function migrate(
  database: Database.Database,
  file: string,
  migrations: readonly Migration[],
): void {
  const runMissing = database.transaction(() => {
    const version = schemaVersion(database);
    checkVersion(version, file, migrations.length, DATA_DIRECTORY);
    const missing = migrations.slice(version);
    for (const { sql } of missing) database.exec(sql);
    checkReferences(
      database,
      missing.flatMap(({ changes = [] }) => changes),
    );
    database.pragma(`user_version = ${migrations.length}`);
  });
  // With foreign keys on, dropping a table also deletes the rows that refer to it. They are off for
  // migrations that rebuild a table, and references are checked before the commit. See
  // https://sqlite.org/lang_altertable.html#otheralter
  database.pragma('foreign_keys = OFF');
  if (schemaVersion(database) < migrations.length) runMissing.immediate();
  database.pragma('foreign_keys = ON');
}

/**
 * Checks what these tables refer to, and what refers to them. Other tables are not read: measurements would
 * take half a minute, and a damaged page among them would keep the database from opening.
 */
function checkReferences(database: Database.Database, changed: readonly string[]): void {
  for (const table of tablesAround(database, changed)) {
    const broken = database.pragma(`foreign_key_check(${table})`);
    if (Array.isArray(broken) && broken.length > 0) {
      throw new Error(`the migrations leave references to nothing in the table ${table}`);
    }
  }
}

/** These tables, and those that refer to one of them. */
function tablesAround(database: Database.Database, changed: readonly string[]): string[] {
  return database
    .prepare<[string], string>(
      `WITH changed AS (SELECT value AS name FROM json_each(?))
       SELECT name FROM sqlite_schema AS tables WHERE type = 'table' AND (
         name IN (SELECT name FROM changed) OR EXISTS (
           SELECT 1 FROM pragma_foreign_key_list(tables.name) AS keys
           WHERE keys."table" IN (SELECT name FROM changed)))`,
    )
    .pluck()
    .all(JSON.stringify(changed));
}

function schemaVersion(database: Database.Database): number {
  return readNumber(database, 'PRAGMA user_version');
}

function readNumber(database: Database.Database, sql: string): number {
  return scalar(integer).decode(database.prepare(sql).pluck().get());
}
