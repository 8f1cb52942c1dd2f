/** Copies of the database: backups, and what is restored from them. */
import { existsSync, linkSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { removeUnfinished, replaceFile } from '../../../provision/atomic-file.mjs';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { integer, scalar, text } from './columns.ts';
import { checkOrigin } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { secondOf } from './search-id.ts';
import { guarded } from './store-error.ts';

/** How long a restore waits for a short command to close the database. */
const BUSY_MILLISECONDS = 2000;

export interface CopyOptions {
  /** Replace an existing file. */
  readonly overwrite?: boolean;
  /** Called before each step, with the file that is not finished yet. */
  readonly onStep?: OnCopyStep;
}

export type OnCopyStep = (step: 'copying' | 'checking', unfinished: string) => void;

/**
 * Writes a consistent copy, also while other processes write, and checks it before it gets its name.
 *
 * @param database what is copied.
 * @param file must not exist, unless it may be overwritten.
 * @throws WorkbenchError `store-failed` if the file exists, can't be written, or is not sound;
 *   `invalid-argument` if it is the database itself.
 */
export function copyDatabase(
  database: Database.Database,
  file: string,
  { overwrite = false, onStep = () => undefined }: CopyOptions = {},
): void {
  if (isSameFile(database.name, file)) {
    throw new WorkbenchError('invalid-argument', `${file} is the database itself`);
  }
  // Also a link that leads nowhere, which a rename would replace.
  if (lstatSync(file, { throwIfNoEntry: false }) && !overwrite) {
    throw new WorkbenchError('store-failed', `${file} exists already`, 'Choose another name.');
  }
  const copy = (unfinished: string): void => {
    guarded(file, "the backup can't be written", () => {
      // SQLite says where the folder is missing only as "unable to open".
      checkFolder(file);
      removeUnfinished(path.dirname(file));
      onStep('copying', unfinished);
      database.prepare('VACUUM INTO ?').run(unfinished);
      onStep('checking', unfinished);
      checkSound(unfinished, file);
    });
  };
  replaceFile(file, copy, { overwrite });
}

/**
 * Puts a backup in the place of the database. What was there is kept beside it.
 *
 * @param file of the database, which nobody may have open.
 * @param backup another file, which stays as it is.
 * @returns where the previous database is now; undefined if there was none.
 * @throws WorkbenchError `store-failed` if the backup is not a sound database of this program or a
 *   newer one wrote it; `conflict` while another process has the database open. Nothing is changed
 *   then.
 */
export function restoreDatabase(
  file: string,
  backup: string,
  now: number,
  onStep: OnCopyStep = () => undefined,
): string | undefined {
  if (isSameFile(file, backup)) {
    throw new WorkbenchError('invalid-argument', `${backup} is the database itself`);
  }
  if (!existsSync(backup)) {
    throw new WorkbenchError('invalid-argument', `there is no file ${backup}`);
  }
  let previous: string | undefined;
  try {
    removeUnfinished(path.dirname(file));
    replaceFile(file, (fresh) => {
      guarded(backup, "the backup can't be read", () => {
        // A copy of a database that was open may need its log, so it is not copied as a file.
        const source = new Database(backup, { readonly: true, timeout: BUSY_MILLISECONDS });
        try {
          checkOurs(source, backup);
          onStep('copying', fresh);
          source.prepare('VACUUM INTO ?').run(fresh);
        } finally {
          source.close();
        }
        onStep('checking', fresh);
        checkSound(fresh, backup);
      });
      // In one step after this: whoever is killed leaves the old searches or the new ones.
      previous = keepAside(file, now);
    });
  } catch (error) {
    if (previous !== undefined && !existsSync(file)) renameSync(previous, file);
    throw error;
  }
  return previous;
}

/**
 * Reads a backup without changing it.
 *
 * @returns how many searches it has.
 * @throws WorkbenchError `invalid-argument` if there is no file; `store-failed` if it is not a database of
 *   this program, can't be read, or a newer version wrote it.
 */
export function searchesInBackup(backup: string): number {
  if (!existsSync(backup)) {
    throw new WorkbenchError('invalid-argument', `there is no file ${backup}`);
  }
  return guarded(backup, "the backup can't be read", () => {
    const database = new Database(backup, { readonly: true, timeout: BUSY_MILLISECONDS });
    try {
      checkOurs(database, backup);
      return NUMBER.decode(database.prepare('SELECT count(*) FROM searches').pluck().get());
    } finally {
      database.close();
    }
  });
}

/** Whether both paths lead to one file, also by links. */
function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((file) => {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found ? `${found.dev}:${found.ino}` : path.resolve(file);
  });
  return first === second;
}

/** Gives the database a second name, with its log written into it. */
function keepAside(file: string, now: number): string | undefined {
  if (!existsSync(file)) {
    // A log without its database belongs to one that is gone; SQLite would take it for the new one's.
    for (const ending of ['-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
    return undefined;
  }
  closeLog(file);
  const { name, ext, dir } = path.parse(file);
  const base = path.join(dir, `${name}-before-${secondOf(now)}`);
  for (let copy = 1; ; copy += 1) {
    const previous = copy === 1 ? `${base}${ext}` : `${base}-${copy}${ext}`;
    if (existsSync(previous)) continue;
    try {
      linkSync(file, previous);
    } catch {
      // The file system has no hard links.
      renameSync(file, previous);
    }
    return previous;
  }
}

/** Writes the log into the database and removes it, which SQLite refuses while others are there. */
function closeLog(file: string): void {
  try {
    const database = new Database(file, { timeout: BUSY_MILLISECONDS });
    try {
      database.pragma('journal_mode = DELETE');
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new WorkbenchError(
        'conflict',
        `another process has ${file} open`,
        'Close every window and stop every search that uses it, then try again.',
      );
    }
    // A database that can't be read is what a backup is for. Its log goes with it.
    for (const ending of ['-wal', '-shm']) {
      if (existsSync(`${file}${ending}`))
        renameSync(`${file}${ending}`, `${file}-damaged${ending}`);
    }
  }
}

function checkFolder(file: string): void {
  const folder = path.dirname(path.resolve(file));
  if (existsSync(folder)) return;
  throw new WorkbenchError(
    'store-failed',
    `the backup can't be written: there is no folder ${folder}`,
    'Create the folder, or choose another one.',
  );
}

/** @throws WorkbenchError `store-failed` naming the first problem that SQLite finds. */
function checkSound(copy: string, file: string): void {
  const database = new Database(copy, { readonly: true });
  try {
    const problems = database
      .prepare('PRAGMA integrity_check')
      .pluck()
      .all()
      .map((line) => TEXT.decode(line));
    const problem = problems.find((line) => line !== 'ok');
    if (problem === undefined) return;
    throw new WorkbenchError(
      'store-failed',
      `the copy of ${file} is damaged: ${problem}`,
      'Run "ticket doctor" to see whether the original is.',
    );
  } finally {
    database.close();
  }
}

const checkOurs = (database: Database.Database, file: string): void => {
  checkOrigin(database, file, MIGRATIONS.length, { mayBeEmpty: false, otherwise: 'backup' });
};

const TEXT = scalar(text);
const NUMBER = scalar(integer);
