/** How long a search will take: from a short run, or from the times of similar trainings. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { CostEstimate } from '../../../shared/contract/records/planning.ts';
import type { AnalysisUnit } from '../../../shared/domain/analysis.ts';
import { type EngineId, fastestEngine, type StepTimes } from '../../../shared/domain/engine.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { TICKET_BRANCH, type TrainingKey } from '../../../shared/domain/training.ts';
import { largest, smallest } from '../../../shared/extremes.ts';
import type { AnalysisSubject } from '../../engine/analyses/analysis.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { iterationsOf } from '../../engine/lottery/span.ts';
import { MODULES_OF } from '../../engine/sparse/build.ts';
import { ensureSparseEngine } from '../../engine/sparse/ensure.ts';
import { hasSparseUpdate } from '../../engine/training/optimizer-engines.ts';
import type { PaceRecord, Store } from '../../store/store.ts';
import { unitsOf } from '../analyses/analysis-plan.ts';
import { cpuName, defaultWorkers } from '../environment.ts';
import { plannedEngine, stepTimesAt } from '../running/engine-choice.ts';
import { densitiesOf } from './planned-densities.ts';
import type { SearchPlan } from './search-plan.ts';
import { trainingIdentities } from '../running/training-identity.ts';
import { startOwnWorkers } from '../running/own-workers.ts';

/** Enough for the timing, which uses two evaluations: before the first step and after the last. */
const PROBE_ITERATIONS = 5;

/** How many levels are measured. Others are assumed to cost as much as the nearest measured one. */
const MEASURED_LEVELS = 8;

interface KnownPaces {
  readonly paces: readonly PaceRecord[];
  readonly basis: CostEstimate['basis'];
}

interface Estimated extends AnalysisSubject, KnownPaces {
  /** The density of level 0, 1, … */
  readonly densities: Float64Array;
}

/** Estimates are remembered for settings that train alike. */
export class CostEstimates {
  readonly #store: Store;
  readonly #calibrations = new Map<string, readonly PaceRecord[]>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Estimates from the times of similar trainings on this machine, or else from a calibration.
   *
   * @param densities of level 0, 1, … (fraction of prunable weights kept).
   * @param work what of the search is to be done. Default: all of it.
   * @returns undefined if nothing is known about similar trainings.
   */
  find(
    subject: AnalysisSubject,
    densities: Float64Array,
    workers: number = defaultWorkers(),
    work?: Work,
  ): CostEstimate | undefined {
    const known = this.#pacesOf(subject.settings);
    return known && estimateCost({ ...subject, densities, ...known }, workers, work);
  }

  /**
   * Estimates searches that run together. A training that several of them share counts once.
   *
   * @returns undefined if nothing is known about similar trainings for one of them.
   */
  findTogether(
    plans: readonly SearchPlan[],
    workers: number = defaultWorkers(),
  ): CostEstimate | undefined {
    const known = new Map<string, KnownPaces | undefined>();
    const searches: Estimated[] = [];
    for (const plan of plans) {
      const kind = kindOf(plan.settings);
      if (!known.has(kind)) known.set(kind, this.#pacesOf(plan.settings));
      const found = known.get(kind);
      if (!found) return undefined;
      searches.push({ ...plan, ...found, densities: densitiesOf(plan.layout, plan.targets) });
    }
    return estimateTogether(searches, workers);
  }

  /**
   * Measures like `calibrate`, once for each kind of search among them.
   *
   * @throws WorkbenchError as searches with these settings would.
   */
  async calibrateTogether(
    plans: readonly SearchPlan[],
    workers: number = defaultWorkers(),
  ): Promise<CostEstimate> {
    const kinds = new Map(plans.map((plan) => [kindOf(plan.settings), plan]));
    const measured = new Map<string, KnownPaces>();
    for (const [kind, plan] of kinds) {
      const paces = await this.#measurePaces(plan, densitiesOf(plan.layout, plan.targets));
      this.#calibrations.set(kind, paces);
      measured.set(kind, { paces, basis: 'calibration' });
    }
    return estimateTogether(
      plans.map((plan) => ({
        ...plan,
        ...measured.get(kindOf(plan.settings))!,
        densities: densitiesOf(plan.layout, plan.targets),
      })),
      workers,
    );
  }

  /**
   * Briefly trains networks at the densities of some levels, on one worker and on the engines that
   * a search would choose. Estimates from their times.
   *
   * @throws WorkbenchError as a search with these settings would.
   */
  async calibrate(plan: SearchPlan, workers: number = defaultWorkers()): Promise<CostEstimate> {
    const densities = densitiesOf(plan.layout, plan.targets);
    const paces = await this.#measurePaces(plan, densities);
    this.#calibrations.set(kindOf(plan.settings), paces);
    return estimateCost({ ...plan, densities, paces, basis: 'calibration' }, workers);
  }

  #pacesOf(settings: Settings): KnownPaces | undefined {
    const paces = this.#store.trainings.paces(settings, cpuName());
    const calibrated = this.#calibrations.get(kindOf(settings)) ?? [];
    if (paces.length > 0) return { paces: [...paces, ...calibrated], basis: 'history' };
    return calibrated.length > 0 ? { paces: calibrated, basis: 'calibration' } : undefined;
  }

  async #measurePaces(plan: SearchPlan, densities: Float64Array): Promise<PaceRecord[]> {
    const { settings, layout, targets } = plan;
    const dataset = await datasets.get(settings.dataset.id).load(settings.dataset);
    // Workers measure every engine that has the optimizer, whatever the settings say.
    if (hasSparseUpdate(settings.training.optimizer)) await ensureSparseEngine(MODULES_OF.sparse);
    const workers = await startOwnWorkers(
      'calibration',
      { settings: probeOf(settings), dataset },
      1,
    );
    try {
      const probe = await workers.tasks.train({
        key: { replicate: 0, level: 0, branch: TICKET_BRANCH },
        mask: new Uint8Array(layout.prunableCount).fill(1),
        engine: 'dense',
        rewindPoint: undefined,
        nextTarget: undefined,
      });
      const paces: PaceRecord[] = [];
      for (const level of spreadLevels(targets.length)) {
        const times = await stepTimesAt(
          {
            settings,
            layout,
            targets,
            recall: (key) => this.#store.calibrations.find(key),
            remember: (key, measured) => {
              this.#store.calibrations.save(key, measured);
            },
            measure: (keptCounts) => workers.tasks.measureStepTimes(keptCounts),
          },
          level,
        );
        paces.push({
          density: densities[level]!,
          millisecondsPerIteration: timeOn(plannedEngine(plan, level), times),
          millisecondsPerEvaluation: probe.evaluationMilliseconds / 2,
        });
      }
      return paces;
    } finally {
      await workers.close();
    }
  }
}

/** The cost of a step depends only on these and the density. */
function kindOf({ dataset, architecture, training }: Settings): string {
  const { optimizer, batchSize, engine, engines } = training;
  return JSON.stringify([dataset, architecture, optimizer.id, batchSize, engine, engines]);
}

function probeOf(settings: Settings): Settings {
  const iterations = PROBE_ITERATIONS;
  // A warm-up would be longer than the probe.
  const schedule = { id: 'constant' };
  const training = { ...settings.training, schedule, iterations, evaluateEvery: iterations };
  return { ...settings, training, rewind: { iteration: 0 } };
}

/** The first level, the last, and some evenly between them. */
function spreadLevels(last: number): number[] {
  const count = Math.min(MEASURED_LEVELS, last + 1);
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, index) => Math.round((index * last) / (count - 1)));
}

/**
 * Milliseconds of a step on an engine, by default the fastest. Relaxed SIMD is not measured
 * separately; it is no slower than strict SIMD.
 */
function timeOn(engine: EngineId | undefined, times: StepTimes): number {
  const wanted = engine ?? fastestEngine(times);
  const time = times[wanted] ?? times.sparse ?? times.dense;
  if (time === undefined) throw new Error('no engine was measured');
  return time;
}

/** Trainings and units of analyses. */
export interface Work {
  readonly trainings: readonly TrainingKey[];
  readonly units: readonly AnalysisUnit[];
}

/** @param search with at least one pace. */
export function estimateCost(search: Estimated, workers: number, work?: Work): CostEstimate {
  const trainings = (work?.trainings ?? plannedTrainings(search.settings)).map((key) => ({
    milliseconds: millisecondsOf(search, key),
    chain: key.branch === TICKET_BRANCH ? String(key.replicate) : undefined,
  }));
  return estimateOf(trainings, [{ ...search, units: work?.units ?? unitsIn(search) }], workers);
}

function unitsIn(subject: AnalysisSubject): readonly AnalysisUnit[] {
  return (subject.settings.analyses ?? []).flatMap((choice) => unitsOf(choice, subject));
}

function estimateTogether(searches: readonly Estimated[], workers: number): CostEstimate {
  const counted = new Set<string>();
  const trainings = searches.flatMap((search, index) => {
    const identityOf = trainingIdentities(search);
    return plannedTrainings(search.settings).map((key) => {
      const { training } = identityOf(key);
      const isShared = counted.has(training);
      counted.add(training);
      return {
        milliseconds: millisecondsOf(search, key),
        isShared,
        chain: key.branch === TICKET_BRANCH ? `${index} ${key.replicate}` : undefined,
      };
    });
  });
  return estimateOf(
    trainings,
    searches.map((search) => ({ ...search, units: unitsIn(search) })),
    workers,
  );
}

interface CostedTraining {
  readonly milliseconds: number;
  /** Already run by another search, so it only has to be waited for. */
  readonly isShared?: boolean;
  /** Trainings of a chain run one after another, on any number of workers. */
  readonly chain: string | undefined;
}

function estimateOf(
  trainings: readonly CostedTraining[],
  searches: readonly (KnownPaces & { readonly units: readonly AnalysisUnit[] })[],
  workers: number,
): CostEstimate {
  const chains = new Map<string, number>();
  let total = 0;
  for (const { milliseconds, isShared, chain } of trainings) {
    if (isShared !== true) total += milliseconds;
    if (chain !== undefined) chains.set(chain, (chains.get(chain) ?? 0) + milliseconds);
  }
  const longestChain = largest(chains.values());
  // Most of an analysis is measured on the dense engine. Its units run in parallel at the end.
  const times = searches.flatMap(({ paces, units }) =>
    units.map(({ steps }) => steps * paceAt(paces, 1).millisecondsPerIteration),
  );
  const ofUnits = times.reduce((sum, milliseconds) => sum + milliseconds, 0);
  const analysisSeconds = Math.max(ofUnits / workers, largest(times)) / 1000;
  const [first] = searches;
  return {
    seconds: Math.max(total / workers, longestChain) / 1000 + analysisSeconds,
    analysisSeconds,
    millisecondsPerIteration: first ? paceAt(first.paces, 1).millisecondsPerIteration : 0,
    workers,
    basis: searches.some(({ basis }) => basis === 'history') ? 'history' : 'calibration',
  };
}

function millisecondsOf({ settings, densities, paces }: Estimated, key: TrainingKey): number {
  const pace = paceAt(paces, densities[key.level] ?? 1);
  const iterations = iterationsOf(settings, key);
  const evaluations = Math.ceil(iterations / settings.training.evaluateEvery) + 1;
  return iterations * pace.millisecondsPerIteration + evaluations * pace.millisecondsPerEvaluation;
}

/** The median of the records nearest in density, because sparse levels may be faster. */
function paceAt(paces: readonly PaceRecord[], density: number): PaceRecord {
  const distance = (pace: PaceRecord): number => Math.abs(Math.log(pace.density / density));
  const nearest = smallest(paces.map(distance));
  const near = paces.filter((pace) => distance(pace) <= nearest + 1e-9);
  const middle = near.toSorted((a, b) => a.millisecondsPerIteration - b.millisecondsPerIteration)[
    Math.floor(near.length / 2)
  ];
  if (!middle) throw new WorkbenchError('internal', 'there is no pace to estimate a cost from');
  return middle;
}
