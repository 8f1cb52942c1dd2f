/** The progress of a search's trainings, and the time left. */
import type { RunningTraining } from '../../../shared/contract/events.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { nameOfTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import { iterationsOf, spanOf } from '../../engine/lottery/span.ts';
import { Pace } from './pace.ts';
import type { TrainingProgress } from './shared-trainings.ts';
import type { TimeLeft } from './time-left.ts';

interface Underway {
  readonly key: TrainingKey;
  /** The row in which the training is shown among those that run in parallel, from 0. */
  readonly worker: number;
  pace: Pace;
  iteration: number;
}

export interface SearchProgressOptions {
  readonly settings: Settings;
  readonly finished: readonly TrainingKey[];
  /**
   * Undefined for searches of a sweep, which share their workers: theirs follows from the pace of the
   * iterations.
   */
  readonly timeLeft: TimeLeft | undefined;
  /** Receives the same progress, for all searches that run together. */
  readonly shared: TrainingProgress;
}

/** Counts iterations over the whole search, and tells the time left. */
export class SearchProgress {
  readonly #settings: Settings;
  readonly #shared: TrainingProgress;
  readonly #timeLeft: TimeLeft | undefined;
  readonly #pace = new Pace();
  readonly #underway = new Map<string, Underway>();
  readonly #total: number;
  #finishedIterations: number;
  /** Iterations of adopted trainings and up to checkpoints, which say nothing about the pace. */
  #skippedIterations = 0;
  readonly #clock = new PausableClock();

  constructor({ settings, finished, timeLeft, shared }: SearchProgressOptions) {
    this.#settings = settings;
    this.#shared = shared;
    this.#timeLeft = timeLeft;
    const count = (keys: readonly TrainingKey[]): number =>
      keys.reduce((sum, key) => sum + iterationsOf(settings, key), 0);
    this.#total = count(plannedTrainings(settings));
    this.#finishedIterations = count(finished);
    this.#pace.record(performance.now(), this.#finishedIterations);
  }

  setPaused(isPaused: boolean): void {
    this.#clock.setPaused(isPaused);
  }

  /** A training begins or restarts. */
  start(key: TrainingKey): void {
    this.#timeLeft?.start(key, this.#clock.now());
    this.#underway.delete(nameOfTraining(key));
    const taken = new Set([...this.#underway.values()].map(({ worker }) => worker));
    let worker = 0;
    while (taken.has(worker)) worker += 1;
    const iteration = this.#startOf(key);
    const pace = new Pace();
    pace.record(performance.now(), iteration);
    this.#underway.set(nameOfTraining(key), { key, worker, pace, iteration });
  }

  /** A training that was started continues from its checkpoint, which says nothing about the pace. */
  resume(key: TrainingKey, iteration: number): void {
    const training = this.#underway.get(nameOfTraining(key));
    if (!training) return;
    this.#timeLeft?.resume(key, iteration, this.#clock.now());
    const skipped = iteration - training.iteration;
    this.#skippedIterations += skipped;
    this.#shared.skip(key, iteration - this.#startOf(key));
    training.iteration = iteration;
    training.pace = new Pace();
    training.pace.record(performance.now(), iteration);
  }

  advance(key: TrainingKey, iteration: number): void {
    const training = this.#underway.get(nameOfTraining(key));
    if (!training) return;
    this.#timeLeft?.advance(key, iteration, this.#clock.now());
    training.iteration = iteration;
    this.#shared.advance(key, iteration - this.#startOf(key));
    training.pace.record(performance.now(), iteration);
  }

  finish(key: TrainingKey, isAdopted: boolean): void {
    this.#timeLeft?.finish(key, isAdopted, this.#clock.now());
    const iterations = iterationsOf(this.#settings, key);
    this.#underway.delete(nameOfTraining(key));
    this.#finishedIterations += iterations;
    if (isAdopted) this.#skippedIterations += iterations;
    this.#shared.finish(key);
  }

  get isRunning(): boolean {
    return this.#underway.size > 0;
  }

  now(): {
    readonly fraction: number;
    readonly etaSeconds: number | undefined;
    readonly running: readonly RunningTraining[];
  } {
    const underway = [...this.#underway.values()];
    const done = underway.reduce(
      (sum, { key, iteration }) => sum + iteration - this.#startOf(key),
      this.#finishedIterations,
    );
    this.#pace.record(performance.now(), done - this.#skippedIterations);
    return {
      fraction: done / this.#total,
      etaSeconds: this.#timeLeft
        ? this.#timeLeft.seconds()
        : this.#pace.secondsLeft(this.#total - this.#skippedIterations),
      running: underway.map((training) => this.#describe(training)),
    };
  }

  #describe({ key, worker, pace, iteration }: Underway): RunningTraining {
    const { from, to } = spanOf(this.#settings, key);
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
    return spanOf(this.#settings, key).from;
  }
}

/** Stands still during pauses. */
class PausableClock {
  #paused = 0;
  #pausedSince: number | undefined;

  now(): number {
    return (this.#pausedSince ?? performance.now()) - this.#paused;
  }

  setPaused(isPaused: boolean): void {
    if (isPaused) {
      this.#pausedSince ??= performance.now();
      return;
    }
    if (this.#pausedSince === undefined) return;
    this.#paused += performance.now() - this.#pausedSince;
    this.#pausedSince = undefined;
  }
}
