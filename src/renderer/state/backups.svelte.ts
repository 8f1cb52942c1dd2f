/** Backups of all searches: the list, what runs now, and the one that was chosen for a restore. */
import type { Client } from '../../shared/contract/client.ts';
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import type {
  BackupContents,
  BackupOverview,
  BackupProgress,
} from '../../shared/contract/records/backups.ts';
import { formatAmount, formatBytes } from '../format.ts';
import { Resource } from './resource.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

export class Backups {
  readonly overview: Resource<BackupOverview>;
  #client: Client;
  #toasts: Pick<Toasts, 'info' | 'error'>;
  /** Called when other searches are there. */
  #onRestored: () => void;
  #progress = $state.raw<BackupProgress>();
  #contents = $state.raw<BackupContents>();
  #error = $state.raw<ErrorReport>();
  #isBusy = $state(false);

  constructor(client: Client, toasts: Pick<Toasts, 'info' | 'error'>, onRestored: () => void) {
    this.#client = client;
    this.#toasts = toasts;
    this.#onRestored = onRestored;
    this.overview = new Resource(async () => {
      const overview = await client.call('backup.list');
      this.#progress = overview.progress;
      return overview;
    });
    client.on('backup-progress', ({ progress }) => {
      this.#progress = progress;
    });
  }

  /** What is being done, in this window or another one; undefined while nothing is. */
  get progress(): BackupProgress | undefined {
    return this.#progress;
  }

  /** What the chosen backup holds, until it is restored or not. */
  get contents(): BackupContents | undefined {
    return this.#contents;
  }

  /** Why the last backup, choice or restore failed. */
  get error(): ErrorReport | undefined {
    return this.#error;
  }

  /** Whether one waits for its answer, maybe in a dialog of the system. */
  get isBusy(): boolean {
    return this.#isBusy || this.#progress !== undefined;
  }

  /** @param path of the file to write, where the host has no dialogs. Default: in the usual folder. */
  async make(path?: string): Promise<void> {
    await this.#try(async () => {
      const written = await this.#client.call('backup.make', path === undefined ? {} : { path });
      if (!written) return;
      const { file, searches, bytes } = written;
      this.#toasts.info(
        `${formatAmount(searches, 'search', 'searches')}, ${formatBytes(bytes)}, written and checked: ${file}`,
      );
      await this.overview.reload();
    });
  }

  /** Reads a backup: one of the list, one at a path, or one that the host's dialog asks for. */
  async choose(which: { readonly name?: string; readonly path?: string } = {}): Promise<void> {
    await this.#try(async () => {
      this.#contents = await this.#client.call('backup.inspect', which);
    });
  }

  forget(): void {
    this.#contents = undefined;
  }

  async restore(): Promise<void> {
    const { contents } = this;
    if (!contents) return;
    this.#contents = undefined;
    await this.#try(async () => {
      const { file } = contents;
      const { searches, previous } = await this.#client.call('backup.restore', { file });
      const kept = previous === undefined ? '' : ` What was there is in ${previous}`;
      this.#toasts.info(`${formatAmount(searches, 'search', 'searches')} restored.${kept}`);
      this.#onRestored();
      await this.overview.reload();
    });
  }

  /** @returns whether the setting is on now. */
  async setNightly(isOn: boolean): Promise<boolean> {
    await this.#try(async () => {
      this.overview.set(await this.#client.call('backup.setNightly', { isOn }));
    });
    return this.overview.value?.isNightlyOn === true;
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.#isBusy = true;
    this.#error = undefined;
    try {
      await work();
    } catch (error) {
      this.#error = reportOf(error);
    }
    this.#isBusy = false;
  }
}
