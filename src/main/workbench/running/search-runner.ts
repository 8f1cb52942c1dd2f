/** Runs searches, alone or as the searches of a sweep. */
import { randomUUID } from 'node:crypto';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchEvent } from '../../../shared/contract/events.ts';
import type { LogEntry } from '../../../shared/contract/records/search-results.ts';
import type { SearchResult } from '../../../shared/domain/search.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
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
  /** How many trainings run at the same time. Default: one per core. */
  readonly workers?: number | undefined;
  /** Stops the search after the current steps. Finished work stays saved. */
  readonly signal?: AbortSignal | undefined;
  /** Stops and pauses the search. */
  readonly control?: RunControl;
  /**
   * Whether this run trains it. A search with trainings left is stopped when those that are wanted have
   * finished. Default: all are wanted.
   */
  isWanted?(key: TrainingKey): boolean;
  /** The searches that share its workers and trainings. Default: it runs alone. */
  readonly group?: SearchGroup | undefined;
  onEvent?(event: SearchEvent): void;
  /** Called with each new entry of the search's log. */
  onLogged?(entry: LogEntry): void;
}

export interface RunSweepOptions {
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal;
  /** @param progress the progress of the whole sweep. */
  onEvent?(searchId: string, event: SearchEvent, progress: () => Progress): void;
}

const HEARTBEAT_MILLISECONDS = 2000;

/** A sweep has many searches, so each renews its lease less often. */
const SWEEP_HEARTBEAT_MILLISECONDS = 6000;

export class SearchRunner {
  /**
   * Distinguishes this process's searches from those that another process runs on the same data.
   */
  readonly owner: string = randomUUID();
  readonly #store: Store;
  readonly #history: SearchHistory;
  readonly #startThread: StartThread | undefined;

  /** @param startThread default: real worker threads. */
  constructor(store: Store, history: SearchHistory, startThread?: StartThread) {
    this.#store = store;
    this.#history = history;
    this.#startThread = startThread;
  }

  /**
   * Runs what a search still lacks: all of it, or what an interruption left undone.
   *
   * @throws WorkbenchError the error of a failed search; `interrupted` if it was stopped;
   *   `conflict` if another process runs it, or its dataset has changed.
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
    // Join before waiting for anything: all searches of a sweep must join before one of them
    // starts.
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
   * @param workers how many trainings run at the same time over all of them. Default: one per core.
   */
  groupOf(sweepId: string, workers?: number): SearchGroup {
    const members = this.#store.sweeps.members(sweepId);
    return this.groupOfSearches(
      members.map(({ searchId }) => searchId),
      workers,
    );
  }

  /** As `groupOf`, for searches that need not be of one sweep. */
  groupOfSearches(searchIds: readonly string[], workers?: number): SearchGroup {
    return this.#newGroup(
      workers,
      searchIds
        .map((searchId) => this.#store.searches.get(searchId))
        // The others fail when they run, and what they would share is unknown.
        .filter(hasItsPlugIns)
        .map(({ id, settings }) => ({
          ...subjectOf(settings, this.#store.searches.layout(id)),
          finished: this.#store.trainings.keys(id),
        })),
    );
  }

  /**
   * Runs what the searches of a sweep still lack, together. A failure of one leaves the others
   * alone.
   *
   * @throws WorkbenchError `interrupted` if it was stopped; or as the first search that failed.
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
        `The sweep ${id} was stopped; its trainings are saved as far as they came.`,
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
          isWanted: (key) => options.isWanted?.(key) ?? true,
          onEntered,
          summarize: () => this.#history.summarizeInTurn(search.id),
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
