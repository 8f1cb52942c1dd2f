/** Whether the owner of a lease still runs. */
import { MACHINE_SCOPE, startOfProcess } from '../../../provision/processes.mjs';

/**
 * An owner on another machine, or one whose start is not known, loses its search after this long a
 * silence.
 */
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
  /** Where the process id is valid and which process has it, as `PROCESS_SCOPE`. */
  readonly scope: string;
  readonly processId: number;
  /** Unix time, milliseconds. */
  readonly heartbeatAt: number;
}

/**
 * The machine, and on Linux when this process started there: an id is given to another process once
 * its first one has ended.
 */
export const PROCESS_SCOPE = scopeOf(process.pid);

/**
 * A lease of a process on this machine is valid as long as that process exists, however silent it is:
 * it may be stopped, suspended with the machine, busy, or the clock was set. So a search whose owner
 * was killed can be resumed at once, and one whose owner lives is never run twice. Nothing is known of
 * processes elsewhere but their heartbeats, so their leases end after `LEASE_MILLISECONDS`.
 */
export function isLive(
  { scope, processId, heartbeatAt }: Heartbeat,
  { now, isProcessAlive: isAlive }: Liveness,
): boolean {
  if (isOnThisMachine(scope)) {
    if (!isAlive(processId)) return false;
    const started = scopeOf(processId);
    if (scope !== MACHINE_SCOPE && started !== MACHINE_SCOPE) return scope === started;
  }
  // A heartbeat far in the future was recorded before the clock was set back.
  return Math.abs(now() - heartbeatAt) < LEASE_MILLISECONDS;
}

function isOnThisMachine(scope: string): boolean {
  return scope === MACHINE_SCOPE || scope.startsWith(`${MACHINE_SCOPE} since `);
}

/** `machine since 4711`; without the start where that is not known. */
function scopeOf(processId: number): string {
  const started = startOfProcess(processId);
  return started === undefined ? MACHINE_SCOPE : `${MACHINE_SCOPE} since ${started}`;
}
