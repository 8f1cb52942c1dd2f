/** Which trainings of a search are left, and which goes next. */
import { plannedTrainings, prerequisiteOf, urgencyOf } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { nameOfTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import type { Job, JobList } from './scheduler.ts';

export interface TrainingJob extends Job {
  readonly key: TrainingKey;
  /** Its place in the plan. */
  readonly index: number;
}

export interface TrainingJobsOptions {
  readonly settings: Settings;
  /** Trainings that are already saved. */
  readonly finished: readonly TrainingKey[];
  /** Whether this run trains it. */
  isWanted(key: TrainingKey): boolean;
  /** Whether another search is running an equal training, whose result is then awaited. */
  isTrainedElsewhere(key: TrainingKey): boolean;
  run(key: TrainingKey, freeWorker: () => void): Promise<void>;
}

/**
 * A training can start when the previous level's ticket has finished, which provides its mask.
 * Tickets go before branches and low levels before high ones, because the whole search waits for
 * the chain of tickets. Ties follow the order of the plan.
 *
 * Choosing the next training takes as long with thousands of replicates as with one.
 */
export class TrainingJobs implements JobList {
  readonly #options: TrainingJobsOptions;
  /** Trainings by the name of the training that they wait for. */
  readonly #blocked = new Map<string, TrainingJob[]>();
  /** Trainings that can start, by urgency; each list in the order of the plan. */
  readonly #ready = new Map<number, TrainingJob[]>();
  /** The keys of `#ready`, the least first. */
  #urgencies: number[] = [];
  #remaining = 0;

  constructor(options: TrainingJobsOptions) {
    this.#options = options;
    const finished = new Set(options.finished.map(nameOfTraining));
    for (const [index, key] of plannedTrainings(options.settings).entries()) {
      if (finished.has(nameOfTraining(key)) || !options.isWanted(key)) continue;
      this.#remaining += 1;
      const run = (freeWorker: () => void): Promise<void> => options.run(key, freeWorker);
      const job = { key, index, priority: urgencyOf(key), run };
      const prerequisite = prerequisiteOf(key);
      if (prerequisite === undefined || finished.has(nameOfTraining(prerequisite))) {
        this.#addReady(job);
        continue;
      }
      const name = nameOfTraining(prerequisite);
      const others = this.#blocked.get(name);
      if (others) others.push(job);
      else this.#blocked.set(name, [job]);
    }
  }

  get remaining(): number {
    return this.#remaining;
  }

  next(): TrainingJob | undefined {
    for (const urgency of this.#urgencies) {
      const job = this.#ready
        .get(urgency)
        ?.find(({ key }) => !this.#options.isTrainedElsewhere(key));
      if (job) return job;
    }
    return undefined;
  }

  take(job: Job): void {
    const ready = this.#ready.get(job.priority) ?? [];
    const index = ready.findIndex((other) => other === job);
    if (index < 0) throw new Error('a training was started that was not ready');
    ready.splice(index, 1);
    if (ready.length === 0) {
      this.#ready.delete(job.priority);
      this.#urgencies = this.#urgencies.filter((urgency) => urgency !== job.priority);
    }
    this.#remaining -= 1;
  }

  /** Makes the trainings ready that waited for this one. */
  finish(key: TrainingKey): void {
    const name = nameOfTraining(key);
    for (const job of this.#blocked.get(name) ?? []) this.#addReady(job);
    this.#blocked.delete(name);
  }

  #addReady(job: TrainingJob): void {
    const ready = this.#ready.get(job.priority);
    if (ready) {
      const place = ready.findLastIndex(({ index }) => index < job.index) + 1;
      ready.splice(place, 0, job);
      return;
    }
    this.#ready.set(job.priority, [job]);
    this.#urgencies = [...this.#urgencies, job.priority].toSorted((one, other) => one - other);
  }
}
