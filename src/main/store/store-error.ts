import Database from 'better-sqlite3';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { DecodingError } from './columns.ts';

/** A file that is copied into its place by hand would be read with the log of the old one. */
const RESTORE =
  'Put a backup in its place with "ticket restore FILE"; copied by hand, the files ending in -wal and -shm must go.';

/**
 * What SQLite's error codes mean to a user; the first matching prefix applies.
 *
 * @see https://sqlite.org/rescode.html
 */
const EXPLANATIONS: readonly (readonly [prefix: string, reason: string, hint: string])[] = [
  ['SQLITE_FULL', 'the disk is full', 'Free some space; everything finished before is saved.'],
  ['SQLITE_BUSY', 'another program keeps it locked', 'Close what has the file open and try again.'],
  [
    'SQLITE_READONLY',
    'it is read-only',
    'Allow writing to the file and its folder, or choose another data directory.',
  ],
  [
    'SQLITE_CANTOPEN',
    'it or its folder cannot be opened',
    'Check that the folder exists and can be read and written.',
  ],
  [
    'SQLITE_PERM',
    'access is denied',
    'Allow reading and writing of the file and its folder, or choose another data directory.',
  ],
  ['SQLITE_NOTADB', 'it is not an SQLite database, or its beginning is damaged', RESTORE],
  ['SQLITE_CORRUPT', 'it is damaged', `Run "ticket doctor" to see what is affected. ${RESTORE}`],
  [
    'SQLITE_IOERR',
    'the disk failed to read or write',
    'Check the disk, its free space and the limits of your account.',
  ],
];

/**
 * Runs work on the database. Turns errors of SQLite and of decoding into errors that say what to
 * do.
 *
 * @param problem what is wrong if this fails: `the search can't be saved`.
 * @throws WorkbenchError `store-failed` for such an error; other errors pass through.
 */
export function guarded<Result>(file: string, problem: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError) throw storeError(file, problem, error);
    if (error instanceof DecodingError) throw unreadable(file, problem, error);
    throw error;
  }
}

/** Whether an error of SQLite says that another process writes. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** What another program, a missing right, a full disk or full memory causes: the file itself may be sound. */
const NO_DAMAGE = [
  'SQLITE_BUSY',
  'SQLITE_CANTOPEN',
  'SQLITE_PERM',
  'SQLITE_READONLY',
  'SQLITE_FULL',
  'SQLITE_NOMEM',
];

/** Whether what was to be read is damaged: the rest of the file can be read without it. */
export function isDamage(error: unknown): boolean {
  if (!isStoreFailure(error)) return false;
  const { cause } = error as WorkbenchError;
  const { code } = cause instanceof Database.SqliteError ? cause : { code: '' };
  return !NO_DAMAGE.some((prefix) => code.startsWith(prefix));
}

/** Whether the file, or a part of it, can't be read or written. */
export function isStoreFailure(error: unknown): boolean {
  return error instanceof WorkbenchError && error.code === 'store-failed';
}

function unreadable(file: string, problem: string, cause: DecodingError): WorkbenchError {
  return new WorkbenchError(
    'store-failed',
    `${problem}: the database holds a value that this program does not write (${file}; ${cause.message})`,
    RESTORE,
    { cause },
  );
}

function storeError(
  file: string,
  problem: string,
  cause: InstanceType<typeof Database.SqliteError>,
): WorkbenchError {
  const explanation = EXPLANATIONS.find(([prefix]) => cause.code.startsWith(prefix));
  const reason = explanation?.[1] ?? 'SQLite refused';
  return new WorkbenchError(
    'store-failed',
    `${problem}: ${reason} (${file}; ${cause.code}: ${cause.message})`,
    explanation?.[2],
    { cause },
  );
}
