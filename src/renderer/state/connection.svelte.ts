/** Whether the workbench can be reached. */
import type { Client } from '../../shared/contract/client.ts';

export class Connection {
  #lost = $state.raw<string>();

  constructor(client: Client) {
    client.on('workbench-lost', ({ reason }) => {
      this.#lost = reason;
    });
    client.on('workbench-restarted', () => {
      this.#lost = undefined;
    });
  }

  /** Why the workbench can't be reached; undefined while it can. */
  get lost(): string | undefined {
    return this.#lost;
  }
}
