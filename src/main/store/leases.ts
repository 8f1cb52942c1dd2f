import { WorkbenchError } from '../../shared/contract/errors.ts';
import { integer, row, scalar, text, type DecodedBy } from './columns.ts';
import type { Connection } from './connection.ts';
import { isLive, type Liveness, PROCESS_SCOPE } from './liveness.ts';
import { noSearch } from './not-found.ts';
import { StorePart } from './part.ts';

const LEASE = row({ owner: text, scope: text, processId: integer, heartbeatAt: integer });
type Lease = DecodedBy<typeof LEASE>;

const RENEW = 'UPDATE leases SET heartbeat_at = ? WHERE search_id = ? AND owner = ?';

/** Which process runs which search. `isLive` says how long a lease is valid. */
export class Leases extends StorePart {
  readonly #liveness: Liveness;

  constructor(connection: Connection, liveness: Liveness) {
    super(connection);
    this.#liveness = liveness;
  }

  /**
   * Makes `owner` the process that runs a search. It must renew the lease regularly.
   *
   * @throws WorkbenchError `not-found`; `conflict` while another owner holds a live lease.
   */
  acquire(searchId: string, owner: string): void {
    this.connection.write("the search can't be claimed", () => {
      const search = this.connection
        .prepare('SELECT id FROM searches WHERE id = ?', scalar(text))
        .get(searchId);
      if (search === undefined) throw noSearch(searchId);
      const held = this.#find(searchId);
      if (held && held.owner !== owner && isLive(held, this.#liveness)) {
        throw this.#inUse(searchId, held);
      }
      this.connection
        .prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?)')
        .run(searchId, owner, PROCESS_SCOPE, process.pid, this.connection.now());
    });
  }

  /**
   * Renews a lease without waiting for the disk, because no owner survives a power cut.
   *
   * @throws WorkbenchError `conflict` if the lease is lost and the owner must stop at once;
   *   `store-failed` if this can't be determined.
   */
  renew(searchId: string, owner: string): void {
    const [lost] = this.renewAll([searchId], owner);
    if (lost === undefined) return;
    throw new WorkbenchError(
      'conflict',
      `the search ${searchId} is no longer run by this process: another one took over`,
    );
  }

  /**
   * Like `renew`, for many searches at once.
   *
   * @returns the searches whose lease is lost; all others are renewed.
   */
  renewAll(searchIds: readonly string[], owner: string): string[] {
    return this.connection.writeUnsynced("the claim on the search can't be renewed", () => {
      const renew = this.connection.prepare(RENEW);
      const now = this.connection.now();
      return searchIds.filter((searchId) => renew.run(now, searchId, owner).changes === 0);
    });
  }

  /** Does nothing if another owner holds the lease. */
  release(searchId: string, owner: string): void {
    this.connection.write("the claim on the search can't be given up", () => {
      this.connection
        .prepare('DELETE FROM leases WHERE search_id = ? AND owner = ?')
        .run(searchId, owner);
    });
  }

  /** @throws WorkbenchError `conflict` while any owner holds a live lease. */
  checkFree(searchId: string): void {
    const held = this.#find(searchId);
    if (held && isLive(held, this.#liveness)) throw this.#inUse(searchId, held);
  }

  #find(searchId: string): Lease | undefined {
    return this.connection.read("the claim on the search can't be read", () =>
      this.connection
        .prepare(
          `SELECT owner, scope, process_id AS processId, heartbeat_at AS heartbeatAt
           FROM leases WHERE search_id = ?`,
          LEASE,
        )
        .get(searchId),
    );
  }

  #inUse(searchId: string, { processId, heartbeatAt }: Lease): WorkbenchError {
    const seconds = Math.max(0, (this.connection.now() - heartbeatAt) / 1000).toFixed(0);
    return new WorkbenchError(
      'conflict',
      `the search ${searchId} is run by another process (${processId}), last active ${seconds} s ago`,
      'Wait for it, or stop it where it runs.',
      { isTemporary: true },
    );
  }
}
