/** The merges of bundles since the window was opened: what is under way, and what came of the last ones. */
import type { Client } from '../../../shared/contract/client.ts';
import { type ErrorReport, reportOf } from '../../../shared/contract/errors.ts';
import type { BundleProgress, MergedBundle } from '../../../shared/contract/records/bundles.ts';

/** What came of one bundle. */
export type MergeOutcome =
  | { readonly kind: 'merged'; readonly bundle: MergedBundle }
  | { readonly kind: 'refused'; readonly name: string; readonly error: ErrorReport };

export class Merges {
  readonly #client: Client;
  readonly #onEnded: () => void;
  #outcomes = $state.raw<readonly MergeOutcome[]>([]);
  #progress = $state.raw<BundleProgress>();
  #isBusy = $state(false);

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
  get progress(): BundleProgress | undefined {
    return this.#progress;
  }

  /** Whether one waits for its answer, maybe in a dialog of the system. */
  get isBusy(): boolean {
    return this.#isBusy || this.#progress !== undefined;
  }

  /** Follows the progress. @returns a function that stops. */
  open(): () => void {
    return this.#client.on('bundle-progress', ({ progress }) => {
      this.#progress = progress;
    });
  }

  /** @param path of the bundle, where the host has no dialog for it. */
  choose(path?: string): Promise<void> {
    const input = path === undefined ? {} : { path };
    return this.#mergeAll([
      { name: path ?? 'The bundle', merge: () => this.#client.call('bundle.merge', input) },
    ]);
  }

  /** One after another; a bundle that is refused does not stop the others. */
  drop<Dropped extends { readonly name: string }>(
    files: readonly Dropped[],
    merge: (file: Dropped) => Promise<MergedBundle>,
  ): Promise<void> {
    return this.#mergeAll(files.map((file) => ({ name: file.name, merge: () => merge(file) })));
  }

  async #mergeAll(
    bundles: readonly {
      readonly name: string;
      readonly merge: () => Promise<MergedBundle | undefined>;
    }[],
  ): Promise<void> {
    this.#isBusy = true;
    this.#outcomes = [];
    for (const { name, merge } of bundles) {
      try {
        const bundle = await merge();
        if (bundle) this.#outcomes = [...this.#outcomes, { kind: 'merged', bundle }];
      } catch (error) {
        const refused = { kind: 'refused', name, error: reportOf(error) } as const;
        this.#outcomes = [...this.#outcomes, refused];
      }
    }
    this.#isBusy = false;
    if (this.#outcomes.length > 0) this.#onEnded();
  }
}
