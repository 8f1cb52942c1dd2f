/** Whether the workbench can be reached, and can save. */
import type { Client } from '../../shared/contract/client.ts';
import type { DatabaseWait } from '../../shared/contract/records/host.ts';

export class Connection {
  #lost = $state.raw<string>();
  #wait = $state.raw<DatabaseWait>();

  constructor(client: Client) {
    client.on('workbench-lost', ({ reason }) => {
      this.#lost = reason;
      this.#wait = undefined;
    });
    client.on('workbench-restarted', () => {
      this.#lost = undefined;
    });
    client.on('database-wait', ({ wait }) => {
      this.#wait = wait;
    });
  }

  /** Why the workbench can't be reached; undefined while it can. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** What keeps changes and results from being saved now; undefined if nothing does. */
  get wait(): DatabaseWait | undefined {
    return this.#wait;
  }
}
