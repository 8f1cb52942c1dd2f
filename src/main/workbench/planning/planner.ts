/** Checks settings, saves new searches, and estimates how long they take. */
import type {
  CostEstimate,
  ExtensionPreview,
  TensorFlowNeeds,
} from '../../../shared/contract/records/planning.ts';
import type { ExtensionRequest } from '../../../shared/domain/extension.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { WrittenSettings } from '../../../shared/domain/settings.ts';
import type { SweepDraft } from '../../../shared/domain/sweep.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { checkPlugIns, usedPlugIns } from '../plug-ins/used.ts';
import { tensorflowNeeds, tensorflowNeedsLeft } from '../tensorflow/needs.ts';
import { CostEstimates } from './cost-estimate.ts';
import { checkTrainingsHaveWeights, checkUnitsHaveWeights } from '../storage/needed-weights.ts';
import { planExtension } from './extension-plan.ts';
import { planSearch, type SearchPlan } from './search-plan.ts';
import { type PlannedSweep, planSweep } from './sweep-plan.ts';

/** The most characters of a search's name. */
const LONGEST_NAME = 200;

export class Planner {
  readonly #store: Store;
  readonly #estimates: CostEstimates;

  constructor(store: Store) {
    this.#store = store;
    this.#estimates = new CostEstimates(store);
  }

  /**
   * Checks everything that can be known before the first step, and saves the search.
   *
   * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed;
   *   `invalid-data` or `not-found` if the dataset can't be read. Nothing is written then.
   */
  async create(given: WrittenSettings, name: string): Promise<SearchRecord> {
    const plan = await planSearch(given);
    return this.#store.inTurn(() => this.save(plan, name));
  }

  /** Saves a search that was planned. */
  save(plan: SearchPlan, name: string): SearchRecord {
    return this.#store.searches.create(newSearch(name, plan));
  }

  /**
   * What a search with these settings needs TensorFlow for.
   *
   * @throws WorkbenchError as `create`.
   */
  async tensorflowNeeds(given: WrittenSettings): Promise<TensorFlowNeeds> {
    return tensorflowNeeds(await planSearch(given));
  }

  /** What the rest of a saved search needs TensorFlow for. */
  tensorflowNeedsLeft(searchId: string): TensorFlowNeeds {
    return tensorflowNeedsLeft(this.#store, this.#store.searches.get(searchId));
  }

  /**
   * Checks every grid point and saves a search for each: all of them or none.
   *
   * @param base settings, or any part of them. Those of each grid point must be complete and valid.
   * @throws WorkbenchError as `planSweep`.
   */
  async createSweep(base: object, draft: SweepDraft, name: string): Promise<SweepRecord> {
    const planned = await planSweep(base, draft);
    return this.#store.inTurn(() => this.saveSweep(planned, name));
  }

  /** Saves a search for each grid point of a sweep that was planned: all of them or none. */
  saveSweep({ axes, points }: PlannedSweep, name: string): SweepRecord {
    return this.#store.sweeps.create(
      name,
      axes,
      points.map(({ values, label, ...plan }) => ({
        ...newSearch(`${name}: ${label}`.slice(0, LONGEST_NAME), plan),
        values,
      })),
    );
  }

  /**
   * Adds replicates, levels or branches to a search that has ended. Running it trains what is added;
   * what it has trained stays as it is.
   *
   * @throws WorkbenchError as `planExtension`; `conflict` while the search is running, or if a plug-in
   *   is missing; `not-found` for weights that it would begin with and were dropped. Nothing is changed then.
   */
  async extend(searchId: string, request: ExtensionRequest): Promise<SearchRecord> {
    const { search, plan, added, analyses } = await this.#planExtension(searchId, request);
    const { settings, written, targetLayouts } = plan;
    return this.#store.inTurn(() =>
      this.#store.searches.extend(search.id, {
        settings,
        written,
        targetLayouts,
        trainingsTotal: plannedTrainings(settings).length,
        plugIns: usedPlugIns(settings),
        added,
        analyses,
      }),
    );
  }

  /**
   * What an extension would add, and how long that takes. Saves nothing.
   *
   * @throws WorkbenchError as `extend`, except that the search may be running.
   */
  async previewExtension(
    searchId: string,
    request: ExtensionRequest,
    workers?: number,
  ): Promise<ExtensionPreview> {
    const { plan, added, trainings, analyses } = await this.#planExtension(searchId, request);
    const units = analyses.flatMap(({ missing }) => missing);
    return {
      added,
      trainings: trainings.length,
      estimate: this.#estimates.find(plan, workers, { trainings, units }),
    };
  }

  async #planExtension(searchId: string, request: ExtensionRequest) {
    const search = this.#store.searches.get(searchId);
    const analyses = this.#store.analyses.list(search.id);
    checkPlugIns(
      search,
      this.#store.directory,
      analyses.map(({ choice }) => choice.id),
    );
    const layout = this.#store.searches.layout(search.id);
    const planned = await planExtension({ search, layout, analyses }, request);
    const { settings } = planned.plan;
    checkTrainingsHaveWeights(this.#store, search.id, settings, planned.trainings);
    for (const { id, missing } of planned.analyses) {
      const name = analyses.find((each) => each.id === id)?.choice.id ?? 'an analysis';
      checkUnitsHaveWeights(this.#store, search.id, name, missing);
    }
    return { search, ...planned };
  }

  /**
   * How long a search with these settings would take; undefined if nothing similar has run on this
   * machine.
   *
   * @throws WorkbenchError as `create`.
   */
  async estimateSettings(
    given: WrittenSettings,
    workers?: number,
  ): Promise<CostEstimate | undefined> {
    return this.#estimates.find(await planSearch(given), workers);
  }

  /**
   * As `estimateSettings`, but trains a few steps if nothing similar has run here.
   *
   * @throws WorkbenchError as a search with these settings would.
   */
  async measureSettings(
    given: WrittenSettings,
    workers?: number,
  ): Promise<{ readonly trainings: number; readonly estimate: CostEstimate }> {
    const plan = await planSearch(given);
    const estimates = this.#estimates;
    return {
      trainings: plannedTrainings(plan.settings).length,
      estimate: estimates.find(plan, workers) ?? (await estimates.calibrate(plan, workers)),
    };
  }

  /**
   * How long a planned sweep will take; undefined if nothing similar to its searches has run here.
   */
  estimateSweep(plans: readonly SearchPlan[], workers?: number): CostEstimate | undefined {
    return this.#estimates.findTogether(plans, workers);
  }
}

function newSearch(name: string, { settings, written, layout, targetLayouts }: SearchPlan) {
  const trainingsTotal = plannedTrainings(settings).length;
  const plugIns = usedPlugIns(settings);
  return { name, settings, written, layout, targetLayouts, trainingsTotal, plugIns };
}
