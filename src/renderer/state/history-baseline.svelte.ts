/** The search that is pinned in the history, and the differences of the others from it. */
import type { HistoryLine } from '../../shared/contract/records/history.ts';
import type { SearchRow } from '../../shared/contract/records/search-rows.ts';
import type { BaselineDifference, ComparedAt } from '../../shared/history/baseline.ts';
import { BASELINE_COLUMNS, type HistoryColumn } from '../../shared/history/columns.ts';
import type { SharedState } from './shared-state.ts';

interface ShownHistory {
  readonly columns: readonly HistoryColumn[];
  setColumns(ids: readonly string[]): void;
  /** Loads the visible rows again. */
  reload(): void;
}

export interface AskedDifferences {
  readonly baseline?: string;
  readonly comparedAt?: ComparedAt;
}

export class HistoryBaseline {
  #app: SharedState;
  #history: ShownHistory;
  #row = $state.raw<SearchRow>();
  /** What the lines that are there were asked for. */
  #answered = $state.raw<AskedDifferences>({});

  constructor(app: SharedState, history: ShownHistory) {
    this.#app = app;
    this.#history = history;
  }

  /** Undefined if none is pinned, and until it is loaded. */
  get row(): SearchRow | undefined {
    return this.#row?.id === this.#pinned ? this.#row : undefined;
  }

  get comparedAt(): ComparedAt {
    return this.#app.preferences.get('historyComparedAt') === 'verdict' ? 'verdict' : 'density';
  }

  set comparedAt(at: ComparedAt) {
    this.#app.preferences.set('historyComparedAt', at);
    this.#history.reload();
  }

  /** What the lines are asked for; nothing unless a column shows it. */
  get asked(): AskedDifferences {
    const isShown = this.#history.columns.some(({ id }) => BASELINE_COLUMNS.includes(id));
    if (this.#pinned === '' || !isShown) return {};
    return { baseline: this.#pinned, comparedAt: this.comparedAt };
  }

  isPinned(id: string): boolean {
    return this.#pinned === id;
  }

  /** Shows the differences from this search, in columns beside the name. */
  pin(row: SearchRow): void {
    this.#row = row;
    this.#app.preferences.set('historyBaseline', row.id);
    const shown = this.#history.columns.map(({ id }) => id);
    if (shown.some((id) => BASELINE_COLUMNS.includes(id))) {
      this.#history.reload();
      return;
    }
    const [name = 'name', ...others] = shown;
    this.#history.setColumns([name, ...BASELINE_COLUMNS, ...others]);
  }

  unpin(): void {
    this.#row = undefined;
    this.#app.preferences.set('historyBaseline', '');
    const shown = this.#history.columns.map(({ id }) => id);
    this.#history.setColumns(shown.filter((id) => !BASELINE_COLUMNS.includes(id)));
  }

  toggle(row: SearchRow): void {
    if (this.isPinned(row.id)) this.unpin();
    else this.pin(row);
  }

  /** Undefined for the baseline itself, if there is none, and until it is loaded. */
  differenceOf({ row, difference }: HistoryLine): BaselineDifference | undefined {
    const { baseline, comparedAt } = this.#answered;
    const isOfBaseline = baseline === this.#pinned && comparedAt === this.comparedAt;
    return !isOfBaseline || this.isPinned(row.id) ? undefined : difference;
  }

  /** Lines have come that were asked for this. */
  answered(asked: AskedDifferences): void {
    this.#answered = asked;
  }

  /** Reads the search that was pinned in an earlier window. */
  async load(): Promise<void> {
    const id = this.#pinned;
    if (id === '' || this.#row?.id === id) return;
    const found = await this.#app.client.call('search.get', { id }).catch(() => undefined);
    if (this.#pinned !== id) return;
    if (found) this.#row = found.row;
    else {
      this.unpin();
      this.#app.toasts.info('The pinned search is no longer there');
    }
  }

  /** A search has changed. */
  take(row: SearchRow): void {
    if (this.isPinned(row.id)) this.#row = row;
  }

  /** Searches were deleted. */
  forget(ids: readonly string[]): void {
    if (ids.includes(this.#pinned)) this.unpin();
  }

  get #pinned(): string {
    return this.#app.preferences.get('historyBaseline');
  }
}
