/** Effect sizes of searches that an earlier version has summarised without them. */
import type { HistoryExport } from '../../../shared/contract/calls.ts';
import { parseFilter } from '../../../shared/history/filter.ts';
import type { Store } from '../../store/store.ts';

type AskedTable = Pick<HistoryExport, 'filter' | 'sort' | 'columns' | 'baseline'>;

/** Columns and fields of the filter that are read from effect sizes. */
const EFFECT_NAMES: ReadonlySet<string> = new Set(['effect', 'early-stop']);

export class MissingEffects {
  readonly #store: Store;
  readonly #summarize: (searchId: string) => void;
  /** Searches whose effect sizes can't be computed. */
  readonly #unreadable = new Set<string>();

  /** @param summarize saves the summary of a search with its effect size. */
  constructor(store: Store, summarize: (searchId: string) => void) {
    this.#store = store;
    this.#summarize = summarize;
  }

  /** The searches without effect sizes, newest first. */
  list(): string[] {
    return this.#store.history.withoutEffect().filter((id) => !this.#unreadable.has(id));
  }

  /** Those among them that a table shows, or is filtered or sorted by. */
  ofTable({ filter, sort, columns, baseline }: AskedTable): string[] {
    const missing = this.list();
    if (missing.length === 0) return [];
    const { terms } = parseFilter(filter.text, undefined);
    const isFiltered = terms.some(
      (term) =>
        term.kind === 'comparison' &&
        term.of.kind === 'field' &&
        EFFECT_NAMES.has(term.of.field.name),
    );
    if (isFiltered || EFFECT_NAMES.has(sort.column)) return missing;
    const isShown = columns.some((id) => EFFECT_NAMES.has(id) || id.startsWith('baseline-'));
    if (!isShown) return [];
    const shown = new Set([...this.#store.history.ids(filter, sort), baseline]);
    return missing.filter((id) => shown.has(id));
  }

  /**
   * Computes and saves the effect size of a search, unless another process has done it.
   *
   * @param onError told why it can't be computed. It is not tried again then.
   */
  compute(searchId: string, onError: (error: unknown) => void): void {
    if (this.#store.history.hasEffect(searchId)) return;
    try {
      this.#summarize(searchId);
    } catch (error) {
      // It is damaged, and must not keep the others from being summarised.
      this.#unreadable.add(searchId);
      onError(error);
    }
  }

  /** Computes some, for so long; returns whether any are left. */
  computeSome(milliseconds: number, onError: (error: unknown) => void): boolean {
    const until = Date.now() + milliseconds;
    for (const id of this.list()) {
      if (Date.now() > until) return true;
      this.compute(id, onError);
    }
    return false;
  }
}
