/**
 * Whether the files that the workbench's process runs are those that were packed. Electron checks the
 * archive of its main process itself; these files lie outside of it, because Node reads no archives.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow } from '../../../../provision/files.mjs';

/** SHA-256 by path, with `/`, relative to the folder. */
export type Checksums = Readonly<Record<string, string>>;

/** The name of the file with the checksums, in the archive of the main process. */
export const CHECKSUMS_FILE = 'checksums.json';

export async function checksumsBelow(folder: string): Promise<Checksums> {
  const checksums: Record<string, string> = {};
  for (const { path: file } of await filesBelow(folder)) {
    checksums[relative(folder, file)] = checksumOf(file);
  }
  return checksums;
}

/**
 * What is wrong with a folder.
 *
 * @returns sentences; none if every file is there, no other file is, and all are unchanged.
 */
export async function damagesOf(folder: string, checksums: Checksums): Promise<string[]> {
  const found = existsSync(folder) ? await filesBelow(folder) : [];
  const names = new Set(found.map((file) => relative(folder, file.path)));
  const missing = Object.keys(checksums).filter((name) => !names.has(name));
  const damages = missing.map((name) => `${name} is missing.`);
  for (const name of names) {
    const expected = checksums[name];
    if (expected === undefined) damages.push(`${name} does not belong there.`);
    else if (checksumOf(path.join(folder, name)) !== expected) {
      damages.push(`${name} was changed.`);
    }
  }
  return damages;
}

/** @returns undefined if the application is not installed, but runs from its sources. */
export function readChecksums(application: string): Checksums | undefined {
  const file = path.join(application, CHECKSUMS_FILE);
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as Checksums;
}

/**
 * Read at once: most of the 2,100 files are small, and a stream for each takes five times as long, before
 * the window opens.
 */
const checksumOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

const relative = (folder: string, file: string): string =>
  path.relative(folder, file).split(path.sep).join('/');
