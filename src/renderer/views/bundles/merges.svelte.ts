/** The merges of bundles since the window was opened: what is under way, and what came of the last ones. */
import type { Client } from '../../../shared/contract/client.ts';
import { type ErrorReport, reportOf } from '../../../shared/contract/errors.ts';
import type { MergedBundle } from '../../../shared/contract/records/bundles.ts';
import { mergeFile } from './bundle-files.ts';
import type { ShownProgress } from './bundle-progress.ts';
import { BundleTask, type BundleWork } from './bundle-task.svelte.ts';

/** What came of one bundle. */
export type MergeOutcome =
  | { readonly kind: 'merged'; readonly bundle: MergedBundle }
  | { readonly kind: 'refused'; readonly name: string; readonly error: ErrorReport };

interface WantedMerge {
  readonly name: string;
  merge(work: BundleWork): Promise<MergedBundle>;
}

export class Merges {
  readonly #client: Client;
  readonly #onEnded: () => void;
  readonly #task: BundleTask;
  #outcomes = $state.raw<readonly MergeOutcome[]>([]);

  /** @param onEnded called when there are outcomes. */
  constructor(client: Client, onEnded: () => void) {
    this.#client = client;
    this.#onEnded = onEnded;
    this.#task = new BundleTask(client);
  }

  /** One for each bundle that was chosen or dropped last, in their order. */
  get outcomes(): readonly MergeOutcome[] {
    return this.#outcomes;
  }

  /** What is done with a bundle, in this window or another one. */
  get progress(): ShownProgress | undefined {
    return this.#task.progress;
  }

  /** Whether this window merges, or waits for its turn. */
  get isBusy(): boolean {
    return this.#task.isRunning;
  }

  /** Whether this window has begun what is shown. */
  get canStop(): boolean {
    return this.#task.canStop;
  }

  /** Follows the progress. @returns a function that stops. */
  open(): () => void {
    return this.#task.follow();
  }

  /** @param path of a bundle on the machine of the workbench. */
  mergePath(path: string): Promise<void> {
    const merge = ({ task }: BundleWork) => this.#client.call('bundle.merge', { path, task });
    return this.#mergeAll([{ name: path, merge }]);
  }

  mergeFiles(files: readonly File[]): Promise<void> {
    return this.#mergeAll(
      files.map((file) => ({
        name: file.name,
        merge: (work) => mergeFile(this.#client, file, work),
      })),
    );
  }

  /** Ends what this window has begun. What was merged before stays. */
  stop(): void {
    this.#task.stop();
  }

  /** One after another; a bundle that is refused does not stop the others. */
  async #mergeAll(bundles: readonly WantedMerge[]): Promise<void> {
    this.#outcomes = [];
    await this.#task.run(async (work) => {
      for (const { name, merge } of bundles) {
        if (work.signal.aborted) return;
        this.#outcomes = [...this.#outcomes, await outcomeOf(name, merge(work))];
      }
    });
    this.#onEnded();
  }
}

async function outcomeOf(name: string, merging: Promise<MergedBundle>): Promise<MergeOutcome> {
  try {
    return { kind: 'merged', bundle: await merging };
  } catch (error) {
    return { kind: 'refused', name, error: reportOf(error) };
  }
}
