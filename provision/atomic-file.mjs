/**
 * The one place where files are replaced. A file is written beside its place under another name, flushed
 * to the disk, and renamed; then its folder is flushed. A reader sees the old file or the new one, also
 * after a power cut. If anything fails, the unfinished file is removed.
 *
 * Everything uses it, from provisioning to the window, so it runs on the Node of every Electron.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { isProcessAlive, MACHINE_SCOPE } from './processes.mjs';
import { systemCode } from './provisioning-error.mjs';

/**
 * @typedef {object} AtomicOptions
 * @property {boolean} [overwrite] replace an existing file, which is the default. Otherwise the file must
 *   be new: the error code is `EEXIST` if it is not.
 */

/**
 * Machine, process id and a random part; SQLite may have left a journal beside it. The length does not
 * depend on that of the final name, which may be the longest one allowed.
 */
const UNFINISHED = /^\.ticket-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}\.part(-journal)?$/;

const MACHINE = createHash('sha256').update(MACHINE_SCOPE).digest('hex').slice(0, 8);

/** A process of another machine has ended, or will never end. */
const ABANDONED_MILLISECONDS = 24 * 60 * 60_000;

/**
 * @param {string} file
 * @param {string | Uint8Array} content
 * @param {AtomicOptions & { mode?: number }} [options] `mode`: who may read the file, such as 0o600
 * @returns {void}
 */
export function writeFileAtomically(file, content, { mode = 0o666, ...options } = {}) {
  replaceFile(
    file,
    (unfinished) => {
      writeFileSync(unfinished, content, { flag: 'wx', mode });
    },
    options,
  );
}

/**
 * @param {string} file
 * @param {(unfinished: string) => void} make makes a file of that name
 * @param {AtomicOptions} [options]
 * @returns {void}
 */
export function replaceFile(file, make, options = {}) {
  const unfinished = unfinishedBeside(file);
  try {
    make(unfinished);
    moveFile(unfinished, file, options);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/**
 * Like `replaceFile`, for a file that takes time to make.
 *
 * @param {string} file
 * @param {(unfinished: string) => Promise<void>} make
 * @param {AtomicOptions} [options]
 * @returns {Promise<void>}
 */
export async function replaceFileAsync(file, make, options = {}) {
  const unfinished = unfinishedBeside(file);
  try {
    await make(unfinished);
    moveFile(unfinished, file, options);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/**
 * Flushes a finished file and gives it its final name, in the same file system.
 *
 * @param {string} finished
 * @param {string} file
 * @param {AtomicOptions} [options]
 * @returns {void}
 */
export function moveFile(finished, file, { overwrite = true } = {}) {
  flush(finished, FLUSHABLE);
  if (overwrite) renameSync(finished, file);
  else moveToNewName(finished, file);
  flushFolder(path.dirname(file));
}

/** Windows flushes only what is open for writing. */
const FLUSHABLE = process.platform === 'win32' ? 'r+' : 'r';

/**
 * Flushes the content of a large file to the disk, beside other work.
 *
 * @param {string} file
 * @returns {Promise<void>}
 */
export async function flushFileAsync(file) {
  const handle = await open(file, FLUSHABLE);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The error codes of file systems that can't flush a folder, and of folders that can't be read. */
const CANT_FLUSH = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES', 'EPERM'];

/**
 * Flushes the names in a folder to the disk. Windows has no such call.
 *
 * @param {string} folder
 * @returns {void}
 */
export function flushFolder(folder) {
  if (process.platform === 'win32') return;
  try {
    flush(folder, 'r');
  } catch (error) {
    if (!CANT_FLUSH.includes(systemCode(error) ?? '')) throw error;
  }
}

/**
 * Removes what killed processes left behind in a folder.
 *
 * @param {string} folder may be missing
 * @returns {void}
 */
export function removeUnfinished(folder) {
  for (const name of namesIn(folder)) {
    const [, machine, processId] = UNFINISHED.exec(name) ?? [];
    if (machine === undefined) continue;
    const file = path.join(folder, name);
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    const isAbandoned = Date.now() - modified > ABANDONED_MILLISECONDS;
    const isLeft = machine === MACHINE && !isProcessAlive(Number(processId));
    if (isLeft || isAbandoned) rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @returns {string}
 */
function unfinishedBeside(file) {
  const name = `.ticket-${MACHINE}-${process.pid}-${randomBytes(8).toString('hex')}.part`;
  return path.join(path.dirname(file), name);
}

/** The error codes of file systems without hard links. */
const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * A hard link fails if a file of that name has appeared meanwhile; a rename would replace it.
 *
 * @param {string} finished
 * @param {string} file
 */
function moveToNewName(finished, file) {
  try {
    linkSync(finished, file);
  } catch (error) {
    if (!NO_HARD_LINKS.includes(systemCode(error) ?? '')) throw error;
    if (lstatSync(file, { throwIfNoEntry: false })) {
      throw Object.assign(new Error(`${file} already exists`), { code: 'EEXIST' });
    }
    renameSync(finished, file);
    return;
  }
  rmSync(finished);
}

/**
 * @param {string} place
 * @param {string} flags
 */
function flush(place, flags) {
  const handle = openSync(place, flags);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
