/**
 * The table of all searches as a file. A thread reads it: differences of 10,000 searches from a pinned one take
 * seconds. It checks what is not sealed yet itself, so the file lacks nothing that can be read. Only effect sizes
 * that an earlier version has not saved are computed first, by the workbench itself, search by search.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HistoryExport } from '../../../shared/contract/calls.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { StoreThread } from '../store-thread.ts';
import type { MissingEffects } from './missing-effects.ts';

export interface HistoryTasks {
  csv: { readonly given: HistoryExport; readonly result: string };
}

/** The thread remembers what it has checked: most of the time of a file is for that. */
const IDLE_MILLISECONDS = 5 * 60 * 1000;

export class HistoryTables {
  readonly #store: Pick<Store, 'inTurn'>;
  readonly #missingEffects: MissingEffects;
  readonly #thread: StoreThread<HistoryTasks>;

  constructor(store: Store, missingEffects: MissingEffects) {
    this.#store = store;
    this.#missingEffects = missingEffects;
    this.#thread = new StoreThread({
      module: new URL('history-worker.ts', import.meta.url),
      name: 'ticket-history',
      file: databaseFile(store.directory),
      idleMilliseconds: IDLE_MILLISECONDS,
    });
  }

  /** @throws WorkbenchError as `historyTable`. */
  async csv(query: HistoryExport): Promise<string> {
    // Not in the thread, which has no plug-ins. A damaged search has none, as in the window.
    for (const id of this.#missingEffects.ofTable(query)) {
      await this.#store.inTurn(() => {
        this.#missingEffects.compute(id, () => undefined);
      });
      await nextTurn();
    }
    return this.#thread.run('csv', query);
  }

  /** Ends when the thread does not have the database open any more. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
