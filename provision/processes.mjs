/**
 * Which processes of this machine live. Locks, leases and unfinished files name their process by this.
 *
 * It runs on the Node of every Electron, as everything that imports it.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from './provisioning-error.mjs';

/** Where process ids can be compared: on one host and, on Linux, in one PID namespace. */
export const MACHINE_SCOPE = machineScope();

/** @returns {string} */
function machineScope() {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/**
 * Whether a process of this machine still runs.
 *
 * @param {number} processId
 * @returns {boolean}
 */
export function isProcessAlive(processId) {
  try {
    process.kill(processId, 0);
    return !isZombie(processId);
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    return systemCode(error) === 'EPERM';
  }
}

/**
 * Whether a process has ended and its parent has not collected it. In containers whose first process
 * collects no children, this state is permanent. Detected only on Linux (proc(5), state Z).
 *
 * @param {number} processId
 * @returns {boolean}
 */
function isZombie(processId) {
  return fieldsOf(processId)?.[0] === 'Z';
}

/**
 * When a process of this machine started.
 *
 * @param {number} processId
 * @returns {string | undefined} clock ticks since boot (proc(5), field 22 of stat); undefined where that
 *   is not known
 */
export function startOfProcess(processId) {
  // The first field after the name is the third.
  return fieldsOf(processId)?.[22 - 3];
}

/**
 * The fields of `/proc/PID/stat` behind the name, which is in parentheses and may hold anything.
 *
 * @param {number} processId
 * @returns {string[] | undefined}
 */
function fieldsOf(processId) {
  try {
    const status = readFileSync(`/proc/${processId}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
