/** The sweeps that run in this process: the searches of each share workers, and windows are told of them. */
import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { Store } from '../../store/store.ts';
import { sweepRow } from '../history/sweep-table.ts';
import type { SearchGroup } from './search-group.ts';
import type { SearchRunner } from './search-runner.ts';

export interface RunningSweepsOptions {
  readonly store: Store;
  readonly runner: Pick<SearchRunner, 'groupOf'>;
  emit(event: WorkbenchEvent): void;
}

export class RunningSweeps {
  readonly #options: RunningSweepsOptions;
  /** By sweep. */
  readonly #groups = new Map<string, SearchGroup>();

  constructor(options: RunningSweepsOptions) {
    this.#options = options;
  }

  has(sweepId: string): boolean {
    return this.#groups.has(sweepId);
  }

  /** What the searches of the sweep share while one of them runs. */
  groupOf(sweepId: string, workers: number | undefined): SearchGroup {
    const known = this.#groups.get(sweepId);
    if (known) return known;
    const group = this.#options.runner.groupOf(sweepId, workers);
    this.#groups.set(sweepId, group);
    return group;
  }

  /** One of its searches has ended. @param areOthers whether others run. */
  leave(sweepId: string, areOthers: boolean): void {
    this.tell(sweepId);
    if (!areOthers) this.#groups.delete(sweepId);
  }

  /** Tells windows what has become of the sweep. */
  tell(sweepId: string): void {
    const { store, emit } = this.#options;
    const sweep = store.sweeps.find(sweepId);
    if (sweep) emit({ type: 'sweep-changed', row: sweepRow(store.sweeps.summary(sweep.id)) });
  }
}
