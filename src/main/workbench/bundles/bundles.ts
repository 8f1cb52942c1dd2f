/** Bundles: searches, or parts of them, as files that go from one data directory to another. */
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { MergedSearch } from '../../../shared/domain/bundle.ts';
import type { Store } from '../../store/store.ts';
import type { SearchRunner } from '../running/search-runner.ts';
import { openBundle } from './bundle-reader.ts';
import { damaged } from './bundle-zip.ts';
import { type BundleRequest, writeBundle, type WrittenBundle } from './bundle-writer.ts';
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
    } catch (cause) {
      if (cause instanceof WorkbenchError) throw cause;
      throw damaged(file, messageOf(cause), cause);
    } finally {
      bundle.close();
    }
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
