/**
 * Lets one process do a piece of work while others wait for it.
 *
 * The lock only saves work. Processes that do it at the same time do no harm, because each writes into
 * its own folder and renames it. So a lock may be taken from an owner that only seems to be gone.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from './processes.mjs';
import { record } from './project.mjs';
import { systemCode } from './provisioning-error.mjs';

const HEARTBEAT = 2_000;
/** An owner without a heartbeat for this long is gone: killed on another machine, or its PID is reused. */
const STALE_AFTER = 30_000;
const RETRY_AFTER = 100;

/**
 * Does the work, after any other process that holds the lock.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {object} [options]
 * @param {() => void} [options.onWait] called once if another process holds the lock; throws if it must
 *   not wait for that process
 * @param {AbortSignal | undefined} [options.signal]
 * @returns {Promise<T>}
 */
export async function withLock(file, work, { onWait = () => undefined, signal } = {}) {
  const token = JSON.stringify({ host: hostname(), process: process.pid, token: randomUUID() });
  for (let attempt = 0; !take(file, token); attempt += 1) {
    if (attempt === 0) onWait();
    await sleep(RETRY_AFTER, undefined, signal === undefined ? {} : { signal });
  }
  const heartbeat = setInterval(() => {
    touch(file);
  }, HEARTBEAT);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (readOwner(file) === token) rmSync(file, { force: true });
  }
}

/**
 * Whether a process holds the lock now.
 *
 * @param {string} file
 * @returns {boolean}
 */
export function isLocked(file) {
  return statSync(file, { throwIfNoEntry: false }) !== undefined && !isAbandoned(file);
}

/**
 * @param {string} file
 * @param {string} token
 * @returns {boolean}
 */
function take(file, token) {
  if (create(file, token)) return true;
  if (!isAbandoned(file)) return false;
  rmSync(file, { force: true });
  return create(file, token);
}

/**
 * @param {string} file
 * @param {string} token
 * @returns {boolean} false if the file is there already
 */
function create(file, token) {
  try {
    writeFileSync(file, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * @param {string} file
 * @returns {boolean}
 */
function isAbandoned(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (Date.now() - stat.mtimeMs > STALE_AFTER) return true;
  const { host, process: id } = parsed(readOwner(file));
  return host === hostname() && typeof id === 'number' && !isProcessAlive(id);
}

/**
 * @param {string | undefined} owner
 * @returns {Record<string, unknown>}
 */
function parsed(owner) {
  try {
    return record(JSON.parse(owner ?? ''));
  } catch {
    // The file is being written, or its writer died. If it died, the lock becomes stale.
    return {};
  }
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
function readOwner(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function touch(file) {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // Another process took the lock. The work continues anyway.
  }
}
