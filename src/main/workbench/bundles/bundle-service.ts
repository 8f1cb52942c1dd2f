/** Bundles as windows merge and write them: one at a time, in a thread, with progress. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
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
import type { BundleRequest } from './bundle-writer.ts';

export interface BundleServiceOptions {
  /** The data directory. */
  readonly directory: string;
  onProgress(progress: BundleProgress | undefined): void;
  /** Called when searches may have changed. */
  onMerged(): void;
}

export class BundleService {
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
    const { directory } = this.#options;
    if (path.dirname(file) === bundleFolder(directory)) {
      mkdirSync(path.dirname(file), { recursive: true });
    }
    return this.#alone('write', { bundle: file, ...request });
  }

  /** Where a bundle goes unless a file is named. */
  placeFor(name: string): string {
    return path.join(bundleFolder(this.#options.directory), name);
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    await this.#thread?.end();
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

const bundleFolder = (directory: string): string => path.join(directory, 'bundles');
