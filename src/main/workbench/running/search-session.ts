/** One run of a search in this process: its lease, its status, its events, and how it ends. */
import { setTimeout as wait } from 'node:timers/promises';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import type { LogEntry } from '../../../shared/contract/records/search-results.ts';
import type { SearchResult } from '../../../shared/domain/search.ts';
import type { Store } from '../../store/store.ts';
import { logEntriesOf } from './log-entries.ts';
import { Repeated } from './repeated.ts';
import type { RunControl } from './run-control.ts';
import { nowRuns } from './running-ids.ts';
import {
  type EarlyEnd,
  earlyEnd,
  eventAfter,
  reportAfter,
  type SearchEnd,
  statusAfter,
} from './search-end.ts';

export interface SessionOptions {
  readonly store: Pick<Store, 'searches' | 'leases' | 'log' | 'isInPlace' | 'rescue' | 'inTurn'>;
  readonly searchId: string;
  /**
   * Distinguishes this process's searches from those that another process runs on the same data.
   */
  readonly owner: string;
  readonly control: RunControl;
  /** How often the lease is renewed, well within its duration. */
  readonly heartbeatMilliseconds: number;
  /** The result of a finished search. */
  result(): SearchResult;
  onEvent(event: SearchEvent): void;
  onLogged(entry: LogEntry): void;
}

export class SearchSession {
  readonly #options: SessionOptions;
  #lastLogged = '';
  #leaseLost: WorkbenchError | undefined;
  /** Settles when everything told until now is logged. */
  #logging: Promise<void> = Promise.resolve();
  /** Why something could not be logged. */
  #logFailure: { readonly error: unknown } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Holds the lease while `work` runs, and saves how it ended.
   *
   * @throws WorkbenchError `not-found`; `conflict` while another process runs the search. An error
   *   of `work` is not thrown, but becomes the end of the session.
   */
  async run(work: () => Promise<void>): Promise<SearchEnd> {
    const { store, searchId, owner } = this.#options;
    await store.inTurn(() => {
      store.leases.acquire(searchId, owner);
    });
    const hasEnded = nowRuns(searchId);
    try {
      const hadFinished = store.searches.status(searchId) === 'finished';
      await store.inTurn(() => {
        store.searches.begin(searchId);
      });
      const early = await this.#workWithLease(work, hadFinished);
      return await (early ? this.#endEarly(early, hadFinished) : this.#finish(hadFinished));
    } finally {
      hasEnded();
      // The log is written by then.
      await store.inTurn(() => {
        store.leases.release(searchId, owner);
      });
    }
  }

  async #finish(hadFinished: boolean): Promise<SearchEnd> {
    const { store, searchId } = this.#options;
    if (!hadFinished) {
      await store.inTurn(() => {
        store.searches.setStatus(searchId, 'finished');
      });
    }
    // The result includes the status, so it is computed after the status is saved.
    const result = this.#options.result();
    this.tell({ type: 'result', search: result });
    return { reason: 'finished', result };
  }

  /** A finished search stays finished, even if its analyses fail. */
  async #endEarly(end: EarlyEnd, hadFinished: boolean): Promise<SearchEnd> {
    const { store, searchId } = this.#options;
    const status = statusAfter(end);
    if (status !== undefined && !hadFinished) {
      await store.inTurn(() => {
        store.searches.setStatus(searchId, status, reportAfter(end));
      });
    }
    const event = eventAfter(end, searchId);
    if (event) this.tell(event);
    return end;
  }

  /** Passes an event on, and logs it unless it is too frequent for that. A search that can't log stops. */
  tell(event: SearchEvent): void {
    for (const entry of logEntriesOf(event, Date.now())) {
      // A preparation of many parts reports the same repeatedly.
      if (entry.message === this.#lastLogged) continue;
      this.#lastLogged = entry.message;
      this.#log(entry);
    }
    this.#options.onEvent(event);
  }

  #log(entry: LogEntry): void {
    const { store, searchId, control, onLogged } = this.#options;
    this.#logging = store
      .inTurn(() => {
        store.log.append(searchId, entry);
        onLogged(entry);
      })
      .catch((error: unknown) => {
        this.#logFailure ??= { error };
        control.stop();
      });
  }

  async #workWithLease(
    work: () => Promise<void>,
    hadFinished: boolean,
  ): Promise<EarlyEnd | undefined> {
    const heartbeat = new Repeated(this.#options.heartbeatMilliseconds, () => this.#renewLease());
    let failure: { readonly error: unknown } | undefined;
    try {
      await work();
    } catch (error) {
      failure = { error };
    }
    await Promise.all([heartbeat.stop(), this.#logging]);
    failure = this.#logFailure ?? failure;
    const lost = (await this.#rescued()) ?? this.#leaseLost;
    if (lost) return { reason: 'lease-lost', error: lost };
    return failure && earlyEnd(failure.error, this.#options.searchId, hadFinished);
  }

  /**
   * Saves the results elsewhere if the database is not in its place any more. Waits until that is
   * possible, because only this process has them.
   *
   * @returns what happened to the database; undefined if it is in its place.
   */
  async #rescued(): Promise<WorkbenchError | undefined> {
    const { store, heartbeatMilliseconds, onEvent } = this.#options;
    for (;;) {
      const moved = store.rescue();
      if (!moved || moved.isSaved) return moved?.error;
      onEvent({ type: 'preparing', what: `to save the results: ${moved.error.message}` });
      await wait(heartbeatMilliseconds);
    }
  }

  /** Only another owner ends the session. Any other failed heartbeat is tried again. */
  async #renewLease(): Promise<void> {
    const { store, searchId, owner, control } = this.#options;
    const renew = (): void => {
      store.leases.renew(searchId, owner);
    };
    try {
      if (!store.isInPlace()) {
        control.stop();
        return;
      }
      await store.inTurn(renew, { isSynced: false });
    } catch (error) {
      if (!(error instanceof WorkbenchError) || error.code !== 'conflict') return;
      this.#leaseLost = error;
      control.stop();
    }
  }
}
