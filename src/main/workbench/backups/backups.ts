/** Backups of a data directory. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { removeUnfinished } from '../../../../provision/atomic-file.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  BackupFile,
  RestoredBackup,
  WrittenBackup,
} from '../../../shared/contract/records/backups.ts';
import {
  type CopyOptions,
  type OnCopyStep,
  restoreDatabase,
  searchesInBackup,
} from '../../store/backup.ts';
import { secondOf } from '../../store/search-id.ts';
import { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';

/** `workbench-…` was asked for, `nightly-…` was not. */
const BACKUP = /^(workbench|nightly)-\d{8}-\d{6}[.]sqlite$/;
const NIGHTLY = 'nightly-';

/** A week of nights. */
const MOST_NIGHTLY = 7;

/**
 * Writes a checked copy of all searches.
 *
 * @param file absolute. Default: one with date and time in the folder `backups` of the directory.
 * @throws WorkbenchError `store-failed` if it can't be written or is not sound.
 */
export function backUp(
  directory: string,
  file: string = newBackup(directory, 'workbench', Date.now()),
  options: CopyOptions = {},
): WrittenBackup {
  const store = Store.openExisting(databaseFile(directory));
  try {
    if (path.dirname(file) === backupFolder(directory)) {
      mkdirSync(path.dirname(file), { recursive: true });
    }
    store.backUp(file, options);
  } finally {
    store.close();
  }
  return { file, bytes: statSync(file).size, searches: searchesInBackup(file) };
}

/**
 * Puts a backup in the place of the searches of a data directory, and opens it once, which brings it
 * up to date.
 *
 * @returns how many searches it has, and where the previous database is.
 * @throws WorkbenchError as `restoreDatabase`.
 */
export function restore(directory: string, backup: string, onStep?: OnCopyStep): RestoredBackup {
  const file = databaseFile(directory);
  const previous = restoreDatabase(file, backup, Date.now(), onStep);
  const store = Store.openExisting(file);
  try {
    return { searches: store.searches.list().length + store.searches.damaged().length, previous };
  } finally {
    store.close();
  }
}

/** Where backups are kept unless a file is named. */
export const backupFolder = (directory: string): string => path.join(directory, 'backups');

/** All databases in the folder `backups` of a data directory, newest first. */
export function backupFiles(directory: string): string[] {
  return listBackups(directory).map(({ name }) => path.join(backupFolder(directory), name));
}

/** As `backupFiles`, with what a list shows. */
export function listBackups(directory: string): BackupFile[] {
  const folder = backupFolder(directory);
  return namesIn(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .flatMap((name): BackupFile[] => {
      const found = statSync(path.join(folder, name), { throwIfNoEntry: false });
      if (!found?.isFile()) return [];
      const isNightly = BACKUP.test(name) && name.startsWith(NIGHTLY);
      return [{ name, bytes: found.size, at: Math.round(found.mtimeMs), isNightly }];
    })
    .sort((one, other) => other.at - one.at || (other.name < one.name ? -1 : 1));
}

/** @throws WorkbenchError `store-failed` for a folder that can't be read. */
function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new WorkbenchError(
      'store-failed',
      `the folder of backups ${folder} can't be read: ${messageOf(cause)}`,
      'It must be a folder that you may read.',
      { cause },
    );
  }
}

/**
 * The path of a backup in the folder `backups`.
 *
 * @throws WorkbenchError `not-found` for a name that is not in the list.
 */
export function backupNamed(directory: string, name: string): string {
  if (listBackups(directory).some((backup) => backup.name === name)) {
    return path.join(backupFolder(directory), name);
  }
  throw new WorkbenchError(
    'not-found',
    `there is no backup ${name} in ${backupFolder(directory)}`,
    'Run "ticket restore" without a file to list them.',
  );
}

export function newBackup(directory: string, kind: 'workbench' | 'nightly', now: number): string {
  return path.join(backupFolder(directory), `${kind}-${secondOf(now)}.sqlite`);
}

/** Keeps the newest nightly copies of a week, and removes what killed processes left. */
export function removeOldBackups(directory: string): void {
  const folder = backupFolder(directory);
  const nightly = listBackups(directory).filter(({ isNightly }) => isNightly);
  for (const { name } of nightly.slice(MOST_NIGHTLY)) rmSync(path.join(folder, name));
  removeUnfinished(folder);
}
