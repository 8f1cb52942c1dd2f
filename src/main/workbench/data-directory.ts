import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import envPaths from 'env-paths';
import { messageOf, WorkbenchError } from '../../shared/contract/errors.ts';
import { absolutePath } from '../engine/datasets/user-path.ts';

export { absolutePath };

/**
 * Where searches are stored: `override`, else `TICKET_DATA_DIR`, else the system's usual place.
 *
 * @throws WorkbenchError `invalid-argument` for an empty path, which would be the current folder.
 */
export function dataDirectory(override?: string): string {
  const chosen = override ?? process.env['TICKET_DATA_DIR'];
  if (chosen?.trim() === '') {
    throw new WorkbenchError(
      'invalid-argument',
      `the data directory is "${chosen}"; expected the path of a folder`,
      'Give one with --data-dir or TICKET_DATA_DIR, or leave both out.',
    );
  }
  return absolutePath(chosen ?? usualDataDirectory());
}

/** The system's usual place. */
export function usualDataDirectory(): string {
  return envPaths('ticket-workbench', { suffix: '' }).data;
}

/** Where the window's setting looks for plug-ins. The workbench never writes into it. */
export function plugInFolder(directory: string): string {
  return path.join(directory, 'plug-ins');
}

/** @throws WorkbenchError `store-failed` if the folder can't be created. */
export function databaseFile(directory: string): string {
  try {
    makeFolder(directory);
  } catch (cause) {
    throw new WorkbenchError(
      'store-failed',
      `the data directory ${directory} can't be created: ${messageOf(cause)}`,
      'Choose another one with --data-dir or TICKET_DATA_DIR.',
      { cause },
    );
  }
  return path.join(directory, 'workbench.sqlite');
}

/**
 * Like `mkdir` of all missing parents, which in Node tries for ever where the system says that a folder
 * is missing which is there: in /proc, and behind a link that leads nowhere.
 */
function makeFolder(directory: string): void {
  if (isFolder(directory)) return;
  const parent = path.dirname(directory);
  if (parent !== directory) makeFolder(parent);
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another process may have made it.
    if (!isFolder(directory)) throw error;
  }
}

const isFolder = (directory: string): boolean =>
  statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
