/** The table of all searches. Only visible rows are loaded, a page at a time. */
import { MOST_EXPANDED } from '../../shared/history/most-expanded.ts';
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import type { HistoryLine } from '../../shared/contract/records/history.ts';
import type { SearchRow } from '../../shared/contract/records/search-rows.ts';
import { type HistoryColumn, shownColumns } from '../../shared/history/columns.ts';
import { sameJson } from '../forms/settings-tree.ts';
import type { SharedState } from './shared-state.ts';
import { HistoryBaseline } from './history-baseline.svelte.ts';
import { type HistoryQuery, historyQueryFrom, historyQueryToJson } from './history-query.ts';
import { throttled } from './timing.ts';

/** The ids of all searches that a line represents. */
export function searchesOf(line: HistoryLine): readonly string[] {
  return line.kind === 'sweep' ? line.matching : [line.row.id];
}

const PAGE_SIZE = 100;
const REFRESH_EVERY_MILLISECONDS = 500;

export class HistoryState {
  #app: SharedState;
  readonly baseline: HistoryBaseline;
  #lines = $state.raw<ReadonlyMap<number, HistoryLine>>(new Map());
  #total = $state<number>();
  #searches = $state<number>();
  #error = $state.raw<ErrorReport>();
  #selected = $state.raw<ReadonlySet<string>>(new Set());
  #requested = new Set<number>();
  /** The number of the current query; answers to older ones are ignored. */
  #asked = 0;
  #range = { first: 0, last: 0 };
  #isOpen = false;
  /** Whether the dialog for tags of the selected searches is open. */
  isTagging = $state(false);
  isChoosingColumns = $state(false);
  #refresh = throttled(() => {
    this.#ask();
  }, REFRESH_EVERY_MILLISECONDS);

  constructor(app: SharedState) {
    this.#app = app;
    this.baseline = new HistoryBaseline(app, this);
    app.client.onEvent((event) => {
      switch (event.type) {
        case 'search-changed':
          this.baseline.take(event.row);
          this.#takeRow(event.row);
          return;
        case 'search-deleted':
          this.select([...this.#selected].filter((id) => !event.ids.includes(id)));
          this.baseline.forget(event.ids);
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

  /** A new filter clears the selection: no action may touch searches that can't be seen. */
  setQuery(query: HistoryQuery): void {
    if (!sameJson(query.filter, this.query.filter)) this.select([]);
    this.#app.preferences.set('historyQuery', historyQueryToJson(query));
    this.#ask();
  }

  /** The shown columns, in their order. */
  get columns(): readonly HistoryColumn[] {
    return shownColumns(this.#app.preferences.get('historyColumns'));
  }

  /** Only the settings that are shown are loaded. @param ids of the columns to show, in their order. */
  setColumns(ids: readonly string[]): void {
    this.#app.preferences.set('historyColumns', [...new Set(['name', ...ids])]);
    this.#ask();
  }

  /** Columns and widths are again as they are at first. */
  resetColumns(): void {
    this.#app.preferences.set('historyColumns', []);
    this.#app.preferences.set('historyWidths', {});
    this.#ask();
  }

  /** How many lines there are; undefined before the first answer. */
  get total(): number | undefined {
    return this.#total;
  }

  /** How many searches match, including those of collapsed sweeps; undefined before the first answer. */
  get searches(): number | undefined {
    return this.#searches;
  }

  get error(): ErrorReport | undefined {
    return this.#error;
  }

  get selected(): ReadonlySet<string> {
    return this.#selected;
  }

  /** Undefined while the line is loading. */
  lineAt(index: number): HistoryLine | undefined {
    return this.#lines.get(index);
  }

  /** The row of a search that is loaded. */
  rowOf(id: string): SearchRow | undefined {
    for (const line of this.#lines.values()) {
      if (line.kind === 'search' && line.row.id === id) return line.row;
    }
    return undefined;
  }

  /** The tags of the lines that represent any of these searches. */
  tagsOf(ids: readonly string[]): readonly string[] {
    const lines = [...this.#lines.values()].filter((line) =>
      searchesOf(line).some((id) => ids.includes(id)),
    );
    return [...new Set(lines.flatMap(({ row }) => row.tags))];
  }

  open(): void {
    this.#isOpen = true;
    void this.baseline.load();
    this.#ask();
  }

  close(): void {
    this.#isOpen = false;
  }

  reload(): void {
    this.#ask();
  }

  /** Loads the visible rows, `first` to `last` inclusive. */
  show(first: number, last: number): void {
    this.#range = { first, last };
    const pages = pagesBetween(first, last).filter((page) => !this.#requested.has(page));
    for (const page of pages) void this.#loadPage(page, this.#asked);
  }

  select(ids: Iterable<string>): void {
    this.#selected = new Set(ids);
  }

  /** Selects all of these, or deselects them if all of them are selected. */
  toggle(ids: readonly string[]): void {
    const others = [...this.#selected].filter((id) => !ids.includes(id));
    this.select(ids.every((id) => this.#selected.has(id)) ? others : [...others, ...ids]);
  }

  /** Shows or hides the searches of a sweep. */
  setExpanded(sweepId: string, isExpanded: boolean): void {
    const others = this.#expanded.filter((id) => id !== sweepId);
    const next = isExpanded ? [...others, sweepId] : others;
    // Beyond the limit, the sweep that was expanded first is collapsed.
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

  /** Reloads the visible rows; the old ones stay until the new ones arrive. */
  #ask(): void {
    if (!this.#isOpen) return;
    this.#asked += 1;
    this.#requested = new Set();
    const { first, last } = this.#range;
    for (const page of pagesBetween(first, last)) void this.#loadPage(page, this.#asked);
  }

  async #loadPage(page: number, asked: number): Promise<void> {
    this.#requested.add(page);
    const offset = page * PAGE_SIZE;
    const compared = this.baseline.asked;
    try {
      const { lines, total, searches } = await this.#app.client.call('history.lines', {
        ...this.query,
        settings: this.columns.flatMap(({ path }) => path ?? []),
        ...compared,
        expanded: this.#expanded.slice(-MOST_EXPANDED),
        limit: PAGE_SIZE,
        offset,
      });
      if (asked !== this.#asked) return;
      const next = new Map(
        [...this.#lines].filter(
          ([index]) => index < total && (index < offset || index >= offset + PAGE_SIZE),
        ),
      );
      lines.forEach((line, index) => next.set(offset + index, line));
      this.#lines = next;
      this.baseline.answered(compared);
      this.#total = total;
      this.#searches = searches;
      this.#error = undefined;
    } catch (error) {
      if (asked !== this.#asked) return;
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
      // The change moves no row and affects no sweep's line, so nothing else needs reloading.
      const isLocal =
        line.row.state === row.state &&
        line.row.isArchived === row.isArchived &&
        line.sweep === undefined &&
        // Its difference from the baseline may have changed.
        this.baseline.asked.baseline === undefined;
      if (isLocal) return;
    }
    this.#refresh.request();
  }
}

function pagesBetween(first: number, last: number): number[] {
  const from = Math.floor(first / PAGE_SIZE);
  const to = Math.floor(Math.max(first, last) / PAGE_SIZE);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
