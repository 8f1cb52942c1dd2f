/** Runs searches, alone or as the searches of a sweep. */
import { randomUUID } from 'node:crypto';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import type { LogEntry } from '../../../shared/contract/records.ts';
import type { SearchResult } from '../../../shared/domain/search.ts';
import type { Store } from '../../store/store.ts';
import { defaultWorkers } from '../environment.ts';
import type { SearchHistory } from '../history/search-history.ts';
import { hasItsPlugIns } from '../plug-ins/used.ts';
import { subjectOf } from '../analyses/analysis-plan.ts';
import { RunControl } from './run-control.ts';
import { resultOf, type SearchEnd } from './search-end.ts';
import { SearchGroup } from './search-group.ts';
import { runSearch } from './search-run.ts';
import { SearchSession } from './search-session.ts';
import type { Progress } from './shared-trainings.ts';
import type { StartThread } from './task-pool.ts';

export interface RunSearchOptions {
  /** Trainings side by side; one for each core by default. */
  readonly workers?: number | undefined;
  /** Stops the search after the running steps; what is finished stays saved. */
  readonly signal?: AbortSignal | undefined;
  /** To stop and pause it. */
  readonly control?: RunControl;
  /** The searches it shares workers and trainings with; by default it runs alone. */
  readonly group?: SearchGroup | undefined;
  onEvent?(event: SearchEvent): void;
  /** Told what is written to the search's log. */
  onLogged?(entry: LogEntry): void;
}

export interface RunSweepOptions {
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal;
  /** @param progress of the whole sweep. */
  onEvent?(searchId: string, event: SearchEvent, progress: () => Progress): void;
}

const HEARTBEAT_MILLISECONDS = 2000;

/** The searches of a sweep are many, so each renews its lease less often. */
const SWEEP_HEARTBEAT_MILLISECONDS = 6000;

export class SearchRunner {
  /** Tells this process's searches from those another one runs on the same data. */
  readonly owner: string = randomUUID();
  readonly #store: Store;
  readonly #history: SearchHistory;
  readonly #startThread: StartThread | undefined;

  /** @param startThread real worker threads by default. */
  constructor(store: Store, history: SearchHistory, startThread?: StartThread) {
    this.#store = store;
    this.#history = history;
    this.#startThread = startThread;
  }

  /**
   * Runs what a search still lacks: all of it, or what an interruption left undone.
   *
   * @throws WorkbenchError as the search failed; `interrupted` if it was stopped; `conflict` if
   *   another process runs it, or its dataset has changed.
   */
  async run(searchId: string, options: RunSearchOptions = {}): Promise<SearchResult> {
    return resultOf(await this.runToEnd(searchId, options));
  }

  /**
   * Runs what a search still lacks, and returns how that ended.
   *
   * @throws WorkbenchError `not-found`; `conflict` if another process runs it.
   */
  async runToEnd(searchId: string, options: RunSearchOptions = {}): Promise<SearchEnd> {
    const group = options.group ?? this.#newGroup(options.workers);
    // Before anything is waited for: the searches of a sweep all join before one of them starts.
    const place = group.join();
    try {
      return await this.#run(searchId, group, place.ready, options);
    } finally {
      await place.leave();
    }
  }

  /**
   * The searches of a sweep, to be run together.
   *
   * @param workers trainings side by side, over all of them; one for each core by default.
   */
  groupOf(sweepId: string, workers?: number): SearchGroup {
    return this.#newGroup(
      workers,
      this.#store.sweeps
        .members(sweepId)
        .map(({ searchId }) => this.#store.searches.get(searchId))
        // Others fail when they are run; what they would share can't be known.
        .filter(hasItsPlugIns)
        .map(({ id, settings }) => ({
          ...subjectOf(settings, this.#store.searches.layout(id)),
          finished: this.#store.trainings.keys(id),
        })),
    );
  }

  /**
   * Runs what the searches of a sweep still lack, together. One that fails leaves the others alone.
   *
   * @throws WorkbenchError `interrupted` if it was stopped; as the first search that failed.
   */
  async runSweep(sweepId: string, options: RunSweepOptions = {}): Promise<void> {
    const { signal } = options;
    const { id } = this.#store.sweeps.get(sweepId);
    const group = this.groupOf(id, options.workers);
    const progress = (): Progress => group.trainings.progress;
    const unfinished = this.#store.sweeps
      .members(id)
      .map(({ searchId }) => searchId)
      .filter((searchId) => this.#store.searches.status(searchId) !== 'finished');
    const ends = await Promise.allSettled(
      unfinished.map((searchId) =>
        this.run(searchId, {
          group,
          signal,
          onEvent: (event) => options.onEvent?.(searchId, event, progress),
        }),
      ),
    );
    if (signal?.aborted) {
      throw new WorkbenchError(
        'interrupted',
        `The sweep ${id} was stopped; every finished training is saved.`,
        `Continue with: ticket resume ${id}`,
      );
    }
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #run(
    searchId: string,
    group: SearchGroup,
    onEntered: () => void,
    options: RunSearchOptions,
  ): Promise<SearchEnd> {
    const search = this.#store.searches.get(searchId);
    const { control = new RunControl(), signal } = options;
    const session = new SearchSession({
      store: this.#store,
      searchId: search.id,
      owner: this.owner,
      control,
      heartbeatMilliseconds: group.trainings.isSharing
        ? SWEEP_HEARTBEAT_MILLISECONDS
        : HEARTBEAT_MILLISECONDS,
      result: () => this.#finalResult(search.id),
      onEvent: (event) => options.onEvent?.(event),
      onLogged: (entry) => options.onLogged?.(entry),
    });
    const stop = (): void => {
      control.stop();
    };
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    try {
      return await session.run(() =>
        runSearch({
          store: this.#store,
          search,
          group,
          control,
          onEntered,
          summarize: () => {
            this.#history.summarize(search.id);
          },
          tell: (event) => {
            session.tell(event);
          },
        }),
      );
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  #finalResult(searchId: string): SearchResult {
    const result = this.#history.result(searchId);
    if (!result) throw new Error('a finished search has no dense training');
    return result;
  }

  #newGroup(
    workers: number = defaultWorkers(),
    members: ConstructorParameters<typeof SearchGroup>[0]['members'] = [],
  ): SearchGroup {
    return new SearchGroup({
      workers,
      members,
      ...(this.#startThread ? { startThread: this.#startThread } : {}),
    });
  }
}
