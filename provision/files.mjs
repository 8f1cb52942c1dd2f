import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * All files and links below a folder.
 *
 * @param {string} directory
 * @returns {Promise<{ path: string, isLink: boolean }[]>}
 */
export async function filesBelow(directory) {
  const files = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name);
    if (!entry.isDirectory()) {
      files.push({ path: place, isLink: entry.isSymbolicLink() });
      continue;
    }
    for (const file of await filesBelow(place)) files.push(file);
  }
  return files;
}

/**
 * The size of all files below a folder, which another process may be filling.
 *
 * @param {string} directory
 * @returns {Promise<number>}
 */
export async function bytesBelow(directory) {
  let sum = 0;
  for (const file of await filesBelow(directory)) {
    if (file.isLink) continue;
    sum += await stat(file.path).then(
      ({ size }) => size,
      // Removed in the meantime.
      () => 0,
    );
  }
  return sum;
}

/**
 * @param {string} file
 * @param {object} [options]
 * @param {(bytes: number) => void} [options.onBytes] called with the number of bytes read so far
 * @param {AbortSignal | undefined} [options.signal]
 * @returns {Promise<string>} hexadecimal
 */
export async function sha256Of(file, { onBytes = () => undefined, signal } = {}) {
  const hash = createHash('sha256');
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  source.on('data', () => {
    onBytes(source.bytesRead);
  });
  await pipeline(source, hash, signal === undefined ? {} : { signal });
  return hash.digest('hex');
}

/**
 * The free space for this user on a folder's disk.
 *
 * @param {string} directory need not exist yet
 * @returns {Promise<number | null>} bytes; null if the system does not report it
 */
export function freeBytes(directory) {
  let place = path.resolve(directory);
  while (!existsSync(place) && place !== path.dirname(place)) place = path.dirname(place);
  return statfs(place).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
}
