/** Writes a folder of files that the user named: a new one as a whole, or not at all. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { Program, ProgramFile } from './programs/program.ts';
import { explainWriteError, type WriteOptions } from './write-file.ts';

interface FolderOptions extends WriteOptions {
  /** Files to be removed from a folder that is overwritten. */
  readonly leftovers?: Program['leftovers'];
}

/**
 * @throws WorkbenchError `conflict` if a folder of that name has content and is not to be overwritten;
 *   `invalid-argument` if the path is no place for a folder; `store-failed` if the disk refuses.
 */
export function writeFolder(
  folder: string,
  files: readonly ProgramFile[],
  { overwrite = false, leftovers }: FolderOptions = {},
): void {
  const wanted = path.resolve(folder);
  try {
    if (isThere(wanted, overwrite)) writeInto(wanted, files, leftovers);
    else writeNew(wanted, files);
  } catch (cause) {
    throw explainWriteError(wanted, cause);
  }
}

/**
 * For a folder whose files take time to make: tells beforehand that it can't be written.
 *
 * @throws WorkbenchError as `writeFolder`, as far as it is known.
 */
export function refuseTakenFolder(folder: string, { overwrite = false }: WriteOptions = {}): void {
  const wanted = path.resolve(folder);
  try {
    statSync(path.dirname(wanted));
    isThere(wanted, overwrite);
  } catch (cause) {
    throw explainWriteError(wanted, cause);
  }
}

/** Whether there is a folder that can be written into: an empty one, or one that is overwritten. */
function isThere(folder: string, overwrite: boolean): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) return false;
  if (!stats.isDirectory()) {
    throw new WorkbenchError(
      'invalid-argument',
      `${folder} is a file; expected the name of a folder to write`,
      'Choose another name, or one that ends in .zip for a zip file.',
    );
  }
  if (overwrite || readdirSync(folder).length === 0) return true;
  throw new WorkbenchError(
    'conflict',
    `${folder} already exists and was not overwritten`,
    'Choose another name, or replace the export in it with --force.',
  );
}

/**
 * Each file replaces the one of its name. All of them are written before the first is moved to its place,
 * so a full disk leaves the folder as it was. The folder itself stays: somebody may be in it.
 */
function writeInto(
  folder: string,
  files: readonly ProgramFile[],
  leftovers: Program['leftovers'],
): void {
  const unfinished = path.join(folder, unfinishedName());
  const moved: string[] = [];
  try {
    writeAll(unfinished, files);
    for (const file of files) refuseFolder(path.join(folder, file.path));
    removeLeftovers(folder, leftovers);
    for (const file of files) {
      const target = path.join(folder, file.path);
      mkdirSync(path.dirname(target), { recursive: true });
      renameSync(path.join(unfinished, file.path), target);
      moved.push(file.path);
    }
  } catch (cause) {
    if (moved.length === 0) throw cause;
    throw new WorkbenchError(
      'store-failed',
      `${folder} has files of two exports: only ${moved.join(', ')} could be replaced`,
      'Export once more, into another folder or with --force.',
      { cause },
    );
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function refuseFolder(target: string): void {
  if (!statSync(target, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new WorkbenchError(
    'invalid-argument',
    `${target} is a folder, where a file is to be written`,
    'Choose another folder.',
  );
}

function removeLeftovers(folder: string, leftovers: Program['leftovers']): void {
  if (!leftovers) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const relative = name.replaceAll(path.sep, '/');
    if (leftovers.test(relative) && !relative.startsWith(UNFINISHED)) {
      rmSync(path.join(folder, name));
    }
  }
}

/** Written beside its place and renamed, so that nobody finds half of it. */
function writeNew(folder: string, files: readonly ProgramFile[]): void {
  const unfinished = path.join(path.dirname(folder), unfinishedName());
  try {
    writeAll(unfinished, files);
    renameSync(unfinished, folder);
  } catch (cause) {
    rmSync(unfinished, { recursive: true, force: true });
    throw cause;
  }
}

const UNFINISHED = '.ticket-export-';

function unfinishedName(): string {
  return UNFINISHED + randomBytes(8).toString('hex');
}

function writeAll(folder: string, files: readonly ProgramFile[]): void {
  mkdirSync(folder);
  for (const file of files) {
    const target = path.join(folder, file.path);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.bytes, { flag: 'wx', flush: true });
  }
}
