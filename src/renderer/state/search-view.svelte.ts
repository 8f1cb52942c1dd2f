/** One search that a view follows: loaded once, then updated by events. */
import type { Client } from '../../shared/contract/client.ts';
import type { SearchEvent, WorkbenchEvent } from '../../shared/contract/events.ts';
import type { LiveSearch } from '../../shared/contract/records/live.ts';
import type { SearchAdvice } from '../../shared/contract/records/planning.ts';
import type {
  LogEntry,
  SearchData,
  SearchDetail,
  TrainingRow,
} from '../../shared/contract/records/search-results.ts';
import type { SearchRow } from '../../shared/contract/records/search-rows.ts';
import type { SearchResult } from '../../shared/domain/search.ts';
import { Resource } from './resource.svelte.ts';
import { framed, throttled } from './timing.ts';

const MOST_LOG_ENTRIES = 1000;
/** Results are reloaded at most this often: small networks finish many trainings at once. */
const RESULT_EVERY_MILLISECONDS = 400;

export class SearchView {
  readonly id: string;
  readonly detail: Resource<SearchDetail>;
  readonly result: Resource<SearchResult | undefined>;
  /** What to do next; undefined until it has finished. */
  readonly advice: Resource<SearchAdvice | undefined>;
  readonly trainings: Resource<readonly TrainingRow[]>;
  readonly log: Resource<readonly LogEntry[]>;
  /** What was read of its datasets. */
  readonly data: Resource<readonly SearchData[]>;
  #row = $state.raw<SearchRow>();
  #live = $state.raw<LiveSearch>();
  #isGone = $state(false);
  #newEntries: LogEntry[] = [];
  #newestLive: { readonly live: LiveSearch | undefined } | undefined;
  #unsubscribe: () => void;
  #frame = framed(() => {
    this.#showNewest();
  });
  #refreshResult = throttled(() => {
    void this.result.reload();
    void this.trainings.reload();
  }, RESULT_EVERY_MILLISECONDS);

  constructor(client: Client, id: string) {
    this.id = id;
    this.detail = new Resource(async () => {
      const detail = await client.call('search.get', { id });
      this.#row = detail.row;
      this.#live = detail.live;
      return detail;
    });
    this.result = new Resource(() => client.call('search.result', { id }));
    this.advice = new Resource(() => client.call('search.advice', { id }));
    this.trainings = new Resource(() => client.call('search.trainings', { id }));
    this.log = new Resource(() => client.call('search.log', { id, limit: MOST_LOG_ENTRIES }));
    this.data = new Resource(() => client.call('search.data', { id }));
    this.#unsubscribe = client.onEvent((event) => {
      this.#hear(event);
    });
    this.reload();
  }

  get row(): SearchRow | undefined {
    return this.#row;
  }

  get live(): LiveSearch | undefined {
    return this.#live;
  }

  /** Whether the search was deleted while it was open. */
  get isGone(): boolean {
    return this.#isGone;
  }

  reload(): void {
    void this.detail.reload();
    void this.result.reload();
    void this.advice.reload();
    void this.trainings.reload();
    void this.log.reload();
    void this.data.reload();
  }

  /** Takes the row that a call on this search returned. */
  take(row: SearchRow): void {
    this.#row = row;
  }

  close(): void {
    this.#unsubscribe();
    this.#frame.cancel();
    this.#refreshResult.cancel();
  }

  #hear(event: WorkbenchEvent): void {
    switch (event.type) {
      case 'search-event':
        if (event.id === this.id) this.#hearSearch(event.event);
        return;
      case 'search-live':
        if (event.id !== this.id) return;
        this.#newestLive = { live: event.live };
        this.#frame.request();
        return;
      case 'search-logged':
        if (event.id !== this.id) return;
        this.#newEntries.push(event.entry);
        this.#frame.request();
        return;
      case 'search-changed':
        if (event.row.id !== this.id) return;
        if (this.#row?.state !== event.row.state) {
          void this.detail.reload();
          void this.advice.reload();
        }
        this.#row = event.row;
        return;
      case 'search-deleted':
        if (event.ids.includes(this.id)) this.#isGone = true;
        return;
      case 'search-undeleted':
        if (!event.ids.includes(this.id)) return;
        this.#isGone = false;
        this.reload();
        return;
      case 'history-changed':
        void this.detail.reload();
        this.#refreshResult.request();
        return;
      case 'workbench-restarted':
        this.reload();
        return;
      case 'preference-changed':
      case 'sweep-changed':
      case 'sweep-live':
      case 'dataset-progress':
      case 'dataset-changed':
      case 'dataset-failed':
      case 'backup-progress':
      case 'bundle-progress':
      case 'export-progress':
      case 'storage-progress':
      case 'database-wait':
      case 'tensorflow-changed':
      case 'workbench-lost':
    }
  }

  #hearSearch(event: SearchEvent): void {
    switch (event.type) {
      case 'training-started':
      case 'training-finished':
      case 'result':
      case 'interrupted':
      case 'failed':
        this.#refreshResult.request();
        return;
      case 'data-read':
        void this.data.reload();
        return;
      case 'started':
      case 'evaluation':
      case 'training-resumed':
      case 'preparing':
      case 'warning':
      case 'progress':
      case 'analysing':
      case 'analysis-unit-finished':
    }
  }

  #showNewest(): void {
    if (this.#newestLive) this.#live = this.#newestLive.live;
    this.#newestLive = undefined;
    const stored = this.log.value;
    if (!stored || this.#newEntries.length === 0) return;
    const recent = stored.slice(-this.#newEntries.length - 20);
    const added = this.#newEntries
      .splice(0)
      // Entries that arrived while the stored log was loading may be part of it.
      .filter(({ at, message }) => !recent.some((old) => old.at === at && old.message === message));
    this.log.set([...stored, ...added].slice(-MOST_LOG_ENTRIES));
  }
}
