import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type Database from 'better-sqlite3';
import { WorkbenchError } from '../../shared/contract/errors.ts';

/** An owner that has been silent for this long has lost its search. */
export const LEASE_MILLISECONDS = 15_000;

export interface LeaseOptions {
  /** Unix time, milliseconds. */
  now(): number;
  /** Whether a process of this machine still runs. */
  isProcessAlive(processId: number): boolean;
}

interface LeaseRow {
  readonly owner: string;
  readonly scope: string;
  readonly processId: number;
  readonly heartbeatAt: number;
}

/**
 * Who runs which search. A lease holds for `LEASE_MILLISECONDS` after its last heartbeat, but never
 * longer than the process that took it: a search whose owner was killed can be resumed at once.
 */
export class Leases {
  readonly #database: Database.Database;
  readonly #options: LeaseOptions;
  readonly #scope = processScope();

  constructor(database: Database.Database, options: LeaseOptions) {
    this.#database = database;
    this.#options = options;
    // So that queries can tell a running search from one whose owner is gone.
    database.function(
      'lease_is_live',
      { deterministic: false },
      (scope: string | null, processId: number | null, heartbeatAt: number | null) =>
        scope !== null && processId !== null && heartbeatAt !== null
          ? Number(this.#isLive({ scope, processId, heartbeatAt }))
          : 0,
    );
  }

  /** @throws WorkbenchError `conflict` while another owner holds a live lease. */
  acquire(searchId: string, owner: string): void {
    this.#database
      .transaction(() => {
        const held = this.#find(searchId);
        if (held && held.owner !== owner && this.#isLive(held)) throw this.#inUse(searchId, held);
        this.#database
          .prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?)')
          .run(searchId, owner, this.#scope, process.pid, this.#options.now());
      })
      .immediate();
  }

  /** @throws WorkbenchError `conflict` if the lease has been lost. */
  renew(searchId: string, owner: string): void {
    const { changes } = this.#database
      .prepare('UPDATE leases SET heartbeat_at = ? WHERE search_id = ? AND owner = ?')
      .run(this.#options.now(), searchId, owner);
    if (changes > 0) return;
    throw new WorkbenchError(
      'conflict',
      `the search ${searchId} is no longer run by this process: it was silent for more than ${LEASE_MILLISECONDS / 1000} s and another one took over`,
    );
  }

  /** Does nothing if the lease is another owner's by now. */
  release(searchId: string, owner: string): void {
    this.#database
      .prepare('DELETE FROM leases WHERE search_id = ? AND owner = ?')
      .run(searchId, owner);
  }

  /** @throws WorkbenchError `conflict` while any owner holds a live lease. */
  checkFree(searchId: string): void {
    const held = this.#find(searchId);
    if (held && this.#isLive(held)) throw this.#inUse(searchId, held);
  }

  #find(searchId: string): LeaseRow | undefined {
    return this.#database
      .prepare<[string], LeaseRow>(
        `SELECT owner, scope, process_id AS processId, heartbeat_at AS heartbeatAt
         FROM leases WHERE search_id = ?`,
      )
      .get(searchId);
  }

  #isLive({ scope, processId, heartbeatAt }: Omit<LeaseRow, 'owner'>): boolean {
    // A heartbeat far in the future is one from before the clock was set back.
    const silence = Math.abs(this.#options.now() - heartbeatAt);
    if (silence >= LEASE_MILLISECONDS) return false;
    return scope !== this.#scope || this.#options.isProcessAlive(processId);
  }

  #inUse(searchId: string, { processId, heartbeatAt }: LeaseRow): WorkbenchError {
    const seconds = Math.max(0, (this.#options.now() - heartbeatAt) / 1000).toFixed(0);
    return new WorkbenchError(
      'conflict',
      `the search ${searchId} is run by another process (${processId}), which gave a sign of life ${seconds} s ago`,
      `Wait for it or stop it; a search without an owner is free after ${LEASE_MILLISECONDS / 1000} s.`,
    );
  }
}

export function isProcessAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return !isZombie(processId);
  } catch (error) {
    // EPERM: it is there, but not ours.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Whether a process has ended and only its parent has not taken notice, as happens for good in
 * containers whose first process waits for nobody. Known in Linux only (proc(5), state Z).
 */
function isZombie(processId: number): boolean {
  try {
    const status = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The name before the state is in parentheses and may hold anything.
    return status.slice(status.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}

/** Where process ids can be compared: on one host and, in Linux, in one namespace of ids. */
function processScope(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
