/** Bundles as windows merge and write them: one at a time, in a thread, with progress. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { BundleProgress, MergedBundle } from '../../../shared/contract/records/bundles.ts';
import type { WrittenBundle } from '../../../shared/domain/bundle.ts';
import { databaseFile } from '../data-directory.ts';
import {
  type BundleTask,
  type BundleTasks,
  type BundleThread,
  startBundleThread,
} from './bundle-thread.ts';
import { BundleTransfers } from './bundle-transfers.ts';
import type { BundleRequest } from './bundle-writer.ts';

export interface BundleServiceOptions {
  /** The data directory. */
  readonly directory: string;
  onProgress(progress: BundleProgress | undefined): void;
  /** Called when searches may have changed. */
  onMerged(): void;
}

export class BundleService {
  /** Those that come from browsers, and go to them. */
  readonly transfers = new BundleTransfers();
  readonly #options: BundleServiceOptions;
  #thread: BundleThread<BundleTask> | undefined;

  constructor(options: BundleServiceOptions) {
    this.#options = options;
  }

  /**
   * @param file absolute.
   * @throws WorkbenchError as `mergeBundle`; `conflict` while another bundle is merged or written.
   */
  async merge(file: string): Promise<MergedBundle> {
    const searches = await this.#alone('merge', { bundle: file });
    this.#options.onMerged();
    return { file, searches };
  }

  /**
   * @param file absolute.
   * @throws WorkbenchError as `writeBundle`; `conflict` while another bundle is merged or written.
   */
  write(
    file: string,
    request: BundleRequest & { readonly overwrite: boolean },
  ): Promise<WrittenBundle> {
    return this.#alone('write', { bundle: file, ...request });
  }

  /** Ends what runs: it fails as `interrupted`. */
  async stop(): Promise<void> {
    await this.#thread?.stop();
  }

  async close(): Promise<void> {
    await this.stop();
    this.transfers.close();
  }

  async #alone<Task extends BundleTask>(
    task: Task,
    given: BundleTasks[Task]['given'],
  ): Promise<BundleTasks[Task]['result']> {
    if (this.#thread) {
      throw new WorkbenchError(
        'conflict',
        'another bundle is being merged or written',
        'Wait until that has ended.',
      );
    }
    const { directory, onProgress } = this.#options;
    const thread = startBundleThread(databaseFile(directory), task, given, onProgress);
    this.#thread = thread;
    try {
      return await thread.result;
    } finally {
      this.#thread = undefined;
      onProgress(undefined);
    }
  }
}
