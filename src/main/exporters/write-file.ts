import { lstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { replaceFileAsync, writeFileAtomically } from '../../../provision/atomic-file.mjs';
import { WorkbenchError } from '../../shared/contract/errors.ts';

export interface WriteOptions {
  /** Replace an existing file. */
  readonly overwrite?: boolean;
}

/**
 * Writes a file that the user named, as a whole or not at all.
 *
 * @throws WorkbenchError `conflict` if a file of that name is there and is not to be overwritten;
 *   `invalid-argument` if the path is no place for a file; `store-failed` if the disk refuses.
 */
export function writeExport(
  file: string,
  bytes: Uint8Array,
  { overwrite = false }: WriteOptions = {},
): void {
  const wanted = path.resolve(file);
  try {
    writeFileAtomically(resolveTarget(wanted, overwrite), bytes, { overwrite });
  } catch (cause) {
    throw explainWriteError(wanted, cause);
  }
}

/**
 * Like `writeExport`, for a file that takes time to make.
 *
 * @param make makes a file of the name that it is given.
 * @returns the absolute path.
 */
export async function writeExportAsync(
  file: string,
  make: (unfinished: string) => Promise<void>,
  { overwrite = false }: WriteOptions = {},
): Promise<string> {
  const wanted = path.resolve(file);
  try {
    await replaceFileAsync(resolveTarget(wanted, overwrite), make, { overwrite });
    return wanted;
  } catch (cause) {
    throw explainWriteError(wanted, cause);
  }
}

/**
 * For a file that takes time to make: tells beforehand that it can't be written.
 *
 * @throws WorkbenchError as `writeExport`, as far as it is known.
 */
export function refuseTakenFile(file: string, { overwrite = false }: WriteOptions = {}): void {
  const wanted = path.resolve(file);
  try {
    statSync(path.dirname(wanted));
    resolveTarget(wanted, overwrite);
  } catch (cause) {
    throw explainWriteError(wanted, cause);
  }
}

function resolveTarget(file: string, overwrite: boolean): string {
  if (!lstatSync(file, { throwIfNoEntry: false })) return file;
  const stats = statSync(file, { throwIfNoEntry: false });
  // A rename would replace even /dev/null.
  if (stats && !stats.isFile()) {
    throw new WorkbenchError(
      'invalid-argument',
      `${file} is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}; expected the name of a file to write`,
    );
  }
  if (!overwrite) throw alreadyThere(file);
  return stats ? realpathSync(file) : file;
}

function alreadyThere(file: string): WorkbenchError {
  return new WorkbenchError(
    'conflict',
    `${file} already exists and was not overwritten`,
    'Choose another name, or overwrite it with --force.',
  );
}

/** The same error, or what a user should know of a system's error while `file` was written. */
export function explainWriteError(file: string, cause: unknown): unknown {
  const folder = path.dirname(file);
  switch (codeOf(cause)) {
    case 'EEXIST':
      return alreadyThere(file);
    case 'ENOENT':
    case 'ENOTDIR':
      return new WorkbenchError(
        'invalid-argument',
        `${file} can't be written: there is no folder ${folder}`,
        'Make the folder, or choose another one.',
        { cause },
      );
    case 'ENAMETOOLONG':
      return new WorkbenchError(
        'invalid-argument',
        `${file} can't be written: the name is too long`,
        undefined,
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new WorkbenchError(
        'invalid-argument',
        `${file} can't be written: the folder ${folder} can only be read`,
        'Allow writing to it, or choose another one.',
        { cause },
      );
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new WorkbenchError(
        'store-failed',
        `${file} can't be written: the disk is full, or its limits are reached`,
        'Free some space, or choose another disk. Nothing was left behind.',
        { cause },
      );
    default:
      return cause;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
