/** The table of all searches: only what is looked at is asked for, a page at a time. */
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import type { SearchRow } from '../../shared/contract/records.ts';
import { sameJson } from '../forms/form-model.ts';
import type { App } from './app.svelte.ts';
import { type HistoryQuery, historyQueryFrom, historyQueryToJson } from './history-query.ts';
import { throttled } from './timing.ts';

const PAGE_SIZE = 100;
const REFRESH_EVERY_MILLISECONDS = 500;

export class HistoryState {
  #app: App;
  #rows = $state.raw<ReadonlyMap<number, SearchRow>>(new Map());
  #total = $state<number>();
  #error = $state.raw<ErrorReport>();
  #selected = $state.raw<ReadonlySet<string>>(new Set());
  #requested = new Set<number>();
  /** Answers to an older question are ignored. */
  #question = 0;
  #range = { first: 0, last: 0 };
  #isOpen = false;
  #refresh = throttled(() => {
    this.#ask();
  }, REFRESH_EVERY_MILLISECONDS);

  constructor(app: App) {
    this.#app = app;
    app.client.onEvent((event) => {
      switch (event.type) {
        case 'search-changed':
          this.#takeRow(event.row);
          return;
        case 'search-deleted':
          this.select([...this.#selected].filter((id) => !event.ids.includes(id)));
          this.#refresh.request();
          return;
        case 'search-undeleted':
        case 'history-changed':
        case 'workbench-restarted':
          this.#refresh.request();
          return;
        default:
      }
    });
  }

  get query(): HistoryQuery {
    return historyQueryFrom(this.#app.preferences.get('historyQuery'));
  }

  /** What a filter hides is no longer selected: nothing is done to what can't be seen. */
  setQuery(query: HistoryQuery): void {
    if (!sameJson(query.filter, this.query.filter)) this.select([]);
    this.#app.preferences.set('historyQuery', historyQueryToJson(query));
    this.#ask();
  }

  /** How many match; undefined before the first answer. */
  get total(): number | undefined {
    return this.#total;
  }

  get error(): ErrorReport | undefined {
    return this.#error;
  }

  get selected(): ReadonlySet<string> {
    return this.#selected;
  }

  /** Undefined while it is on its way. */
  rowAt(index: number): SearchRow | undefined {
    return this.#rows.get(index);
  }

  rowOf(id: string): SearchRow | undefined {
    return [...this.#rows.values()].find((row) => row.id === id);
  }

  open(): void {
    this.#isOpen = true;
    this.#ask();
  }

  close(): void {
    this.#isOpen = false;
  }

  retry(): void {
    this.#ask();
  }

  /** Rows from `first` to `last`, both included, are looked at. */
  show(first: number, last: number): void {
    this.#range = { first, last };
    const pages = pagesBetween(first, last).filter((page) => !this.#requested.has(page));
    for (const page of pages) void this.#loadPage(page, this.#question);
  }

  select(ids: Iterable<string>): void {
    this.#selected = new Set(ids);
  }

  toggle(id: string): void {
    const next = new Set(this.#selected);
    if (!next.delete(id)) next.add(id);
    this.#selected = next;
  }

  async selectAll(): Promise<void> {
    const ids = await this.#app.client.call('search.ids', this.query).catch((error: unknown) => {
      this.#app.toasts.error(error);
      return undefined;
    });
    if (ids) this.select(ids);
  }

  /** Asks again for what is looked at; the old rows stay until the new ones are there. */
  #ask(): void {
    if (!this.#isOpen) return;
    this.#question += 1;
    this.#requested = new Set();
    const { first, last } = this.#range;
    for (const page of pagesBetween(first, last)) void this.#loadPage(page, this.#question);
  }

  async #loadPage(page: number, question: number): Promise<void> {
    this.#requested.add(page);
    const offset = page * PAGE_SIZE;
    try {
      const { rows, total } = await this.#app.client.call('search.list', {
        ...this.query,
        limit: PAGE_SIZE,
        offset,
      });
      if (question !== this.#question) return;
      const next = new Map(
        [...this.#rows].filter(
          ([index]) => index < total && (index < offset || index >= offset + PAGE_SIZE),
        ),
      );
      rows.forEach((row, index) => next.set(offset + index, row));
      this.#rows = next;
      this.#total = total;
      this.#error = undefined;
    } catch (error) {
      if (question !== this.#question) return;
      this.#requested.delete(page);
      this.#error = reportOf(error);
    }
  }

  #takeRow(row: SearchRow): void {
    const entry = [...this.#rows].find(([, known]) => known.id === row.id);
    if (entry?.[1].state !== row.state || entry[1].isArchived !== row.isArchived) {
      this.#refresh.request();
    }
    if (entry) this.#rows = new Map(this.#rows).set(entry[0], row);
  }
}

function pagesBetween(first: number, last: number): number[] {
  const from = Math.floor(first / PAGE_SIZE);
  const to = Math.floor(Math.max(first, last) / PAGE_SIZE);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
