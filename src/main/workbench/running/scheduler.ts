/** Decides what idle workers do next, for one search or for the searches of a sweep. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { RunControl } from './run-control.ts';

/** Work for one worker: a training, or a unit of an analysis. */
export interface Job {
  /** The least goes first, over all searches. */
  readonly priority: number;
  /**
   * Does the work, from the moment a worker is free until the result is saved.
   *
   * @param freeWorker called when the worker is no longer needed, before the result is saved; the
   *   next job starts within the call.
   */
  run(freeWorker: () => void): Promise<void>;
}

/** What is left to do of one search. */
export interface JobList {
  /** The job that goes first of those that can start now. */
  next(): Job | undefined;
  /** Takes a job off the list; it is about to run. */
  take(job: Job): void;
  /** How many jobs are on the list, whether they can start now or not. */
  readonly remaining: number;
}

export interface Entry {
  readonly jobs: JobList;
  readonly control: RunControl;
  /** Called when the first job fails, to stop those that run. */
  onFailure(): void;
  /** Called when the search has its place among the others; see `expect`. */
  onEntered?(): void;
}

interface Entrant {
  readonly jobs: JobList;
  readonly control: RunControl;
  /** Jobs whose end is waited for. */
  readonly running: Set<Promise<void>>;
  /** How many of them need a worker. */
  workersUsed: number;
  readonly onFailure: () => void;
  failure: { readonly error: unknown } | undefined;
  /** Lets `run` look again at what is left. */
  wake: () => void;
}

/**
 * Gives every free worker to the most urgent job of all. A search that is paused, draining or stopped
 * is passed over, and what a paused search holds counts for nothing: others may use as many workers
 * as before. No job starts before every search that is expected has told its jobs, so that one that
 * is ready early takes nothing from a more urgent one.
 */
export class Scheduler {
  readonly #entrants = new Set<Entrant>();
  #workers = 0;
  /** Searches that will tell their jobs but have not yet. */
  #expected = 0;

  /** @param workers how many jobs run side by side from now on. */
  useWorkers(workers: number): void {
    this.#workers = workers;
    this.#offer();
  }

  /**
   * Announces a search. Nothing starts until it runs, or has given up.
   *
   * @returns to be called when it gives up; further calls do nothing.
   */
  expect(): () => void {
    this.#expected += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#expected -= 1;
      this.#offer();
    };
  }

  /**
   * Runs the jobs of one search until none is left.
   *
   * @throws whatever the first job that failed threw; WorkbenchError `interrupted` if the search was
   *   stopped before all jobs had started.
   */
  async run({ jobs, control, onFailure, onEntered }: Entry): Promise<void> {
    const entrant: Entrant = {
      jobs,
      control,
      running: new Set(),
      workersUsed: 0,
      onFailure,
      failure: undefined,
      wake: () => undefined,
    };
    this.#entrants.add(entrant);
    onEntered?.();
    const unfollow = control.follow(() => {
      this.#offer();
      entrant.wake();
    });
    try {
      this.#offer();
      while (entrant.running.size > 0 || (mayStart(entrant) && jobs.remaining > 0)) {
        await new Promise<void>((resolve) => {
          entrant.wake = resolve;
        });
      }
    } finally {
      unfollow();
      this.#entrants.delete(entrant);
    }
    if (entrant.failure) throw entrant.failure.error;
    if (jobs.remaining > 0) {
      throw new WorkbenchError('interrupted', `stopped with ${jobs.remaining} jobs to go`);
    }
  }

  /** Starts as many jobs as there are free workers. */
  #offer(): void {
    if (this.#expected > 0) return;
    while (this.#workersUsed < this.#workers) {
      const first = this.#mostUrgent();
      if (!first) return;
      this.#start(first.entrant, first.job);
    }
  }

  get #workersUsed(): number {
    let used = 0;
    for (const { control, workersUsed } of this.#entrants) {
      if (!control.isPaused) used += workersUsed;
    }
    return used;
  }

  #mostUrgent(): { readonly entrant: Entrant; readonly job: Job } | undefined {
    let first: { readonly entrant: Entrant; readonly job: Job } | undefined;
    for (const entrant of this.#entrants) {
      if (!mayStart(entrant) || entrant.control.isPaused) continue;
      const job = entrant.jobs.next();
      if (job && (!first || job.priority < first.job.priority)) first = { entrant, job };
    }
    return first;
  }

  #start(entrant: Entrant, job: Job): void {
    entrant.jobs.take(job);
    entrant.workersUsed += 1;
    let hasWorker = true;
    const freeWorker = (): void => {
      if (!hasWorker) return;
      hasWorker = false;
      entrant.workersUsed -= 1;
      this.#offer();
    };
    const running = job
      .run(freeWorker)
      .catch((error: unknown) => {
        if (entrant.failure) return;
        entrant.failure = { error };
        entrant.onFailure();
      })
      .finally(() => {
        entrant.running.delete(running);
        freeWorker();
        // Another search may have waited for what this one has just saved.
        this.#offer();
        for (const each of this.#entrants) each.wake();
      });
    entrant.running.add(running);
  }
}

/** Whether another job of the search may start, now or once it is no longer paused. */
function mayStart({ control, failure }: Entrant): boolean {
  return failure === undefined && !control.isStopped && !control.isDraining;
}
