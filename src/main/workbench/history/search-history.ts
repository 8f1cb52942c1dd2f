/** Saved searches and sweeps with their results. */
import type { HistoryExport } from '../../../shared/contract/calls.ts';
import type { SweepRow, SweepTable } from '../../../shared/contract/records/sweeps.ts';
import type { DataSummary } from '../../../shared/domain/data-summary.ts';
import type { SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import { type LevelCost, levelCosts } from '../../../shared/domain/training-cost.ts';
import type { KnownSetting } from '../../../shared/history/fields.ts';
import type { HistoryCells } from '../../../shared/history/written-columns.ts';
import type { CheckedProblem, DamagedSearch, Store, SweepRecord } from '../../store/store.ts';
import { backupFiles } from '../backups/backups.ts';
import { sweepCheckpoints } from '../running/checkpoints.ts';
import { historyRows, historyText, type HistoryTableQuery } from './history-table.ts';
import { summaryOf } from './history-summary.ts';
import { resultOf } from './search-result.ts';
import { readSweep } from './sweep-reading.ts';
import { sweepRow, sweepTable } from './sweep-table.ts';

export class SearchHistory {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws WorkbenchError `not-found` if no search or more than one has this prefix. */
  get(idOrPrefix: string): SearchRecord {
    return this.#store.searches.get(idOrPrefix);
  }

  /**
   * The id and name of a search, which may be damaged.
   *
   * @throws WorkbenchError as `get`.
   */
  identify(idOrPrefix: string): { readonly id: string; readonly name: string } {
    return this.#store.searches.identify(idOrPrefix);
  }

  /** All searches that can be read, newest first. */
  list(): SearchRecord[] {
    return this.#store.searches.list();
  }

  /** The searches that `list` leaves out. */
  damaged(): DamagedSearch[] {
    return this.#store.searches.damaged();
  }

  /** The result so far; undefined before the first dense training has finished. */
  result(searchId: string): SearchResult | undefined {
    const { searches, trainings } = this.#store;
    return resultOf(this.#store, searches.get(searchId), trainings.outcomes(searchId));
  }

  /** The costs of a search's levels so far. */
  costs(searchId: string): LevelCost[] {
    const { settings } = this.#store.searches.get(searchId);
    return levelCosts(settings, this.#store.trainings.outcomes(searchId));
  }

  /**
   * What was read of a search's datasets, by branch: 'ticket' for its own data, and the branches of
   * transfers to other data. Empty if it was never started, or by an earlier version.
   */
  data(searchId: string): ReadonlyMap<string, DataSummary> {
    return this.#store.dataReadings.summaries(searchId);
  }

  /** Saves what the table of all searches shows of this one. */
  summarize(searchId: string): void {
    this.#store.history.saveSummary(searchId, summaryOf(this.#store, searchId));
  }

  /** As `summarize`, in a thread that must go on while others write. */
  async summarizeInTurn(searchId: string): Promise<void> {
    const summary = summaryOf(this.#store, searchId);
    const save = (): void => {
      this.#store.history.saveSummary(searchId, summary);
    };
    await this.#store.inTurn(save, { isSynced: false });
  }

  /**
   * Milliseconds from launch to end on the clock, without the time between an end and an extension;
   * undefined until the search ends.
   *
   * @throws WorkbenchError `not-found`.
   */
  launchToEnd(searchId: string): number | undefined {
    return this.#store.history.get(searchId).waitedMilliseconds;
  }

  /** The settings that saved searches have, which a filter may name. */
  settings(): KnownSetting[] {
    return this.#store.history.settings();
  }

  /** All searches that match, in order, with what the columns are read from. */
  rows(query: HistoryTableQuery): HistoryCells[] {
    return historyRows(this.#store, query);
  }

  /** The same as CSV. */
  csv(query: HistoryExport): string {
    return historyText(this.#store, query);
  }

  /** @throws WorkbenchError `conflict` while the search is running. */
  delete(searchId: string): void {
    this.#store.searches.delete(searchId);
    sweepCheckpoints(this.#store);
  }

  /** Removes the checkpoints of trainings that need them no more; returns how many there were. */
  removeLeftCheckpoints(): number {
    return sweepCheckpoints(this.#store);
  }

  /** All sweeps, newest first. */
  sweeps(): SweepRow[] {
    return this.#store.sweeps.summaries().map(sweepRow);
  }

  /** The sweep with this prefix; undefined if there is none or more than one. */
  findSweep(idOrPrefix: string): SweepRecord | undefined {
    return this.#store.sweeps.find(idOrPrefix);
  }

  /** The ids of the searches of a sweep, in the order of its grid. */
  membersOf(sweepId: string): string[] {
    return this.#store.sweeps.members(sweepId).map(({ searchId }) => searchId);
  }

  /**
   * The ids of searches, and of those of sweeps, each once.
   *
   * @param ids of searches and sweeps, or their prefixes.
   * @throws WorkbenchError as `get`.
   */
  searchesOf(ids: readonly string[]): string[] {
    const found = ids.flatMap((id) => {
      const sweep = this.findSweep(id);
      return sweep ? this.membersOf(sweep.id) : [this.identify(id).id];
    });
    return [...new Set(found)];
  }

  /** The id of the sweep that a search belongs to. */
  sweepOf(searchId: string): string | undefined {
    return this.#store.sweeps.ofSearch(searchId);
  }

  /** The ids of the searches of a sweep, in the order of its grid. */
  searchesOfSweep(sweepId: string): string[] {
    return this.#store.sweeps.members(sweepId).map(({ searchId }) => searchId);
  }

  /** @throws WorkbenchError `not-found`. */
  sweepTable(sweepId: string): SweepTable {
    return sweepTable(readSweep(this.#store, this.#store.sweeps.get(sweepId)));
  }

  /** The problems of the saved data that can be found quickly, one sentence each. */
  quickCheck(): string[] {
    return this.#store.quickCheck();
  }

  /**
   * All problems of the saved data, and what can be healed. Reads all of it.
   *
   * @param heals whether it is healed.
   */
  deepCheck(heals: boolean): CheckedProblem[] {
    return this.#store.deepCheck(backupFiles(this.#store.directory), heals, (id) =>
      this.summarize(id),
    );
  }
}
