/** The table of all searches: only what is looked at is asked for, a page at a time. */
import { MOST_EXPANDED } from '../../shared/contract/calls.ts';
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import type { HistoryLine, SearchRow } from '../../shared/contract/records.ts';
import { sameJson } from '../forms/settings-tree.ts';
import type { App } from './app.svelte.ts';
import { type HistoryQuery, historyQueryFrom, historyQueryToJson } from './history-query.ts';
import { throttled } from './timing.ts';

/** The ids of all searches that a line stands for. */
export function searchesOf(line: HistoryLine): readonly string[] {
  return line.kind === 'sweep' ? line.matching : [line.row.id];
}

const PAGE_SIZE = 100;
const REFRESH_EVERY_MILLISECONDS = 500;

export class HistoryState {
  #app: App;
  #lines = $state.raw<ReadonlyMap<number, HistoryLine>>(new Map());
  #total = $state<number>();
  #searches = $state<number>();
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

  /** How many lines there are; undefined before the first answer. */
  get total(): number | undefined {
    return this.#total;
  }

  /** How many searches match, those of collapsed sweeps included; undefined before the first answer. */
  get searches(): number | undefined {
    return this.#searches;
  }

  get error(): ErrorReport | undefined {
    return this.#error;
  }

  get selected(): ReadonlySet<string> {
    return this.#selected;
  }

  /** Undefined while it is on its way. */
  lineAt(index: number): HistoryLine | undefined {
    return this.#lines.get(index);
  }

  /** The tags of the lines that stand for any of these searches. */
  tagsOf(ids: readonly string[]): readonly string[] {
    const lines = [...this.#lines.values()].filter((line) =>
      searchesOf(line).some((id) => ids.includes(id)),
    );
    return [...new Set(lines.flatMap(({ row }) => row.tags))];
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

  /** Selects all of them, or none if all of them are selected. */
  toggle(ids: readonly string[]): void {
    const others = [...this.#selected].filter((id) => !ids.includes(id));
    this.select(ids.every((id) => this.#selected.has(id)) ? others : [...others, ...ids]);
  }

  /** Shows or hides the searches of a sweep. */
  setExpanded(sweepId: string, isExpanded: boolean): void {
    const others = this.#expanded.filter((id) => id !== sweepId);
    const next = isExpanded ? [...others, sweepId] : others;
    // Where there are too many, the one that has been expanded the longest is collapsed.
    this.#app.preferences.set('historyExpanded', next.slice(-MOST_EXPANDED));
    this.#ask();
  }

  async selectAll(): Promise<void> {
    const ids = await this.#app.client.call('search.ids', this.query).catch((error: unknown) => {
      this.#app.toasts.error(error);
      return undefined;
    });
    if (ids) this.select(ids);
  }

  get #expanded(): readonly string[] {
    return this.#app.preferences.get('historyExpanded').filter((id) => typeof id === 'string');
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
      const { lines, total, searches } = await this.#app.client.call('history.lines', {
        ...this.query,
        expanded: this.#expanded.slice(-MOST_EXPANDED),
        limit: PAGE_SIZE,
        offset,
      });
      if (question !== this.#question) return;
      const next = new Map(
        [...this.#lines].filter(
          ([index]) => index < total && (index < offset || index >= offset + PAGE_SIZE),
        ),
      );
      lines.forEach((line, index) => next.set(offset + index, line));
      this.#lines = next;
      this.#total = total;
      this.#searches = searches;
      this.#error = undefined;
    } catch (error) {
      if (question !== this.#question) return;
      this.#requested.delete(page);
      this.#error = reportOf(error);
    }
  }

  #takeRow(row: SearchRow): void {
    const [index, line] =
      [...this.#lines].find(([, known]) => known.kind === 'search' && known.row.id === row.id) ??
      [];
    if (index !== undefined && line?.kind === 'search') {
      this.#lines = new Map(this.#lines).set(index, { ...line, row });
      // Nothing else follows from it: it stays where it is, and is summed up in no line of a sweep.
      const isAllOfIt =
        line.row.state === row.state &&
        line.row.isArchived === row.isArchived &&
        line.sweep === undefined;
      if (isAllOfIt) return;
    }
    this.#refresh.request();
  }
}

function pagesBetween(first: number, last: number): number[] {
  const from = Math.floor(first / PAGE_SIZE);
  const to = Math.floor(Math.max(first, last) / PAGE_SIZE);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
