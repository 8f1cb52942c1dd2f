/** Analyses of searches, which add to their verdicts. */
import type { SearchOverlap } from '../../../shared/contract/records/analyses.ts';
import type { AnalysisRecord, AnalysisUnitRecord } from '../../../shared/domain/analysis.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import { isEpochs } from '../../../shared/domain/duration.ts';
import { resolveAnalysis } from '../../../shared/domain/settings.ts';
import type { Store } from '../../store/store.ts';
import { checkPlugIns, usedPlugIn } from '../plug-ins/used.ts';
import { checkUnitsHaveWeights } from '../storage/needed-weights.ts';
import { inOrder, subjectOf, unitsOf } from './analysis-plan.ts';
import { sizeOf } from '../planning/search-plan.ts';
import { registries } from '../settings/registries.ts';
import { type OverlapOptions, searchOverlap } from './search-overlap.ts';

export class SearchAnalyses {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Requests an analysis of a search. Running the search then computes it. Requesting it again
   * continues it. Its epochs are stored as iterations.
   *
   * @throws WorkbenchError `not-found`; `invalid-settings` for a level or rewind point that the
   *   search lacks; `conflict` if a plug-in is missing; `not-found` for weights that were dropped.
   */
  async request(searchId: string, given: Choice): Promise<AnalysisRecord> {
    const search = this.#store.searches.get(searchId);
    checkPlugIns(search, this.#store.directory, [given.id]);
    const { id, settings } = search;
    const subject = subjectOf(settings, this.#store.searches.layout(id));
    const hasEpochs = Object.values(given).flat().some(isEpochs);
    const choice = hasEpochs
      ? resolveAnalysis(registries, given, settings, await sizeOf(settings.dataset))
      : given;
    const units = unitsOf(choice, subject);
    checkUnitsHaveWeights(this.#store, id, choice.id, units);
    const plugIn = usedPlugIn('analyses', choice.id);
    return this.#store.inTurn(() => {
      if (plugIn) this.#store.searches.addPlugIns(id, [plugIn]);
      return this.#store.analyses.request(id, choice, units.length);
    });
  }

  /** The requested analyses of a search, oldest first. */
  list(searchId: string): AnalysisRecord[] {
    return this.#store.analyses.list(this.#store.searches.get(searchId).id);
  }

  /**
   * The results of an analysis so far, in the order of its plan.
   *
   * @throws WorkbenchError `not-found`.
   */
  results(searchId: string, analysisId: number): AnalysisUnitRecord[] {
    const search = this.#store.searches.get(searchId);
    const { choice } = this.#store.analyses.get(search.id, analysisId);
    const units = this.#store.analyses.units(analysisId);
    return inOrder(units, choice, search, this.#store.searches.layout(search.id));
  }

  /** Leaves unfinished units undone until the analysis is requested again. */
  cancel(searchId: string): void {
    this.#store.analyses.cancel(searchId);
  }

  /** @throws WorkbenchError `not-found` for a search that isn't there. */
  overlap(searchIds: readonly string[], options: OverlapOptions = {}): SearchOverlap {
    return searchOverlap(this.#store, searchIds, options);
  }
}
