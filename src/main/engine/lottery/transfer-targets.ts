import { trainedWith, transferNamed } from '../../../shared/domain/transfer.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { SearchContext } from './search-context.ts';

/** The datasets of transfers, by branch. Transfers on the search's own dataset have no entry. */
export type TargetDatasets = ReadonlyMap<string, Dataset>;

/**
 * Where transfers train: on another dataset or with another optimizer. Each is created on first
 * use.
 */
export class TransferTargets {
  readonly #search: SearchContext;
  readonly #datasets: TargetDatasets;
  readonly #targets = new Map<string, SearchContext>();

  constructor(search: SearchContext, datasets: TargetDatasets) {
    this.#search = search;
    this.#datasets = datasets;
  }

  /** Undefined for branches that are not transfers. */
  of(branch: string): SearchContext | undefined {
    const { kernels, settings, dataset } = this.#search;
    if (!transferNamed(settings, branch)) return undefined;
    const target =
      this.#targets.get(branch) ??
      new SearchContext(
        kernels,
        trainedWith(settings, branch),
        this.#datasets.get(branch) ?? dataset,
      );
    this.#targets.set(branch, target);
    return target;
  }

  dispose(): void {
    for (const target of this.#targets.values()) target.dispose();
  }
}
