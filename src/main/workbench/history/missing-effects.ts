/**
 * Effect sizes of searches that an earlier version has summarised without them. A thread computes them, because
 * all measurements of a search may have to be checked; the workbench saves them, so that its windows do not take
 * that for the change of another process.
 */
import type { HistoryExport } from '../../../shared/contract/calls.ts';
import { errorFrom } from '../../../shared/contract/errors.ts';
import { parseFilter } from '../../../shared/history/filter.ts';
import type { Store } from '../../store/store.ts';
import { type BackgroundListener, BackgroundWork } from '../background-work.ts';
import type { StoreThread } from '../store-thread.ts';
import type { HistoryTasks } from './history-work.ts';

type AskedTable = Pick<HistoryExport, 'filter' | 'sort' | 'columns' | 'baseline'>;

/** Columns and fields of the filter that are read from effect sizes. */
const EFFECT_NAMES: ReadonlySet<string> = new Set(['effect', 'early-stop']);

export class MissingEffects {
  readonly #store: Store;
  readonly #thread: StoreThread<HistoryTasks>;
  readonly #work = new BackgroundWork(() => this.#computeAll());
  /** Searches that have none because they are damaged. */
  readonly #damaged = new Set<string>();
  /** Told once of every search that is damaged. */
  onDamaged: (searchId: string, error: Error) => void = () => undefined;

  constructor(store: Store, thread: StoreThread<HistoryTasks>) {
    this.#store = store;
    this.#thread = thread;
  }

  /** The searches without effect sizes, newest first. */
  list(): string[] {
    return this.#store.history.withoutEffect().filter((id) => !this.#damaged.has(id));
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
   * Computes and saves the effect size of a search, unless another process has done it. A damaged search gets
   * none.
   *
   * @throws WorkbenchError if it can't be read or saved now.
   */
  async compute(searchId: string): Promise<void> {
    const { summary, damage } = await this.#thread.run('summary', { searchId });
    if (damage) {
      this.#damaged.add(searchId);
      this.onDamaged(searchId, errorFrom(damage));
    }
    if (!summary) return;
    await this.#store.inTurn(() => {
      const { history } = this.#store;
      if (history.lacksEffect(searchId)) history.saveSummary(searchId, summary);
    });
  }

  /** Computes all while nobody waits. Ends when all is done, or when it has failed once. */
  start(listener: BackgroundListener): Promise<void> {
    return this.#work.start(listener);
  }

  /** The thread has to be closed as well. */
  close(): void {
    this.#work.close();
  }

  async *#computeAll(): AsyncGenerator<undefined> {
    for (const id of this.list()) {
      await this.compute(id);
      yield;
    }
  }
}
