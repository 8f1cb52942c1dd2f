/** Searches, from settings to verdicts. Every host offers this in its own way. */
import { existsSync } from 'node:fs';
import type { DatabaseWait } from '../../shared/contract/records/host.ts';
import { Store } from '../store/store.ts';
import { SearchAnalyses } from './analyses/search-analyses.ts';
import { Bundles } from './bundles/bundles.ts';
import { Submissions } from './cluster/submission.ts';
import { Curves } from './curves/curves.ts';
import { dataDirectory, databaseFile } from './data-directory.ts';
import { SearchExports } from './exports/search-exports.ts';
import { HistoryTables } from './history/history-tables.ts';
import { SearchHistory } from './history/search-history.ts';
import { Advisor } from './planning/advisor.ts';
import { CostEstimates } from './planning/cost-estimate.ts';
import { Planner } from './planning/planner.ts';
import { ProgramExports } from './programs/program-exports.ts';
import { Reproductions } from './reproduction/reproductions.ts';
import { SearchRunner } from './running/search-runner.ts';
import type { StartThread } from './running/task-pool.ts';
import { Sealing } from './sealing/sealing.ts';
import { Storage } from './storage/storage.ts';
import { Tickets } from './tickets/tickets.ts';

/** One service per task. Each fits on a page. */
export class Workbench {
  /** Checks settings and saves searches to be run. */
  readonly planner: Planner;
  /** Runs searches. */
  readonly runner: SearchRunner;
  /** Saved searches and their results. */
  readonly history: SearchHistory;
  /** The table of all searches as a file. */
  readonly historyTables: HistoryTables;
  /** Says what to do next with a search. */
  readonly advisor: Advisor;
  /** Analyses of searches. */
  readonly analyses: SearchAnalyses;
  /** Learning curves, thinned for windows. */
  readonly curves: Curves;
  /** Checks trainings of earlier versions once. */
  readonly sealing: Sealing;
  /** What survived: masks and weights. */
  readonly tickets: Tickets;
  /** Exports results. */
  readonly exports: SearchExports;
  /** Searches as files that travel. */
  readonly bundles: Bundles;
  /** Searches that run in parts, on other machines or in other processes. */
  readonly submissions: Submissions;
  /** Exports for other programs. */
  readonly programs: ProgramExports;
  /** What takes space, and the trash. */
  readonly storage: Storage;
  /** Reproduces published experiments. */
  readonly reproductions: Reproductions;
  readonly #store: Store;

  private constructor(store: Store, startThread: StartThread | undefined) {
    this.#store = store;
    this.planner = new Planner(store);
    this.history = new SearchHistory(store);
    this.historyTables = new HistoryTables(store);
    this.advisor = new Advisor(this.history, this.planner);
    this.runner = new SearchRunner(store, this.history, startThread);
    this.analyses = new SearchAnalyses(store);
    this.curves = new Curves(store);
    this.sealing = new Sealing(store);
    this.tickets = new Tickets(store);
    this.exports = new SearchExports(store, this.curves, this.tickets);
    this.bundles = new Bundles(
      store,
      (other) => new SearchRunner(other, new SearchHistory(other), startThread),
    );
    this.submissions = new Submissions(store, this.planner, this.bundles, this.runner);
    this.programs = new ProgramExports(store);
    this.storage = new Storage(store);
    this.reproductions = new Reproductions(
      store,
      this.planner,
      new CostEstimates(store),
      this.exports,
    );
  }

  /** @throws WorkbenchError `store-failed` if the data directory can't be used. */
  static open(directory?: string): Workbench {
    return Workbench.over(Store.open(databaseFile(dataDirectory(directory))));
  }

  /** Undefined if no search has been saved yet. Nothing is written in that case. */
  static openIfThere(directory?: string): Workbench | undefined {
    const isThere = existsSync(databaseFile(dataDirectory(directory)));
    return isThere ? Workbench.open(directory) : undefined;
  }

  /** @param startThread default: real worker threads. */
  static over(store: Store, startThread?: StartThread): Workbench {
    return new Workbench(store, startThread);
  }

  /** @param listener told every second while results wait to be saved for longer, and when that ends. */
  followWaits(listener: (wait: DatabaseWait | undefined) => void): void {
    this.#store.followWaits(listener);
  }

  close(): void {
    void this.curves.close();
    void this.sealing.close();
    void this.historyTables.close();
    void this.tickets.close();
    void this.exports.close();
    this.programs.threads.close();
    this.#store.close();
  }
}
