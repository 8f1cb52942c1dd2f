/**
 * The searches that wait in this process. Each is in the stored queue, and this process holds its lease. What
 * changes them is for use in a turn.
 */
import { type ErrorReport, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { Store } from '../../store/store.ts';

export interface WaitingSearchesOptions {
  readonly store: Pick<Store, 'searches' | 'analyses' | 'queue' | 'leases' | 'log' | 'inTurn'>;
  /** Distinguishes this process's leases from those of others. */
  readonly owner: string;
  /** Called when a search starts or stops waiting here. */
  onChanged(id: string): void;
  emit(event: WorkbenchEvent): void;
}

export class WaitingSearches {
  readonly #options: WaitingSearchesOptions;
  readonly #ids = new Set<string>();

  constructor(options: WaitingSearchesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#ids.size;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /**
   * Puts a search at the end of the queue.
   *
   * @throws WorkbenchError `not-found`; `conflict` if another process holds it, or nothing is left
   *   to do for it.
   */
  add(id: string, workers: number | undefined): void {
    const { store, owner, onChanged } = this.#options;
    if (this.isDone(id)) {
      throw new WorkbenchError(
        'conflict',
        `the search ${id} has finished`,
        'Clone it to run it again with other settings.',
      );
    }
    store.leases.acquire(id, owner);
    store.queue.add(id, workers);
    this.#ids.add(id);
    onChanged(id);
  }

  /** Ends the wait of a search that starts running. This process keeps its lease. */
  begin(id: string): void {
    this.#ids.delete(id);
  }

  /**
   * Removes a search from the queue that waits here, or that an ended process left paused.
   *
   * @returns whether it was in the queue.
   * @throws WorkbenchError `conflict` if another process holds it.
   */
  withdraw(id: string): boolean {
    const { store, owner, onChanged } = this.#options;
    if (!store.queue.list().some(({ searchId }) => searchId === id)) return false;
    store.leases.acquire(id, owner);
    store.queue.remove(id);
    if (this.isFinished(id)) store.analyses.cancel(id);
    else store.searches.setStatus(id, 'interrupted');
    this.release(id);
    onChanged(id);
    return true;
  }

  /** If a lease is lost, this process was silent for too long and another one owns the search. */
  async renewLeases(): Promise<void> {
    const { store, owner } = this.#options;
    if (this.#ids.size === 0) return;
    const renew = (): void => {
      for (const id of store.leases.renewAll([...this.#ids], owner)) this.#ids.delete(id);
    };
    await store.inTurn(renew, { isSynced: false });
  }

  /** Whether any search of the queue could start, here or where it waits. */
  mayStart(isRunning: (id: string) => boolean): boolean {
    return this.#options.store.queue
      .list()
      .some(({ searchId, isPaused }) => !isPaused && !isRunning(searchId));
  }

  /** Adopts waiting searches that belong to no living process. */
  adoptOrphans(isRunning: (id: string) => boolean): void {
    for (const { searchId, isPaused } of this.#options.store.queue.list()) {
      if (isPaused || this.has(searchId) || isRunning(searchId)) continue;
      try {
        this.#adopt(searchId);
      } catch (error) {
        // Another process holds it.
        if (!isConflict(error)) throw error;
      }
    }
  }

  #adopt(id: string): void {
    const { store, owner, onChanged } = this.#options;
    const isDone = this.isDone(id);
    store.leases.acquire(id, owner);
    if (isDone) {
      store.queue.remove(id);
      this.release(id);
      return;
    }
    this.#ids.add(id);
    onChanged(id);
  }

  release(id: string): void {
    this.#ids.delete(id);
    this.#options.store.leases.release(id, this.#options.owner);
  }

  releaseAll(): void {
    for (const id of this.#ids) this.release(id);
  }

  /** Fails a search that can't be started, with the reason in its status and log. */
  fail(id: string, report: ErrorReport): void {
    const { store, onChanged, emit } = this.#options;
    const entry = { at: Date.now(), severity: 'error', message: report.message } as const;
    if (this.isFinished(id)) store.analyses.cancel(id);
    else store.searches.setStatus(id, 'failed', report);
    store.log.append(id, entry);
    store.queue.remove(id);
    this.release(id);
    emit({ type: 'search-logged', id, entry });
    onChanged(id);
  }

  /** Whether all its trainings have finished. */
  isFinished(id: string): boolean {
    return this.#options.store.searches.status(id) === 'finished';
  }

  /** Whether nothing is left to do for it, analyses included. */
  isDone(id: string): boolean {
    if (!this.isFinished(id)) return false;
    return !this.#options.store.analyses
      .list(id)
      .some(({ isWanted, finishedAt }) => isWanted && finishedAt === undefined);
  }
}

export function isConflict(error: unknown): boolean {
  return error instanceof WorkbenchError && error.code === 'conflict';
}

/** Why a search that neither runs nor waits in this process can't be paused or stopped. */
export function notHere(
  { history }: Pick<Store, 'history'>,
  id: string,
  participle: string,
): WorkbenchError {
  const { state } = history.get(id);
  return new WorkbenchError(
    'conflict',
    `the search ${id} can't be ${participle}: it is ${state}` +
      (state === 'running' || state === 'queued' ? ' in another process' : ''),
    state === 'running' ? 'Stop it where it was started.' : undefined,
  );
}
