/** What reports say of a search, read from the store at once. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchSeries } from '../../../shared/contract/records/search-results.ts';
import type { DataSummary } from '../../../shared/domain/data-summary.ts';
import type { SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import type { WrittenSettings } from '../../../shared/domain/settings.ts';
import { type LevelCost, levelCosts } from '../../../shared/domain/training-cost.ts';
import type { Store } from '../../store/store.ts';
import { settingsWithEngines } from '../exports/settings-with-engines.ts';
import { resultOf } from '../history/search-result.ts';
import { seriesOf } from '../history/series.ts';

export interface ReportedSearch {
  readonly search: SearchRecord;
  /** Undefined before the first dense training has finished. */
  readonly result: SearchResult | undefined;
  readonly series: SearchSeries;
  readonly costs: readonly LevelCost[];
  /** What was read of its data ('ticket') and of those of transfers, by branch. */
  readonly data: ReadonlyMap<string, DataSummary>;
  readonly prunableWeights: number;
  /** In Markdown, as the user wrote it. */
  readonly note: string;
  /** With the engine that was chosen for each level. */
  readonly settingsToRepeat: WrittenSettings;
}

/** @throws WorkbenchError `not-found`, or `store-failed` for a damaged search. */
export function reportedSearch(store: Store, id: string): ReportedSearch {
  const search = store.searches.get(id);
  const trainings = store.trainings.outcomes(search.id);
  return {
    search,
    result: resultOf(store, search, trainings),
    series: seriesOf(search, trainings),
    costs: levelCosts(search.settings, trainings),
    data: store.dataReadings.summaries(search.id),
    prunableWeights: store.searches.layout(search.id).prunableCount,
    note: store.history.get(search.id).note,
    settingsToRepeat: settingsWithEngines(store, search),
  };
}

/** The first search that can be read: a damaged one must not hide the others of its sweep. */
export function firstReadable(store: Store, ids: readonly string[]): ReportedSearch | undefined {
  for (const id of ids) {
    try {
      return reportedSearch(store, id);
    } catch (error) {
      if (!(error instanceof WorkbenchError) || error.code !== 'store-failed') throw error;
    }
  }
  return undefined;
}
