/** Searches, from settings to verdicts: what every host offers in its own way. */
import { existsSync } from 'node:fs';
import { Store } from '../store/store.ts';
import { SearchAnalyses } from './analyses/search-analyses.ts';
import { dataDirectory, databaseFile } from './data-directory.ts';
import { SearchExports } from './exports/search-exports.ts';
import { SearchHistory } from './history/search-history.ts';
import { Planner } from './planning/planner.ts';
import { SearchRunner } from './running/search-runner.ts';
import type { StartThread } from './running/task-pool.ts';

/** One service for each thing that can be done; each of them is a page of its own. */
export class Workbench {
  /** Checks settings and saves searches to be run. */
  readonly planner: Planner;
  /** Runs them. */
  readonly runner: SearchRunner;
  /** What they have come to. */
  readonly history: SearchHistory;
  /** What is found out about them beside their verdicts. */
  readonly analyses: SearchAnalyses;
  /** What users take away. */
  readonly exports: SearchExports;
  readonly #store: Store;

  private constructor(store: Store, startThread: StartThread | undefined) {
    this.#store = store;
    this.planner = new Planner(store);
    this.history = new SearchHistory(store);
    this.runner = new SearchRunner(store, this.history, startThread);
    this.analyses = new SearchAnalyses(store);
    this.exports = new SearchExports(store);
  }

  /** @throws WorkbenchError `store-failed` if the data directory can't be used. */
  static open(directory?: string): Workbench {
    return Workbench.over(Store.open(databaseFile(dataDirectory(directory))));
  }

  /** Undefined if no search has been saved yet; nothing is written then. */
  static openIfThere(directory?: string): Workbench | undefined {
    const isThere = existsSync(databaseFile(dataDirectory(directory)));
    return isThere ? Workbench.open(directory) : undefined;
  }

  /** @param startThread real worker threads by default. */
  static over(store: Store, startThread?: StartThread): Workbench {
    return new Workbench(store, startThread);
  }

  close(): void {
    this.#store.close();
  }
}
