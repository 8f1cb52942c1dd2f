/** How long a search will take: from a short run, or from what trainings like these took. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { CostEstimate } from '../../shared/contract/records.ts';
import { iterationsOf, plannedTrainings } from '../../shared/domain/plan.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../shared/domain/training.ts';
import { datasets } from '../engine/datasets/index.ts';
import type { PaceRecord, Store } from '../store/store.ts';
import { cpuName, defaultWorkers } from './environment.ts';
import { planSearch } from './search-plan.ts';
import { WorkerPool } from './worker-pool.ts';

/** A first run tells how long a second one may be; the second is what is measured. */
const PROBE_ITERATIONS = 20;
const CALIBRATION_MILLISECONDS = 1500;
const CALIBRATION_ITERATIONS = 2000;

/** Remembered for settings that train alike. */
export class CostEstimates {
  readonly #store: Store;
  readonly #calibrations = new Map<string, PaceRecord>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * From what trainings like these took on this machine, else from a calibration.
   *
   * @param densities of level 0, 1, … (fraction of prunable weights kept).
   * @returns undefined if nothing is known of trainings like these.
   */
  find(
    settings: Settings,
    densities: Float64Array,
    workers: number = defaultWorkers(),
  ): CostEstimate | undefined {
    const paces = this.#store.paces(settings, cpuName());
    if (paces.length > 0) return estimate(settings, densities, workers, paces, 'history');
    const calibration = this.#calibrations.get(kindOf(settings));
    return calibration && estimate(settings, densities, workers, [calibration], 'calibration');
  }

  /**
   * Trains the dense network for a moment, on one worker, and estimates from that.
   *
   * @throws WorkbenchError as a search of these settings would.
   */
  async calibrate(
    settings: Settings,
    densities: Float64Array,
    workers: number = defaultWorkers(),
  ): Promise<CostEstimate> {
    const pace = await measurePace(settings);
    this.#calibrations.set(kindOf(settings), pace);
    return estimate(settings, densities, workers, [pace], 'calibration');
  }
}

/** What a step costs follows from these alone. */
function kindOf({ dataset, architecture, training }: Settings): string {
  const { optimizer, batchSize } = training;
  return JSON.stringify([dataset, architecture, optimizer.id, batchSize]);
}

async function measurePace(settings: Settings): Promise<PaceRecord> {
  const { layout } = await planSearch(settings);
  const dataset = await datasets.get(settings.dataset.id).load(settings.dataset);
  const train = async (iterations: number): Promise<PaceRecord> => {
    const training = { ...settings.training, iterations, evaluateEvery: iterations };
    const short: Settings = { ...settings, training, rewind: { iteration: 0 } };
    const pool = await WorkerPool.start({ id: 'calibration', settings: short, dataset }, 1);
    try {
      const result = await pool.run(
        {
          key: { replicate: 0, level: 0, branch: TICKET_BRANCH },
          mask: new Uint8Array(layout.prunableCount).fill(1),
          engine: 'dense',
          rewindPoint: undefined,
          nextTarget: undefined,
        },
        { onProgress: () => undefined, onEvaluation: () => undefined },
      );
      return {
        density: 1,
        millisecondsPerIteration: result.trainingMilliseconds / iterations,
        // One before the first step and one after the last.
        millisecondsPerEvaluation: result.evaluationMilliseconds / 2,
      };
    } finally {
      await pool.close();
    }
  };
  const probe = await train(PROBE_ITERATIONS);
  const affordable = Math.floor(CALIBRATION_MILLISECONDS / probe.millisecondsPerIteration);
  return affordable > PROBE_ITERATIONS
    ? train(Math.min(affordable, CALIBRATION_ITERATIONS))
    : probe;
}

function estimate(
  settings: Settings,
  densities: Float64Array,
  workers: number,
  paces: readonly PaceRecord[],
  basis: CostEstimate['basis'],
): CostEstimate {
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
  return {
    seconds: Math.max(total / workers, longestChain) / 1000,
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
