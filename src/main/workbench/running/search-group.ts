/** Searches that run together: on the same workers, in one order, training once what is the same. */
import type { Settings } from '../../../shared/domain/settings.ts';
import { type Dataset, withoutCommon } from '../../engine/datasets/dataset.ts';
import { Scheduler } from './scheduler.ts';
import { SharedTrainings, type SharingSearch } from './shared-trainings.ts';
import { type StartThread, TaskPool } from './task-pool.ts';
import { startWorkerThread } from './worker-thread.ts';

export interface SearchGroupOptions {
  /** Trainings side by side. */
  readonly workers: number;
  /** The searches of a sweep, whether they run now or not; none by default, which shares nothing. */
  readonly members?: readonly SharingSearch[];
  /** Real threads by default. */
  readonly startThread?: StartThread;
}

/** A search's place in its group. */
export interface GroupPlace {
  /** The search has told the scheduler its jobs, or never will: the others need not wait for it. */
  ready(): void;
  /** The search is over. The last one to leave ends the workers. */
  leave(): Promise<void>;
}

/** The workers start when the first search needs them. A group of one search is a group, too. */
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

  /** Comes before anything else that a search does. */
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
   * @param useful with more workers than this, some would have nothing to do.
   * @throws WorkbenchError if a worker can't start; the next call tries again.
   */
  pool(useful: number): Promise<TaskPool> {
    this.#pool ??= this.#startPool(useful).catch((error: unknown) => {
      this.#pool = undefined;
      throw error;
    });
    return this.#pool;
  }

  /** Reads a dataset once, however many searches train on it and on whichever part of it. */
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

  /** Lets one search after the other prepare itself: what one measures is known to the next. */
  prepare<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#preparation.then(work);
    this.#preparation = result.catch(() => undefined);
    return result;
  }

  async #startPool(useful: number): Promise<TaskPool> {
    // A finished search that is analysed has no training left, but units of its analyses.
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
    // A pool that could not start has ended its workers by itself.
    await pool?.then(
      (started) => started.close(),
      () => undefined,
    );
  }
}
