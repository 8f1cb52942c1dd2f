/** Bundles: searches, or parts of them, as files that go from one data directory to another. */
import type { MergedSearch } from '../../../shared/domain/bundle.ts';
import type { Store } from '../../store/store.ts';
import { openBundle } from './bundle-reader.ts';
import { type BundleRequest, writeBundle, type WrittenBundle } from './bundle-writer.ts';

export class Bundles {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws WorkbenchError as `writeBundle`. */
  write(
    file: string,
    request: BundleRequest & { readonly overwrite: boolean },
  ): Promise<WrittenBundle> {
    return writeBundle(this.#store, file, request);
  }

  /**
   * Takes everything of a bundle that is missing here, or nothing. Merging it again changes nothing.
   *
   * @throws WorkbenchError `not-found` or `invalid-data` for a bundle that can't be taken; `conflict` if
   *   other results are stored for the same experiment.
   */
  async merge(file: string): Promise<MergedSearch[]> {
    const bundle = await openBundle(file);
    try {
      return this.#store.bundleMerge.merge(bundle.parts());
    } finally {
      bundle.close();
    }
  }
}
