/** How long a search will take: from a short run, or from what trainings like these took. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { CostEstimate } from '../../shared/contract/records.ts';
import {
  AUTOMATIC_ENGINE,
  type EngineId,
  type EngineSetting,
  fastestEngine,
  type StepTimes,
} from '../../shared/domain/engine.ts';
import { iterationsOf, plannedTrainings } from '../../shared/domain/plan.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../shared/domain/training.ts';
import type { AnalysisSubject } from '../engine/analyses/analysis.ts';
import { datasets } from '../engine/datasets/index.ts';
import { ensureWasm } from '../engine/sparse/build.ts';
import type { PaceRecord, Store } from '../store/store.ts';
import { unitsOf } from './analysis-plan.ts';
import { cpuName, defaultWorkers } from './environment.ts';
import { stepTimesAt } from './engine-choice.ts';
import { planSearch } from './search-plan.ts';
import { WorkerPool } from './worker-pool.ts';

/** Enough to be timed by two evaluations, one before the first step and one after the last. */
const PROBE_ITERATIONS = 5;

/** Levels whose steps are measured; the others cost what the nearest of them does. */
const MEASURED_LEVELS = 8;

/** Remembered for settings that train alike. */
export class CostEstimates {
  readonly #store: Store;
  readonly #calibrations = new Map<string, readonly PaceRecord[]>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * From what trainings like these took on this machine, and where there were none from a calibration.
   *
   * @param densities of level 0, 1, … (fraction of prunable weights kept).
   * @returns undefined if nothing is known of trainings like these.
   */
  find(
    subject: AnalysisSubject,
    densities: Float64Array,
    workers: number = defaultWorkers(),
  ): CostEstimate | undefined {
    const { settings } = subject;
    const paces = this.#store.paces(settings, cpuName());
    const calibrated = this.#calibrations.get(kindOf(settings)) ?? [];
    if (paces.length > 0) {
      return estimateCost(subject, densities, workers, [...paces, ...calibrated], 'history');
    }
    if (calibrated.length === 0) return undefined;
    return estimateCost(subject, densities, workers, calibrated, 'calibration');
  }

  /**
   * Trains networks of some levels' densities for a moment, on one worker and each on the engine that
   * a search would take, and estimates from that.
   *
   * @throws WorkbenchError as a search of these settings would.
   */
  async calibrate(
    subject: AnalysisSubject,
    densities: Float64Array,
    workers: number = defaultWorkers(),
  ): Promise<CostEstimate> {
    const { settings } = subject;
    const paces = await this.#measurePaces(settings, densities);
    this.#calibrations.set(kindOf(settings), paces);
    return estimateCost(subject, densities, workers, paces, 'calibration');
  }

  async #measurePaces(given: Settings, densities: Float64Array): Promise<PaceRecord[]> {
    const { settings, layout, targets } = await planSearch(given);
    const { engine } = settings.training;
    const dataset = await datasets.get(settings.dataset.id).load(settings.dataset);
    if (engine !== 'dense') await ensureWasm();
    const pool = await WorkerPool.start(
      { id: 'calibration', settings: probeOf(settings), dataset },
      1,
    );
    try {
      const probe = await pool.run(
        {
          key: { replicate: 0, level: 0, branch: TICKET_BRANCH },
          mask: new Uint8Array(layout.prunableCount).fill(1),
          engine: 'dense',
          rewindPoint: undefined,
          nextTarget: undefined,
        },
        { onProgress: () => undefined, onEvaluation: () => undefined },
      );
      const paces: PaceRecord[] = [];
      for (const level of spreadLevels(targets.length)) {
        const times = await stepTimesAt(
          {
            settings,
            layout,
            targets,
            recall: (key) => this.#store.calibration(key),
            remember: (key, measured) => {
              this.#store.saveCalibration(key, measured);
            },
            measure: (keptCounts) => pool.measureStepTimes(keptCounts),
          },
          level,
        );
        paces.push({
          density: densities[level]!,
          millisecondsPerIteration: times[engineFor(engine, times)]!,
          millisecondsPerEvaluation: probe.evaluationMilliseconds / 2,
        });
      }
      return paces;
    } finally {
      await pool.close();
    }
  }
}

/** What a step costs follows from these and its density alone. */
function kindOf({ dataset, architecture, training }: Settings): string {
  const { optimizer, batchSize, engine } = training;
  return JSON.stringify([dataset, architecture, optimizer.id, batchSize, engine]);
}

function probeOf(settings: Settings): Settings {
  const iterations = PROBE_ITERATIONS;
  const training = { ...settings.training, iterations, evaluateEvery: iterations };
  return { ...settings, training, rewind: { iteration: 0 } };
}

/** The first, the last, and some evenly between them. */
function spreadLevels(last: number): number[] {
  const count = Math.min(MEASURED_LEVELS, last + 1);
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, index) => Math.round((index * last) / (count - 1)));
}

/** Relaxed SIMD is not measured by itself; it is no slower than the strict one. */
function engineFor(wanted: EngineSetting, times: StepTimes): EngineId {
  if (wanted === AUTOMATIC_ENGINE) return fastestEngine(times);
  if (times[wanted] !== undefined) return wanted;
  return times.sparse === undefined ? 'dense' : 'sparse';
}

/** @param paces at least one. */
export function estimateCost(
  subject: AnalysisSubject,
  densities: Float64Array,
  workers: number,
  paces: readonly PaceRecord[],
  basis: CostEstimate['basis'],
): CostEstimate {
  const { settings } = subject;
  const dense = paceAt(paces, 1);
  const chains = new Map<number, number>();
  let total = 0;
  for (const key of plannedTrainings(settings)) {
    const pace = paceAt(paces, densities[key.level] ?? 1);
    const iterations = iterationsOf(settings, key);
    const evaluations = Math.ceil(iterations / settings.training.evaluateEvery) + 1;
    const milliseconds =
      iterations * pace.millisecondsPerIteration + evaluations * pace.millisecondsPerEvaluation;
    total += milliseconds;
    if (key.branch === TICKET_BRANCH) {
      chains.set(key.replicate, (chains.get(key.replicate) ?? 0) + milliseconds);
    }
  }
  // The tickets of a replicate follow each other, however many workers there are.
  const longestChain = Math.max(...chains.values());
  // Most of an analysis is measured on the dense engine; its units run beside each other at the end.
  const units = (settings.analyses ?? [])
    .flatMap((choice) => unitsOf(choice, subject))
    .map(({ steps }) => steps * dense.millisecondsPerIteration);
  const ofUnits = units.reduce((sum, milliseconds) => sum + milliseconds, 0);
  const analysisSeconds = Math.max(ofUnits / workers, ...units) / 1000;
  return {
    seconds: Math.max(total / workers, longestChain) / 1000 + analysisSeconds,
    analysisSeconds,
    millisecondsPerIteration: dense.millisecondsPerIteration,
    workers,
    basis,
  };
}

/** The median of the records nearest in density; sparse levels may be faster. */
function paceAt(paces: readonly PaceRecord[], density: number): PaceRecord {
  const distance = (pace: PaceRecord): number => Math.abs(Math.log(pace.density / density));
  const nearest = Math.min(...paces.map(distance));
  const near = paces.filter((pace) => distance(pace) <= nearest + 1e-9);
  const middle = near.toSorted((a, b) => a.millisecondsPerIteration - b.millisecondsPerIteration)[
    Math.floor(near.length / 2)
  ];
  if (!middle) throw new WorkbenchError('internal', 'there is no pace to estimate a cost from');
  return middle;
}
