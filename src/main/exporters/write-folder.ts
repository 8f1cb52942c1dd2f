/** Writes a folder of files that the user named: a new one as a whole, or not at all. */
import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { ProgramFile } from './programs/program.ts';
import { explainWriteError, type WriteOptions, writeExport } from './write-file.ts';

/**
 * @throws WorkbenchError `conflict` if a folder of that name has content and is not to be overwritten;
 *   `invalid-argument` if the path is no place for a folder; `store-failed` if the disk refuses.
 */
export function writeFolder(
  folder: string,
  files: readonly ProgramFile[],
  { overwrite = false }: WriteOptions = {},
): void {
  const wanted = path.resolve(folder);
  try {
    if (hasContent(wanted, overwrite)) writeInto(wanted, files);
    else writeNew(wanted, files);
  } catch (cause) {
    throw explainWriteError(wanted, cause);
  }
}

function hasContent(folder: string, overwrite: boolean): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) return false;
  if (!stats.isDirectory()) {
    throw new WorkbenchError(
      'invalid-argument',
      `${folder} is a file; expected the name of a folder to write`,
      'Choose another name, or one that ends in .zip for a zip file.',
    );
  }
  if (readdirSync(folder).length === 0) return false;
  if (overwrite) return true;
  throw new WorkbenchError(
    'conflict',
    `${folder} already exists and was not overwritten`,
    'Choose another name, or replace its files of the same names with --force.',
  );
}

/** Each file replaces the one of its name; others stay. */
function writeInto(folder: string, files: readonly ProgramFile[]): void {
  for (const file of files) {
    const target = path.join(folder, file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    writeExport(target, file.bytes, { overwrite: true });
  }
}

/** Written beside its place and renamed, so that nobody finds half of it. */
function writeNew(folder: string, files: readonly ProgramFile[]): void {
  const name = `.ticket-export-${randomBytes(8).toString('hex')}`;
  const unfinished = path.join(path.dirname(folder), name);
  mkdirSync(unfinished);
  try {
    for (const file of files) {
      const target = path.join(unfinished, file.path);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, file.bytes, { flag: 'wx', flush: true });
    }
    if (statSync(folder, { throwIfNoEntry: false })) rmdirSync(folder);
    renameSync(unfinished, folder);
  } catch (cause) {
    rmSync(unfinished, { recursive: true, force: true });
    throw cause;
  }
}
