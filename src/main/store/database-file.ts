/** Whether the file that is open is still the file at its path. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { messageOf, WorkbenchError } from '../../shared/contract/errors.ts';
import { copyDatabase } from './backup.ts';
import { integer, scalar } from './columns.ts';
import { secondOf } from './search-id.ts';

/** The database was deleted, renamed or replaced while it was open. */
export interface MovedDatabase {
  /** What happened, and where the copy is. */
  readonly error: WorkbenchError;
  /** Whether everything that is stored was saved elsewhere. Until then only this process has it. */
  readonly isSaved: boolean;
}

/**
 * A process keeps writing to a file that was deleted, renamed or replaced, and nobody would find what
 * it writes. So what is stored is saved once more, beside the path, and the process has to stop.
 */
export class DatabaseFile {
  readonly #database: Database.Database;
  readonly #file: string;
  readonly #opened: string;
  readonly #now: () => number;
  /** The last copy, and how many rows had been changed by then. */
  #copy: { readonly file: string; readonly changes: number } | undefined;

  /** @param file the absolute path. */
  constructor(database: Database.Database, file: string, now: () => number) {
    this.#database = database;
    this.#file = file;
    this.#opened = identityOf(file) ?? '';
    this.#now = now;
  }

  isInPlace(): boolean {
    return identityOf(this.#file) === this.#opened;
  }

  /**
   * Saves a copy if the file is not in its place, and another one if more was written since.
   *
   * @returns undefined if the file is in its place.
   */
  rescue(): MovedDatabase | undefined {
    if (this.isInPlace()) return undefined;
    const what =
      identityOf(this.#file) === undefined ? 'deleted or renamed' : 'replaced by another file';
    const message = `the database ${this.#file} was ${what} while it was in use`;
    try {
      const copy = this.#saveCopy();
      const error = new WorkbenchError(
        'store-failed',
        `${message}; everything that had finished is saved in ${copy}`,
        `Close every window and search, then put it in its place: ticket restore ${copy} --data-dir ${path.dirname(this.#file)}`,
      );
      return { error, isSaved: true };
    } catch (cause) {
      const reason = messageOf(cause);
      const error = new WorkbenchError(
        'store-failed',
        `${message}, and it can't be saved elsewhere: ${reason}`,
        'Free some space or allow writing to the folder; this process tries again.',
      );
      return { error, isSaved: false };
    }
  }

  #saveCopy(): string {
    const changes = scalar(integer).decode(
      this.#database.prepare('SELECT total_changes()').pluck().get(),
    );
    const before = this.#copy;
    if (before?.changes === changes) return before.file;
    const { dir, name, ext } = path.parse(this.#file);
    mkdirSync(dir, { recursive: true });
    const now = this.#now();
    const milliseconds = String(now % 1000).padStart(3, '0');
    const stamp = `${secondOf(now)}${milliseconds}`;
    const file = path.join(dir, `${name}-rescued-${stamp}-${changes}${ext}`);
    copyDatabase(this.#database, file);
    if (before) rmSync(before.file, { force: true });
    this.#copy = { file, changes };
    return file;
  }
}

/** Device and inode; undefined if there is no file. */
function identityOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
