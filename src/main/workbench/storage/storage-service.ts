/** What takes space, as windows see it: measured at any time, freed by one at a time. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  DropPreview,
  FreedSpace,
  StorageOverview,
  StorageProgress,
  TrashContents,
} from '../../../shared/contract/records/storage.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { StorageThreads } from './storage-thread.ts';
import { expiredSearches } from './storage-work.ts';

export interface StorageServiceOptions {
  readonly store: Store;
  /** Where TensorFlow, datasets and compiled engines are kept, if the host knows it. */
  readonly cache: string | undefined;
  onProgress(progress: StorageProgress | undefined): void;
  /** Called when searches were freed: everything that shows searches is out of date. */
  onFreed(): void;
}

export class StorageService {
  readonly #options: StorageServiceOptions;
  readonly #threads: StorageThreads;
  #isFreeing = false;

  constructor(options: StorageServiceOptions) {
    this.#options = options;
    this.#threads = new StorageThreads(databaseFile(options.store.directory), options.onProgress);
  }

  async overview(): Promise<StorageOverview> {
    try {
      return await this.#threads.run('measure', { cache: this.#options.cache });
    } finally {
      if (!this.#isFreeing) this.#options.onProgress(undefined);
    }
  }

  preview(ids: readonly string[]): Promise<DropPreview> {
    return this.#threads.run('preview', { ids });
  }

  /** @throws WorkbenchError `conflict` while another drop or deletion runs. */
  dropWeights(ids: readonly string[]): Promise<FreedSpace> {
    return this.#free(() => this.#threads.run('drop', { ids }));
  }

  trash(): Promise<TrashContents> {
    return this.#threads.run('trash', {});
  }

  /** @throws WorkbenchError `conflict` while another drop or deletion runs. */
  deleteForGood(ids: readonly string[]): Promise<FreedSpace> {
    return this.#free(() => this.#threads.run('delete', { ids, deletedBefore: Infinity }));
  }

  /**
   * Deletes what has been in the trash for seven days, and what killed merges have left. Called at the start,
   * and every hour.
   */
  async purgeExpired(now: number): Promise<void> {
    const { store } = this.#options;
    const { ids, deletedBefore } = expiredSearches(store, now);
    const isNeeded = ids.length > 0 || store.bundleMerge.hasAbandoned();
    if (!isNeeded || this.#isFreeing) return;
    await this.#free(() => this.#threads.run('delete', { ids, deletedBefore }));
  }

  /** Ends what runs. */
  close(): Promise<void> {
    return this.#threads.close();
  }

  async #free(work: () => Promise<FreedSpace>): Promise<FreedSpace> {
    if (this.#isFreeing) {
      throw new WorkbenchError(
        'conflict',
        'space is being freed already',
        'Wait until that has ended.',
      );
    }
    this.#isFreeing = true;
    try {
      const freed = await work();
      this.#options.onFreed();
      return freed;
    } finally {
      this.#isFreeing = false;
      this.#options.onProgress(undefined);
    }
  }
}
