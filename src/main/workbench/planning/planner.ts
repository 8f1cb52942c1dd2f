/** Checks settings, saves new searches, and estimates how long they take. */
import type { CostEstimate } from '../../../shared/contract/records/planning.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { WrittenSettings } from '../../../shared/domain/settings.ts';
import type { SweepDraft } from '../../../shared/domain/sweep.ts';
import type { Store, SweepRecord } from '../../store/store.ts';
import { subjectOf } from '../analyses/analysis-plan.ts';
import { usedPlugIns } from '../plug-ins/used.ts';
import { CostEstimates } from './cost-estimate.ts';
import { densitiesOf } from './planned-densities.ts';
import { planSearch, type SearchPlan } from './search-plan.ts';
import { planSweep } from './sweep-plan.ts';

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
    return this.#store.searches.create(newSearch(name, await planSearch(given)));
  }

  /**
   * Checks every grid point and saves a search for each: all of them or none.
   *
   * @param base settings, or any part of them. Those of each grid point must be complete and valid.
   * @throws WorkbenchError as `planSweep`.
   */
  async createSweep(base: object, draft: SweepDraft, name: string): Promise<SweepRecord> {
    const { axes, points } = await planSweep(base, draft);
    return this.#store.sweeps.create(
      name,
      axes,
      points.map(({ values, label, ...plan }) => ({
        ...newSearch(`${name}: ${label}`.slice(0, LONGEST_NAME), plan),
        values,
      })),
    );
  }

  /** How long a new search will take; undefined if nothing similar has run on this machine. */
  estimate(searchId: string, workers?: number): CostEstimate | undefined {
    const { settings } = this.#store.searches.get(searchId);
    const subject = subjectOf(settings, this.#store.searches.layout(searchId));
    const densities = densitiesOf(subject.layout, subject.targets);
    return this.#estimates.find(subject, densities, workers);
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
