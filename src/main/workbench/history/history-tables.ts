/**
 * The table of all searches as a file. A thread reads it: differences of 10,000 searches from a pinned one take
 * seconds. It checks what is not sealed yet itself, so the file lacks nothing that can be read. Effect sizes that
 * an earlier version has not saved are computed first.
 */
import type { HistoryExport } from '../../../shared/contract/calls.ts';
import type { Store } from '../../store/store.ts';
import { StoreThread } from '../store-thread.ts';
import type { HistoryTasks } from './history-work.ts';
import { MissingEffects } from './missing-effects.ts';

export class HistoryTables {
  readonly missingEffects: MissingEffects;
  readonly #thread: StoreThread<HistoryTasks>;

  constructor(store: Store) {
    this.#thread = new StoreThread({
      module: new URL('history-worker.ts', import.meta.url),
      name: 'ticket-history',
      directory: store.directory,
    });
    this.missingEffects = new MissingEffects(store, this.#thread);
  }

  /** @throws WorkbenchError as `historyTable` and `MissingEffects.compute`. */
  async csv(query: HistoryExport): Promise<string> {
    for (const id of this.missingEffects.ofTable(query)) await this.missingEffects.compute(id);
    return this.#thread.run('csv', query);
  }

  /** Ends when the thread does not have the database open any more. */
  close(): Promise<void> {
    this.missingEffects.close();
    return this.#thread.close();
  }
}
