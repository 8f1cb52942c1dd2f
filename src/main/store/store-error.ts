import Database from 'better-sqlite3';
import { WorkbenchError } from '../../shared/contract/errors.ts';

/**
 * What SQLite's error codes mean to a user; the first prefix that matches counts.
 *
 * @see https://sqlite.org/rescode.html
 */
const EXPLANATIONS: readonly (readonly [prefix: string, problem: string, hint: string])[] = [
  ['SQLITE_FULL', 'the disk is full', 'Free some space; everything finished before is saved.'],
  ['SQLITE_BUSY', 'another program keeps it locked', 'Close what has the file open and try again.'],
  [
    'SQLITE_READONLY',
    'it can only be read',
    'Allow writing to the file and its folder, or choose another data directory.',
  ],
  [
    'SQLITE_CANTOPEN',
    'it or its folder cannot be opened',
    'Check that the folder is there and can be read and written.',
  ],
  [
    'SQLITE_PERM',
    'access is denied',
    'Allow reading and writing of the file and its folder, or choose another data directory.',
  ],
  [
    'SQLITE_NOTADB',
    'it is not an SQLite database, or its beginning is damaged',
    'Move the file away, or restore it from a backup.',
  ],
  [
    'SQLITE_CORRUPT',
    'it is damaged',
    'Run "ticket doctor" to see what is affected; restore the file from a backup if you have one.',
  ],
  [
    'SQLITE_IOERR',
    'the disk does not read or write',
    'Check the disk, its free space and the limits of your account.',
  ],
];

/**
 * Does something with the database, SQLite's errors turned into ones that say what to do.
 *
 * @param doing what is tried, as in "the search can't be saved": `the search can't be saved`.
 * @throws WorkbenchError `store-failed` for an error of SQLite; any other error as it is.
 */
export function guarded<Result>(file: string, doing: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw storeError(file, doing, error);
  }
}

function storeError(
  file: string,
  doing: string,
  cause: InstanceType<typeof Database.SqliteError>,
): WorkbenchError {
  const explanation = EXPLANATIONS.find(([prefix]) => cause.code.startsWith(prefix));
  const problem = explanation?.[1] ?? 'SQLite refused';
  return new WorkbenchError(
    'store-failed',
    `${doing}: ${problem} (${file}; ${cause.code}: ${cause.message})`,
    explanation?.[2],
    { cause },
  );
}
