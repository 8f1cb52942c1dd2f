import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { RunningTraining, SearchEvent } from '../../shared/contract/events.ts';
import type { EngineId } from '../../shared/domain/engine.ts';
import { DEFAULT_REWIND, type Settings } from '../../shared/domain/settings.ts';
import {
  iterationsOf,
  nextTraining,
  plannedTrainings,
  prerequisiteOf,
  spanOf,
} from '../../shared/domain/plan.ts';
import {
  earlyStop,
  sameTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../shared/domain/training.ts';
import { branches } from '../engine/lottery/branches/index.ts';
import { rewinds } from '../engine/lottery/rewinds/index.ts';
import type { TrainingResult, TrainingTask } from '../engine/lottery/training-task.ts';
import type { KeepTarget, Mask } from '../engine/pruning/strategy.ts';
import { Pace } from './pace.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What a finished ticket hands to the trainings that need it. */
export interface Handover {
  readonly nextMask: Mask | undefined;
  /** θk, from the dense network of a search that rewinds to k > 0. */
  readonly rewindPoint: Float32Array | undefined;
}

export interface SearchRun {
  readonly settings: Settings;
  readonly prunableCount: number;
  /** What levels 1, 2, … keep. */
  readonly targets: readonly KeepTarget[];
  readonly pool: WorkerPool;
  /** What trains a level; fixed for the whole search. */
  engineOf(level: number): EngineId;
  /** Trainings finished before, when the search is resumed. */
  readonly finished: readonly TrainingKey[];
  /** What a ticket finished before left for the next level. */
  loadHandover(key: TrainingKey): Handover;
  /** What a ticket finished before ended with. */
  loadTrainedWeights(key: TrainingKey): Float32Array;
  /** Whether another training may start; if not, the search ends with those that run. */
  mayStartAnother(): boolean;
  /** Keeps a finished training for good. */
  save(result: TrainingResult): void;
  onEvent(event: SearchEvent): void;
}

/** Progress is told this often. */
const PROGRESS_MILLISECONDS = 250;

/**
 * Trains everything a search still lacks, as many trainings side by side as the pool has workers.
 * Results do not depend on the order in which they come.
 *
 * @throws WorkbenchError as the first training that failed or was stopped did; trainings saved until
 *   then stay saved.
 */
export async function runSearch(run: SearchRun): Promise<void> {
  const progress = new Progress(run);
  const finished = [...run.finished];
  const handovers = new Map<string, Handover>();
  let waiting = plannedTrainings(run.settings).filter(
    (key) => !finished.some((done) => sameTraining(done, key)),
  );
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const handoverOf = (key: TrainingKey): Handover => {
    const name = `${key.replicate}/${key.level}`;
    const known = handovers.get(name) ?? run.loadHandover(key);
    handovers.set(name, known);
    return known;
  };

  const taskFor = (key: TrainingKey): TrainingTask => {
    const prerequisite = prerequisiteOf(key);
    const isTicket = key.branch === TICKET_BRANCH;
    const { rewind } = run.settings;
    const dense: TrainingKey = { replicate: key.replicate, level: 0, branch: TICKET_BRANCH };
    const mask =
      prerequisite === undefined
        ? new Uint8Array(run.prunableCount).fill(1)
        : handoverOf(prerequisite).nextMask;
    const rewindPoint = (): Float32Array | undefined => {
      if (prerequisite === undefined) return undefined;
      if (rewinds.get(rewind.id ?? DEFAULT_REWIND).keepsTrainedWeights) {
        return run.loadTrainedWeights(prerequisite);
      }
      return rewind.iteration > 0 ? handoverOf(dense).rewindPoint : undefined;
    };
    if (mask === undefined) throw new Error('a level was trained without leaving the next mask');
    return {
      key,
      engine: run.engineOf(key.level),
      mask,
      rewindPoint: rewindPoint(),
      trained:
        prerequisite && !isTicket && branches.get(key.branch).needsTrainedWeights
          ? run.loadTrainedWeights(prerequisite)
          : undefined,
      nextTarget: isTicket ? run.targets[key.level] : undefined,
    };
  };

  const train = async (key: TrainingKey): Promise<void> => {
    const result = await run.pool.run(taskFor(key), {
      onProgress: (iteration) => {
        progress.advance(key, iteration);
      },
      onEvaluation: (evaluation) => {
        run.onEvent({ type: 'evaluation', key, evaluation });
      },
    });
    run.save(result);
    finished.push(key);
    progress.finish(key);
    if (key.branch === TICKET_BRANCH) {
      const { nextMask, rewindPoint } = result;
      handovers.set(`${key.replicate}/${key.level}`, { nextMask, rewindPoint });
    }
    for (const message of result.warnings) run.onEvent({ type: 'warning', key, message });
    run.onEvent({
      type: 'training-finished',
      key,
      density: result.density,
      earlyStopIteration: earlyStop(result.evaluations).iteration,
      testAccuracy: result.evaluations.at(-1)!.testAccuracy,
      trainingMilliseconds: result.trainingMilliseconds,
      evaluationMilliseconds: result.evaluationMilliseconds,
    });
  };

  const startWhatIsReady = (): void => {
    while (failure === undefined && run.pool.hasIdleWorker && run.mayStartAnother()) {
      const key = nextTraining(waiting, finished);
      if (!key) return;
      waiting = waiting.filter((candidate) => candidate !== key);
      run.onEvent({ type: 'training-started', key });
      progress.start(key);
      const training = train(key)
        .catch((error: unknown) => {
          failure ??= { error };
          run.pool.stop();
        })
        .finally(() => running.delete(training));
      running.add(training);
    }
  };

  const ticker = setInterval(() => {
    progress.tell();
  }, PROGRESS_MILLISECONDS);
  try {
    startWhatIsReady();
    while (running.size > 0) {
      await Promise.race(running);
      startWhatIsReady();
    }
  } finally {
    clearInterval(ticker);
  }
  if (failure !== undefined) throw failure.error;
  progress.tell();
  if (waiting.length > 0) {
    throw new WorkbenchError('interrupted', `stopped with ${waiting.length} trainings to go`);
  }
}

interface Underway {
  readonly key: TrainingKey;
  readonly worker: number;
  readonly pace: Pace;
  iteration: number;
}

/** Counts iterations over the whole search and estimates the rest from their pace. */
class Progress {
  readonly #run: SearchRun;
  readonly #pace = new Pace();
  readonly #running = new Map<string, Underway>();
  readonly #total: number;
  #finishedIterations: number;

  constructor(run: SearchRun) {
    this.#run = run;
    const count = (keys: readonly TrainingKey[]): number =>
      keys.reduce((sum, key) => sum + iterationsOf(run.settings, key), 0);
    this.#total = count(plannedTrainings(run.settings));
    this.#finishedIterations = count(run.finished);
    this.#pace.record(performance.now(), this.#finishedIterations);
  }

  start(key: TrainingKey): void {
    const taken = new Set([...this.#running.values()].map(({ worker }) => worker));
    let worker = 0;
    while (taken.has(worker)) worker += 1;
    const iteration = this.#startOf(key);
    const pace = new Pace();
    pace.record(performance.now(), iteration);
    this.#running.set(nameOf(key), { key, worker, pace, iteration });
  }

  advance(key: TrainingKey, iteration: number): void {
    const training = this.#running.get(nameOf(key));
    if (!training) return;
    training.iteration = iteration;
    training.pace.record(performance.now(), iteration);
  }

  finish(key: TrainingKey): void {
    this.#running.delete(nameOf(key));
    this.#finishedIterations += iterationsOf(this.#run.settings, key);
  }

  tell(): void {
    const running = [...this.#running.values()];
    const done = running.reduce(
      (sum, { key, iteration }) => sum + iteration - this.#startOf(key),
      this.#finishedIterations,
    );
    this.#pace.record(performance.now(), done);
    this.#run.onEvent({
      type: 'progress',
      fraction: done / this.#total,
      etaSeconds: this.#pace.secondsLeft(this.#total),
      running: running.map((training) => this.#describe(training)),
    });
  }

  #describe({ key, worker, pace, iteration }: Underway): RunningTraining {
    const { from, to } = spanOf(this.#run.settings, key);
    return {
      key,
      worker,
      iteration,
      firstIteration: from,
      lastIteration: to,
      etaSeconds: pace.secondsLeft(to),
    };
  }

  #startOf(key: TrainingKey): number {
    return spanOf(this.#run.settings, key).from;
  }
}

function nameOf(key: TrainingKey): string {
  return `${key.replicate}/${key.level}/${key.branch}`;
}
