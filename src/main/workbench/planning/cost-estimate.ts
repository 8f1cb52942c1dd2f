/** How long a search will take: from the speed of similar trainings, or from a short run. */
import type { CostEstimate } from '../../../shared/contract/records/planning.ts';
import type { AnalysisUnit } from '../../../shared/domain/analysis.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { largest } from '../../../shared/extremes.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { MODULES_OF } from '../../engine/sparse/build.ts';
import { ensureSparseEngine } from '../../engine/sparse/ensure.ts';
import type { Store } from '../../store/store.ts';
import { unitsOf } from '../analyses/analysis-plan.ts';
import { defaultWorkers } from '../environment.ts';
import { startOwnWorkers } from '../running/own-workers.ts';
import { trainingIdentities } from '../running/training-identity.ts';
import type { SearchPlan } from './search-plan.ts';
import {
  type CostedSearch,
  costsOf,
  findSpeeds,
  type KnownSpeeds,
  measureSpeeds,
  pointsToMeasure,
} from './speeds.ts';
import type { TrainingCost, TrainingCosts } from './training-costs.ts';

interface Estimated extends CostedSearch, KnownSpeeds {}

/** How many trainings run at the same time. Workers beyond the cores share them, and save no time. */
function atOnce(workers = defaultWorkers()): number {
  return Math.min(workers, defaultWorkers());
}

export class CostEstimates {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Estimates from the speed of similar trainings on this machine, or else from a calibration.
   *
   * @param work what of the search is to be done. Default: all of it.
   * @returns undefined if nothing is known about similar trainings.
   */
  find(search: CostedSearch, workers?: number, work?: Work): CostEstimate | undefined {
    const known = findSpeeds(this.#store, search);
    return known && estimateCost({ ...search, ...known }, atOnce(workers), work);
  }

  /**
   * Estimates searches that run together. A training that several of them share counts once.
   *
   * @returns undefined if nothing is known about similar trainings for one of them.
   */
  findTogether(plans: readonly SearchPlan[], workers?: number): CostEstimate | undefined {
    const known = new Map<string, KnownSpeeds | undefined>();
    const searches: Estimated[] = [];
    for (const plan of plans) {
      const kind = kindOf(plan);
      if (!known.has(kind)) known.set(kind, findSpeeds(this.#store, plan));
      const found = known.get(kind);
      if (!found) return undefined;
      searches.push({ ...plan, ...found });
    }
    return estimateTogether(searches, atOnce(workers));
  }

  /**
   * Measures like `calibrate`, once for each kind of search among them.
   *
   * @throws WorkbenchError as searches with these settings would.
   */
  async calibrateTogether(plans: readonly SearchPlan[], workers?: number): Promise<CostEstimate> {
    const measured = new Map<string, KnownSpeeds>();
    const searches: Estimated[] = [];
    for (const plan of plans) {
      const kind = kindOf(plan);
      const known = measured.get(kind) ?? (await this.#measure(plan, atOnce(workers)));
      measured.set(kind, known);
      searches.push({ ...plan, ...known });
    }
    return estimateTogether(searches, atOnce(workers));
  }

  /**
   * What each training of searches costs on this machine.
   *
   * @param measures trains a few steps where nothing similar has run; else its costs are undefined.
   * @throws WorkbenchError as `calibrate`.
   */
  async costsOfEach(
    plans: readonly SearchPlan[],
    measures: boolean,
  ): Promise<(TrainingCosts | undefined)[]> {
    const known = new Map<string, KnownSpeeds | undefined>();
    const costs: (TrainingCosts | undefined)[] = [];
    for (const plan of plans) {
      const kind = kindOf(plan);
      if (!known.has(kind)) {
        known.set(
          kind,
          findSpeeds(this.#store, plan) ?? (measures ? await this.#measure(plan, 1) : undefined),
        );
      }
      const speeds = known.get(kind);
      costs.push(speeds && costsOf(plan, speeds.speeds));
    }
    return costs;
  }

  /**
   * Briefly trains and evaluates networks at the densities of some levels, on the engines that a search
   * would choose, and on as many workers at a time. Estimates from their speed.
   *
   * @throws WorkbenchError as a search with these settings would.
   */
  async calibrate(plan: SearchPlan, workers?: number): Promise<CostEstimate> {
    const together = atOnce(workers);
    return estimateCost({ ...plan, ...(await this.#measure(plan, together)) }, together);
  }

  async #measure(plan: SearchPlan, workers: number): Promise<KnownSpeeds> {
    const { settings } = plan;
    const dataset = await datasets.get(settings.dataset.id).load(settings.dataset);
    const modules = pointsToMeasure(plan).flatMap(({ engine }) => MODULES_OF[engine]);
    await ensureSparseEngine([...new Set(modules)]);
    const count = Math.min(workers, plannedTrainings(settings).length);
    const own = await startOwnWorkers('calibration', { settings, dataset }, count);
    try {
      return await measureSpeeds(this.#store, plan, count, (query) =>
        own.tasks.measureSpeed(query),
      );
    } finally {
      await own.close();
    }
  }
}

/** Searches that agree in this have the same speed at a density, and are evaluated on as many examples. */
function kindOf({
  settings: { dataset, architecture, training },
  evaluated,
}: CostedSearch): string {
  const { optimizer, batchSize, engine, engines, testEvery } = training;
  return JSON.stringify([
    dataset,
    evaluated,
    architecture,
    optimizer.id,
    batchSize,
    engine,
    engines,
    testEvery,
  ]);
}

/** Trainings and units of analyses. */
export interface Work {
  readonly trainings: readonly TrainingKey[];
  readonly units: readonly AnalysisUnit[];
}

/** @param search with at least one speed. */
export function estimateCost(search: Estimated, workers: number, work?: Work): CostEstimate {
  const costs = costsOf(search, search.speeds);
  const trainings = (work?.trainings ?? plannedTrainings(search.settings)).map((key) => ({
    cost: costs.of(key),
    chain: key.branch === TICKET_BRANCH ? String(key.replicate) : undefined,
  }));
  const units = work?.units ?? unitsIn(search);
  return estimateOf(trainings, [{ basis: search.basis, costs, units }], workers);
}

function unitsIn(subject: AnalysisSubject): readonly AnalysisUnit[] {
  return (subject.settings.analyses ?? []).flatMap((choice) => unitsOf(choice, subject));
}

function estimateTogether(searches: readonly Estimated[], workers: number): CostEstimate {
  const counted = new Set<string>();
  const costed = searches.map((search) => ({
    search,
    basis: search.basis,
    costs: costsOf(search, search.speeds),
    units: unitsIn(search),
  }));
  const trainings = costed.flatMap(({ search, costs }, index) => {
    const identityOf = trainingIdentities(search);
    return plannedTrainings(search.settings).map((key) => {
      const { training } = identityOf(key);
      const isShared = counted.has(training);
      counted.add(training);
      return {
        cost: costs.of(key),
        isShared,
        chain: key.branch === TICKET_BRANCH ? `${index} ${key.replicate}` : undefined,
      };
    });
  });
  return estimateOf(trainings, costed, workers);
}

interface CostedTraining {
  readonly cost: TrainingCost;
  /** Already run by another search, so it only has to be waited for. */
  readonly isShared?: boolean;
  /** Trainings of a chain run one after another, on any number of workers. */
  readonly chain: string | undefined;
}

interface CostedAnalyses extends Pick<KnownSpeeds, 'basis'> {
  readonly costs: TrainingCosts;
  readonly units: readonly AnalysisUnit[];
}

function estimateOf(
  trainings: readonly CostedTraining[],
  searches: readonly CostedAnalyses[],
  workers: number,
): CostEstimate {
  const chains = new Map<string, number>();
  let [total, ofEvaluations] = [0, 0];
  for (const { cost, isShared, chain } of trainings) {
    const milliseconds = cost.trainingMilliseconds + cost.evaluationMilliseconds;
    if (isShared !== true) {
      total += milliseconds;
      ofEvaluations += cost.evaluationMilliseconds;
    }
    if (chain !== undefined) chains.set(chain, (chains.get(chain) ?? 0) + milliseconds);
  }
  const longestChain = largest(chains.values());
  // The units run in parallel at the end.
  const times = searches.flatMap(({ costs, units }) =>
    units.map(({ steps }) => steps * costs.millisecondsPerAnalysisStep),
  );
  const ofUnits = times.reduce((sum, milliseconds) => sum + milliseconds, 0);
  const analysisSeconds = Math.max(ofUnits / workers, largest(times)) / 1000;
  return {
    seconds: Math.max(total / workers, longestChain) / 1000 + analysisSeconds,
    analysisSeconds,
    evaluationShare: total === 0 ? 0 : ofEvaluations / (total + ofUnits),
    millisecondsPerIteration: searches[0]?.costs.millisecondsPerIteration ?? 0,
    workers,
    basis: searches.some(({ basis }) => basis === 'history') ? 'history' : 'calibration',
  };
}
