/** The newest searches, which the menu lists. */
import type { Client } from '../../../shared/contract/client.ts';
import type { SearchRow } from '../../../shared/contract/records/search-rows.ts';

const MOST_SEARCHES = 10;
/** Changes come in bursts. The list is read once for all changes within this time. */
const READ_AFTER_MILLISECONDS = 500;

export class RecentSearches {
  readonly #client: Client;
  readonly #onChange: () => void;
  #rows: readonly SearchRow[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange is called when a name or the order has changed. */
  constructor(client: Client, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  get rows(): readonly SearchRow[] {
    return this.#rows;
  }

  readSoon(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // The workbench can't be reached. The window says so, and the list is read when it is back.
      this.read().catch(() => undefined);
    }, READ_AFTER_MILLISECONDS);
  }

  /** @throws WorkbenchError `unavailable` if the workbench can't be reached. */
  async read(): Promise<void> {
    const { rows } = await this.#client.call('search.list', { limit: MOST_SEARCHES });
    const namesOf = (searches: readonly SearchRow[]): string =>
      JSON.stringify(searches.map(({ id, name }) => [id, name]));
    const hasChanged = namesOf(rows) !== namesOf(this.#rows);
    this.#rows = rows;
    if (hasChanged) this.#onChange();
  }
}
