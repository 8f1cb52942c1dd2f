import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { RunningTraining, SearchEvent } from '../../../shared/contract/events.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import { DEFAULT_REWIND, type Settings } from '../../../shared/domain/settings.ts';
import {
  nextTraining,
  plannedTrainings,
  prerequisiteOf,
  urgencyOf,
} from '../../../shared/domain/plan.ts';
import {
  earlyStop,
  sameTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { TrainingIdentity } from '../../../shared/domain/training-record.ts';
import { branchDefinition } from '../../engine/lottery/branches/index.ts';
import { rewinds } from '../../engine/lottery/rewinds/index.ts';
import { iterationsOf, spanOf } from '../../engine/lottery/span.ts';
import type {
  PruningTask,
  TrainingResult,
  TrainingTask,
} from '../../engine/lottery/training-task.ts';
import type { SparsityTarget, Mask } from '../../engine/pruning/strategy.ts';
import type { Crew, CrewPlace } from './crew.ts';
import { Pace } from './pace.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What a finished ticket hands to the trainings that need it. */
export interface Handover {
  readonly nextMask: Mask | undefined;
  /** θk, from the dense network of a search that rewinds to k > 0. */
  readonly rewindPoint: Float32Array | undefined;
}

/** A finished training of another search that is the same as one of this search. */
export interface Donor {
  /** The search it was found in. */
  readonly searchId: string;
  readonly key: TrainingKey;
  /** What is to be pruned anew, where the mask of the next level is not the same. */
  readonly pruning: Omit<PruningTask, 'key' | 'nextTarget'> | undefined;
}

export interface SearchRun {
  readonly settings: Settings;
  readonly prunableCount: number;
  /** What levels 1, 2, … keep. */
  readonly targets: readonly SparsityTarget[];
  readonly pool: WorkerPool;
  /** The searches it shares workers and trainings with; it may be alone. */
  readonly crew: Crew;
  readonly place: CrewPlace;
  /** What trains a level; fixed for the whole search. */
  engineOf(level: number): EngineId;
  /** Of the analyses that follow, which the time left includes. */
  readonly analysisSteps: number;
  /** Trainings finished before, when the search is resumed. */
  readonly finished: readonly TrainingKey[];
  /** What a ticket finished before left for the next level. */
  loadHandover(key: TrainingKey): Handover;
  /** What a ticket finished before ended with. */
  loadTrainedWeights(key: TrainingKey): Float32Array;
  /** Whether another training may start; if not, the search ends with those that run. */
  mayStartAnother(): boolean;
  /** Calls `follow` whenever the answer of `mayStartAnother` may have changed; returns how to end it. */
  followControl(follow: () => void): () => void;
  identityOf(key: TrainingKey): TrainingIdentity;
  /** A training to take over in place of this one; undefined: it has to be trained. */
  findDonor(key: TrainingKey, identity: TrainingIdentity): Donor | undefined;
  /** Makes it this search's own. */
  adopt(
    key: TrainingKey,
    identity: TrainingIdentity,
    donor: Donor,
    nextMask: Mask | undefined,
  ): FinishedTraining;
  /** Keeps a finished training for good. */
  save(result: TrainingResult, identity: TrainingIdentity): void;
  onEvent(event: SearchEvent): void;
}

/** What is told of a training once it is saved; the next one may have started by then. */
export type FinishedTraining = Pick<
  TrainingResult,
  'density' | 'evaluations' | 'trainingMilliseconds' | 'evaluationMilliseconds' | 'warnings'
>;

/** Progress is told this often. */
const PROGRESS_MILLISECONDS = 250;

/**
 * Trains everything a search still lacks, whenever the crew has a worker for it; in a sweep, a training
 * that another search has finished is taken over. Results do not depend on the order in which they
 * come.
 *
 * @throws WorkbenchError as the first training that failed or was stopped did; trainings saved until
 *   then stay saved.
 */
export async function runSearch(run: SearchRun): Promise<void> {
  const { crew } = run;
  const progress = new Progress(run);
  const finished = [...run.finished];
  const identities = new Map<string, TrainingIdentity>();
  let waiting = plannedTrainings(run.settings).filter(
    (key) => !finished.some((done) => sameTraining(done, key)),
  );
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  /** What is about to be saved: a training that starts now begins from it, not from the store. */
  let unsaved: TrainingResult | undefined;
  let wake: () => void = () => undefined;

  const identityOf = (key: TrainingKey): TrainingIdentity => {
    const identity = identities.get(nameOf(key)) ?? run.identityOf(key);
    identities.set(nameOf(key), identity);
    return identity;
  };

  const unsavedOf = (key: TrainingKey): TrainingResult | undefined =>
    unsaved && sameTraining(unsaved.key, key) ? unsaved : undefined;
  const handoverOf = (key: TrainingKey): Handover => unsavedOf(key) ?? run.loadHandover(key);
  const trainedWeightsOf = (key: TrainingKey): Float32Array =>
    unsavedOf(key)?.finalWeights ?? run.loadTrainedWeights(key);

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
        return trainedWeightsOf(prerequisite);
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
        prerequisite && branchDefinition(run.settings, key.branch)?.needsTrainedWeights === true
          ? trainedWeightsOf(prerequisite)
          : undefined,
      nextTarget: isTicket ? run.targets[key.level] : undefined,
      capturedIterations: isTicket && key.level === 0 ? crew.capturedIterations(run) : [],
    };
  };

  const train = async (key: TrainingKey, identity: TrainingIdentity): Promise<void> => {
    run.onEvent({ type: 'training-started', key });
    progress.start(key);
    const result = await run.pool.run(taskFor(key), {
      onProgress: (iteration) => {
        progress.advance(key, iteration);
      },
      onEvaluation: (evaluation) => {
        run.onEvent({ type: 'evaluation', key, evaluation });
      },
    });
    hasFinished(key, false);
    // The next training runs while this one is saved.
    unsaved = result;
    crew.offer();
    unsaved = undefined;
    run.save(result, identity);
    tellFinished(key, result);
  };

  const adopt = async (
    key: TrainingKey,
    identity: TrainingIdentity,
    donor: Donor,
  ): Promise<void> => {
    const nextTarget = run.targets[key.level];
    const pruned =
      donor.pruning && nextTarget && (await run.pool.prune({ ...donor.pruning, key, nextTarget }));
    const adopted = run.adopt(key, identity, donor, pruned?.nextMask);
    hasFinished(key, true);
    tellFinished(key, pruned ? { ...adopted, warnings: pruned.warnings } : adopted, donor.searchId);
  };

  const hasFinished = (key: TrainingKey, isAdopted: boolean): void => {
    finished.push(key);
    progress.finish(key, isAdopted);
  };

  const tellFinished = (
    key: TrainingKey,
    training: FinishedTraining,
    adoptedFrom?: string,
  ): void => {
    for (const message of training.warnings) run.onEvent({ type: 'warning', key, message });
    run.onEvent({
      type: 'training-finished',
      key,
      density: training.density,
      earlyStopIteration: earlyStop(training.evaluations).iteration,
      testAccuracy: training.evaluations.at(-1)!.testAccuracy,
      trainingMilliseconds: training.trainingMilliseconds,
      evaluationMilliseconds: training.evaluationMilliseconds,
      ...(adoptedFrom === undefined ? {} : { adoptedFrom }),
    });
  };

  /** What could start now; what runs in another search is taken over when it has finished. */
  const next = (): TrainingKey | undefined => {
    if (failure !== undefined || !run.mayStartAnother()) return undefined;
    const free = waiting.filter((key) => !crew.isUnderway(identityOf(key).training));
    return nextTraining(free, finished);
  };

  const start = (): void => {
    const key = next();
    if (!key) return;
    waiting = waiting.filter((candidate) => candidate !== key);
    const identity = identityOf(key);
    const begin = async (): Promise<void> => {
      const donor = crew.shares ? run.findDonor(key, identity) : undefined;
      await (donor ? adopt(key, identity, donor) : train(key, identity));
    };
    crew.begin(identity.training);
    const training = begin()
      .catch((error: unknown) => {
        failure ??= { error };
        run.pool.stop();
      })
      .finally(() => {
        crew.end(identity.training);
        running.delete(training);
        crew.offer();
        wake();
      });
    running.add(training);
  };

  const leave = run.place.enter({
    urgency: () => {
      const key = next();
      return key && urgencyOf(key);
    },
    start,
  });
  const unfollow = run.followControl(() => {
    crew.offer();
    wake();
  });
  const ticker = setInterval(() => {
    if (running.size > 0) progress.tell();
  }, PROGRESS_MILLISECONDS);
  try {
    crew.offer();
    while (running.size > 0 || isWaitingForOthers()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    clearInterval(ticker);
    unfollow();
    leave();
  }
  if (failure !== undefined) throw failure.error;
  progress.tell();
  if (waiting.length > 0) {
    throw new WorkbenchError('interrupted', `stopped with ${waiting.length} trainings to go`);
  }

  /** For what another search trains, or for a worker. */
  function isWaitingForOthers(): boolean {
    return failure === undefined && run.mayStartAnother() && waiting.length > 0;
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
  /** Of them, those that others have trained: they say nothing of the pace. */
  #adoptedIterations = 0;

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
    this.#run.crew.advance(this.#run, key, iteration - this.#startOf(key));
    training.pace.record(performance.now(), iteration);
  }

  finish(key: TrainingKey, isAdopted: boolean): void {
    const iterations = iterationsOf(this.#run.settings, key);
    this.#running.delete(nameOf(key));
    this.#finishedIterations += iterations;
    if (isAdopted) this.#adoptedIterations += iterations;
    this.#run.crew.finish(this.#run, key);
  }

  tell(): void {
    const running = [...this.#running.values()];
    const done = running.reduce(
      (sum, { key, iteration }) => sum + iteration - this.#startOf(key),
      this.#finishedIterations,
    );
    this.#pace.record(performance.now(), done - this.#adoptedIterations);
    this.#run.onEvent({
      type: 'progress',
      fraction: done / this.#total,
      etaSeconds: this.#pace.secondsLeft(
        this.#total - this.#adoptedIterations + this.#run.analysisSteps,
      ),
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
