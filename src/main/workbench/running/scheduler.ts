/** Decides what idle workers do next, for one search or for the searches of a sweep. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { RunControl } from './run-control.ts';

/** Work for one worker: a training, or a unit of an analysis. */
export interface Job {
  /** The job with the smallest value goes first, over all searches. */
  readonly priority: number;
  /**
   * Does the work: from when a worker is free until the result is saved.
   *
   * @param freeWorker called when the worker is no longer needed, before the result is saved. The
   *   next job starts within the call.
   */
  run(freeWorker: () => void): Promise<void>;
}

/** The remaining jobs of one search. */
export interface JobList {
  /** The most urgent job that can start now. */
  next(): Job | undefined;
  /** Removes a job that is about to run from the list. */
  take(job: Job): void;
  /** How many jobs are on the list, whether or not they can start now. */
  readonly remaining: number;
}

export interface Entry {
  readonly jobs: JobList;
  readonly control: RunControl;
  /** Called when the first job fails, to stop the running ones. */
  onFailure(): void;
  /** Called when the search has entered the scheduler; see `expect`. */
  onEntered?(): void;
}

interface Entrant {
  readonly jobs: JobList;
  readonly control: RunControl;
  /** Started jobs that have not ended. */
  readonly running: Set<Promise<void>>;
  /** How many of them occupy a worker. */
  workersUsed: number;
  readonly onFailure: () => void;
  failure: { readonly error: unknown } | undefined;
  /** Makes `run` check again what is left. */
  wake: () => void;
}

/**
 * Gives every free worker to the most urgent job of all searches. Paused, draining and stopped
 * searches are skipped. Workers of a paused search do not count as used, so other searches may use
 * as many as before. No job starts until every expected search has entered its jobs. So a search
 * that is ready early takes no worker from a more urgent job.
 */
export class Scheduler {
  readonly #entrants = new Set<Entrant>();
  #workers = 0;
  /** Expected searches that have not entered their jobs yet. */
  #expected = 0;

  /** @param workers how many jobs may run at the same time from now on. */
  useWorkers(workers: number): void {
    this.#workers = workers;
    this.#offer();
  }

  /**
   * Announces a search. No job starts until the search has entered or given up.
   *
   * @returns a function to call when the search has entered or given up; further calls do nothing.
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
   * @throws the error of the first job that failed; WorkbenchError `interrupted` if the search was
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
        // Another search may have waited for what was just saved.
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
