/** Searches that run together: on the same workers, in one order, running equal trainings once. */
import type { Settings } from '../../../shared/domain/settings.ts';
import { type Dataset, withoutCommon } from '../../engine/datasets/dataset.ts';
import { Scheduler } from './scheduler.ts';
import { SharedTrainings, type SharingSearch } from './shared-trainings.ts';
import { type StartThread, TaskPool } from './task-pool.ts';
import { startWorkerThread } from './worker-thread.ts';

export interface SearchGroupOptions {
  /** How many trainings run at the same time. */
  readonly workers: number;
  /** The searches of a sweep, running or not. Default: none, which shares nothing. */
  readonly members?: readonly SharingSearch[];
  /** Default: real threads. */
  readonly startThread?: StartThread;
}

/** A search's place in its group. */
export interface GroupPlace {
  /** The search has entered the scheduler or never will, so the others need not wait for it. */
  ready(): void;
  /** The search is over. The last one to leave ends the workers. */
  leave(): Promise<void>;
}

/** The workers start when the first search needs them. A group may have a single search. */
export class SearchGroup {
  readonly scheduler = new Scheduler();
  readonly trainings: SharedTrainings;
  readonly #workers: number;
  readonly #startThread: StartThread;
  readonly #datasets = new Map<string, Promise<Dataset>>();
  #pool: Promise<TaskPool> | undefined;
  #preparation: Promise<unknown> = Promise.resolve();
  #searches = 0;

  constructor({
    workers,
    members = [],
    startThread = () => startWorkerThread(),
  }: SearchGroupOptions) {
    this.#workers = workers;
    this.#startThread = startThread;
    this.trainings = new SharedTrainings(members);
  }

  /** Must come before anything else that a search does. */
  join(): GroupPlace {
    this.#searches += 1;
    const ready = this.scheduler.expect();
    return {
      ready,
      leave: async () => {
        ready();
        this.#searches -= 1;
        if (this.#searches === 0) await this.#close();
      },
    };
  }

  /**
   * The workers of the group.
   *
   * @param useful the most workers that would have work.
   * @throws WorkbenchError if a worker can't start; the next call tries again.
   */
  pool(useful: number): Promise<TaskPool> {
    this.#pool ??= this.#startPool(useful).catch((error: unknown) => {
      this.#pool = undefined;
      throw error;
    });
    return this.#pool;
  }

  /** Reads a dataset once for all searches that train on it or on any part of it. */
  dataset(choice: Settings['dataset'], load: () => Promise<Dataset>): Promise<Dataset> {
    const name = JSON.stringify(withoutCommon(choice));
    const known = this.#datasets.get(name);
    if (known) return known;
    const dataset = load().catch((error: unknown) => {
      this.#datasets.delete(name);
      throw error;
    });
    this.#datasets.set(name, dataset);
    return dataset;
  }

  /** Prepares one search after another, so each can use what earlier ones measured. */
  prepare<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#preparation.then(work);
    this.#preparation = result.catch(() => undefined);
    return result;
  }

  async #startPool(useful: number): Promise<TaskPool> {
    // A finished search may have no trainings left but units of analyses.
    const most = this.trainings.isSharing ? Math.max(this.trainings.missing, useful) : useful;
    const size = Math.max(1, Math.min(this.#workers, most));
    const pool = new TaskPool(size, this.#startThread);
    await pool.start();
    this.scheduler.useWorkers(size);
    return pool;
  }

  async #close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    this.#datasets.clear();
    // A pool that failed to start has already ended its workers.
    await pool?.then(
      (started) => started.close(),
      () => undefined,
    );
  }
}
