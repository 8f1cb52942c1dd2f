/** Bundles: searches, or parts of them, as files that go from one data directory to another. */
import type { MergedSearch, WrittenBundle } from '../../../shared/domain/bundle.ts';
import type { Store } from '../../store/store.ts';
import type { SearchRunner } from '../running/search-runner.ts';
import { type BundleRequest, writeBundle } from './bundle-writer.ts';
import { mergeBundle, type MergeBundleOptions } from './merge-bundle.ts';
import { inTemporaryStore } from './temporary-store.ts';
import { type VerifiedTraining, verify, type VerifyRequest } from './verify.ts';

export class Bundles {
  readonly #store: Store;
  readonly #runnerOf: (store: Store) => SearchRunner;

  /** @param runnerOf runs the searches of a store. */
  constructor(store: Store, runnerOf: (store: Store) => SearchRunner) {
    this.#store = store;
    this.#runnerOf = runnerOf;
  }

  /** @throws WorkbenchError as `writeBundle`. */
  write(
    file: string,
    request: BundleRequest & { readonly overwrite: boolean },
  ): Promise<WrittenBundle> {
    return writeBundle(this.#store, file, request);
  }

  /** @throws WorkbenchError as `mergeBundle`. */
  merge(file: string, options?: MergeBundleOptions): Promise<MergedSearch[]> {
    return mergeBundle(this.#store, file, options);
  }

  /** @throws WorkbenchError as `verify`. */
  verify(request: VerifyRequest): Promise<VerifiedTraining[]> {
    return verify(this.#store, request, this.#runnerOf);
  }

  /**
   * Verifies each search of a bundle, which is not merged.
   *
   * @returns by the ids of the searches.
   * @throws WorkbenchError as `merge` and `verify`.
   */
  async verifyBundle(
    file: string,
    request: Omit<VerifyRequest, 'searchId'>,
  ): Promise<Map<string, VerifiedTraining[]>> {
    return inTemporaryStore(async (store) => {
      const verified = new Map<string, VerifiedTraining[]>();
      for (const { id } of await new Bundles(store, this.#runnerOf).merge(file)) {
        verified.set(id, await verify(store, { ...request, searchId: id }, this.#runnerOf));
      }
      return verified;
    });
  }
}
