/** The merges of bundles since the window was opened: what is under way, and what came of the last ones. */
import type { Client } from '../../../shared/contract/client.ts';
import { type ErrorReport, reportOf } from '../../../shared/contract/errors.ts';
import type { MergedBundle } from '../../../shared/contract/records/bundles.ts';
import { mergeFile, type TransferOptions } from './bundle-files.ts';
import type { ShownProgress } from './bundle-progress.ts';

/** What came of one bundle. */
export type MergeOutcome =
  | { readonly kind: 'merged'; readonly bundle: MergedBundle }
  | { readonly kind: 'refused'; readonly name: string; readonly error: ErrorReport };

interface WantedMerge {
  readonly name: string;
  merge(options: TransferOptions): Promise<MergedBundle>;
}

export class Merges {
  readonly #client: Client;
  readonly #onEnded: () => void;
  #outcomes = $state.raw<readonly MergeOutcome[]>([]);
  #progress = $state.raw<ShownProgress>();
  #stopping = $state.raw<AbortController>();

  /** @param onEnded called when there are outcomes. */
  constructor(client: Client, onEnded: () => void) {
    this.#client = client;
    this.#onEnded = onEnded;
  }

  /** Of the bundles that were chosen or dropped last, in their order. */
  get outcomes(): readonly MergeOutcome[] {
    return this.#outcomes;
  }

  /** What is done with a bundle, in this window or another one. */
  get progress(): ShownProgress | undefined {
    return this.#progress;
  }

  /** Whether this window merges. */
  get isOurs(): boolean {
    return this.#stopping !== undefined;
  }

  /** Whether a bundle is merged or written, in this window or another one. */
  get isBusy(): boolean {
    return this.isOurs || this.#progress !== undefined;
  }

  /** Follows the progress. @returns a function that stops. */
  open(): () => void {
    return this.#client.on('bundle-progress', ({ progress }) => {
      this.#progress = progress;
    });
  }

  /** @param path of a bundle on the machine of the workbench. */
  mergePath(path: string): Promise<void> {
    const merge = () => this.#client.call('bundle.merge', { path });
    return this.#mergeAll([{ name: path, merge }]);
  }

  mergeFiles(files: readonly File[]): Promise<void> {
    return this.#mergeAll(
      files.map((file) => ({
        name: file.name,
        merge: (options) => mergeFile(this.#client, file, options),
      })),
    );
  }

  /** Ends what this window merges. What was merged before stays. */
  stop(): void {
    if (!this.#stopping) return;
    this.#stopping.abort();
    // It fails only without a connection, and then nothing runs.
    this.#client.call('bundle.stop').catch(() => undefined);
  }

  /** One after another; a bundle that is refused does not stop the others. */
  async #mergeAll(bundles: readonly WantedMerge[]): Promise<void> {
    const stopping = new AbortController();
    const { signal } = stopping;
    const onFraction = (fraction: number): void => {
      this.#progress = { what: 'sending', fraction };
    };
    this.#stopping = stopping;
    this.#outcomes = [];
    for (const { name, merge } of bundles) {
      if (signal.aborted) break;
      try {
        const bundle = await merge({ signal, onFraction });
        this.#outcomes = [...this.#outcomes, { kind: 'merged', bundle }];
      } catch (error) {
        const refused = { kind: 'refused', name, error: reportOf(error) } as const;
        this.#outcomes = [...this.#outcomes, refused];
      }
      this.#progress = undefined;
    }
    this.#stopping = undefined;
    this.#onEnded();
  }
}
