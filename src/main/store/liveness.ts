/** Whether the owner of a lease still runs. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** An owner that is silent for this long loses its search. */
export const LEASE_MILLISECONDS = 15_000;

/** The clock and the processes of this machine; tests provide their own. */
export interface Liveness {
  /** Unix time, milliseconds. */
  now(): number;
  /** Whether a process of this machine still runs. */
  isProcessAlive(processId: number): boolean;
}

/** When an owner was last active, and which process it is. */
export interface Heartbeat {
  /** Where the process id is valid, as `PROCESS_SCOPE`. */
  readonly scope: string;
  readonly processId: number;
  /** Unix time, milliseconds. */
  readonly heartbeatAt: number;
}

/** Where process ids can be compared: on one host and, on Linux, in one PID namespace. */
export const PROCESS_SCOPE = processScope();

/**
 * A lease is valid for `LEASE_MILLISECONDS` after its last heartbeat, but never longer than the
 * process that took it. So a search whose owner was killed can be resumed at once.
 */
export function isLive(
  { scope, processId, heartbeatAt }: Heartbeat,
  { now, isProcessAlive: isAlive }: Liveness,
): boolean {
  // A heartbeat far in the future was recorded before the clock was set back.
  const silence = Math.abs(now() - heartbeatAt);
  if (silence >= LEASE_MILLISECONDS) return false;
  return scope !== PROCESS_SCOPE || isAlive(processId);
}

export function isProcessAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return !isZombie(processId);
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Whether a process has ended and its parent has not collected it. In containers whose first
 * process collects no children, this state is permanent. Detected only on Linux (proc(5), state Z).
 */
function isZombie(processId: number): boolean {
  try {
    const status = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The name before the state is in parentheses and may contain anything.
    return status.slice(status.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}

function processScope(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
