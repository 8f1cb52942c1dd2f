/** Space and the trash, for commands, which run it in their own process. Windows use `StorageService`. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  DropPreview,
  FreedSpace,
  StorageOverview,
  TrashContents,
  TrashedSearch,
} from '../../../shared/contract/records/storage.ts';
import type { Store } from '../../store/store.ts';
import {
  deleteForGood,
  dropWeights,
  expiredSearches,
  listTrash,
  measureStorage,
  type OnStorageProgress,
  previewDrop,
} from './storage-work.ts';
import { TRASH_MILLISECONDS } from './trash-time.ts';

export class Storage {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param cache the folder for TensorFlow, datasets and compiled engines. */
  measure(cache: string, onProgress: OnStorageProgress): StorageOverview {
    return measureStorage(this.#store, cache, onProgress);
  }

  previewDrop(ids: readonly string[]): DropPreview {
    return previewDrop(this.#store, ids);
  }

  dropWeights(ids: readonly string[], onProgress: OnStorageProgress): FreedSpace {
    return dropWeights(this.#store, ids, onProgress);
  }

  /** When the weights of a search were dropped, Unix milliseconds. */
  weightsDroppedAt(searchId: string): number | undefined {
    return this.#store.droppedWeights.at(searchId);
  }

  /** How many searches have dropped weights. */
  searchesWithoutWeights(): number {
    return this.#store.droppedWeights.count();
  }

  trash(): TrashContents {
    return listTrash(this.#store);
  }

  /**
   * Moves searches to the trash, all of them or none.
   *
   * @returns when they are deleted for good, Unix milliseconds.
   * @throws WorkbenchError `not-found`; `conflict` naming a search that is running or queued.
   */
  moveToTrash(ids: readonly string[]): number {
    this.#store.history.markDeleted(ids);
    return Date.now() + TRASH_MILLISECONDS;
  }

  /**
   * The searches of the trash with this id or its beginning, or those of a sweep.
   *
   * @throws WorkbenchError `not-found` if there is none, or several searches begin with it.
   */
  inTrash(idOrPrefix: string): readonly TrashedSearch[] {
    const prefix = idOrPrefix.trim().toLowerCase();
    const { searches } = this.trash();
    const swept = searches.filter(({ sweep }) => prefix !== '' && sweep?.id.startsWith(prefix));
    if (new Set(swept.map(({ sweep }) => sweep?.id)).size === 1) return swept;
    const found = searches.filter(({ id }) => prefix !== '' && id.startsWith(prefix));
    if (found.length === 1) return found;
    throw new WorkbenchError(
      'not-found',
      found.length === 0
        ? `no search in the trash begins with "${idOrPrefix}"`
        : `several searches in the trash begin with "${idOrPrefix}": ${found.map(({ id }) => id).join(', ')}`,
      found.length === 0 ? 'Run "ticket trash" to list them.' : 'Type more of the id.',
    );
  }

  /** @returns the ids of those that were in the trash. */
  restore(ids: readonly string[]): readonly string[] {
    return this.#store.history.unmarkDeleted(ids);
  }

  deleteForGood(ids: readonly string[], onProgress: OnStorageProgress): FreedSpace {
    return deleteForGood(this.#store, ids, onProgress);
  }

  /** Deletes what has been in the trash for seven days. */
  purgeExpired(): void {
    const { ids, deletedBefore } = expiredSearches(this.#store, Date.now());
    if (ids.length > 0) deleteForGood(this.#store, ids, () => undefined, deletedBefore);
  }
}
