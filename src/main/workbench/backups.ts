/** Backups of a data directory. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { restoreDatabase } from '../store/backup.ts';
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
    const wanted = file ?? path.join(backupFolder(directory), backupName(Date.now()));
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
function backupFolder(directory: string): string {
  const folder = path.join(directory, 'backups');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The backups in the folder `backups` of a data directory, newest first. */
export function backupFiles(directory: string): string[] {
  const folder = path.join(directory, 'backups');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .sort()
    .reverse()
    .map((name) => path.join(folder, name));
}

/** `workbench-20260102-030405.sqlite` */
function backupName(now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `workbench-${stamp}.sqlite`;
}
