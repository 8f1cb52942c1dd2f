/** Backups of a data directory. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { restoreDatabase } from '../store/backup.ts';
import { secondOf } from '../store/search-id.ts';
import { Store } from '../store/store.ts';
import { databaseFile } from './data-directory.ts';

/**
 * Writes a checked copy of all searches.
 *
 * @param file must not exist. Default: one with date and time in the folder `backups` of the directory.
 * @returns the file.
 * @throws WorkbenchError `store-failed` if it can't be written or is not sound.
 */
export function backUp(directory: string, file?: string): string {
  const store = Store.open(databaseFile(directory));
  try {
    const wanted = file ?? newBackup(directory, Date.now());
    store.backUp(wanted);
    return wanted;
  } finally {
    store.close();
  }
}

/**
 * Puts a backup in the place of the searches of a data directory, and opens it once, which brings it
 * up to date.
 *
 * @returns how many searches it has, and where the previous database is.
 * @throws WorkbenchError as `restoreDatabase`.
 */
export function restore(
  directory: string,
  backup: string,
): { readonly searches: number; readonly previous: string | undefined } {
  const file = databaseFile(directory);
  const previous = restoreDatabase(file, backup, Date.now());
  const store = Store.open(file);
  try {
    return { searches: store.searches.list().length + store.searches.damaged().length, previous };
  } finally {
    store.close();
  }
}

/** Where backups are kept unless a file is named. */
const backupFolder = (directory: string): string => path.join(directory, 'backups');

/** The backups in the folder `backups` of a data directory, newest first. */
export function backupFiles(directory: string): string[] {
  const folder = backupFolder(directory);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .sort()
    .reverse()
    .map((name) => path.join(folder, name));
}

/** `backups/workbench-20260102-030405.sqlite`; the folder is made. */
function newBackup(directory: string, now: number): string {
  const folder = backupFolder(directory);
  mkdirSync(folder, { recursive: true });
  return path.join(folder, `workbench-${secondOf(now)}.sqlite`);
}
