/** The program itself: versions, folders, licences, and how its last run ended. */
import type { Client } from '../../shared/contract/client.ts';
import type { About, CrashNotice, FolderId } from '../../shared/contract/records/about.ts';
import { Resource } from './resource.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

export class ProgramState {
  readonly about: Resource<About>;
  readonly licences: Resource<string>;
  #client: Client;
  #toasts: Pick<Toasts, 'error'>;
  #crash = $state.raw<CrashNotice>();

  constructor(client: Client, toasts: Pick<Toasts, 'error'>) {
    this.#client = client;
    this.#toasts = toasts;
    this.about = new Resource(() => client.call('about'));
    this.licences = new Resource(() => client.call('about.licences'));
    // The process that was restarted may be the one that ended unexpectedly.
    client.on('workbench-restarted', () => void this.readCrash());
  }

  /** How the last run ended, until the notice is dismissed. */
  get crash(): CrashNotice | undefined {
    return this.#crash;
  }

  async readCrash(): Promise<void> {
    try {
      this.#crash = await this.#client.call('about.crash');
    } catch {
      // The workbench can't be reached. The window says so, and this is asked again when it is back.
    }
  }

  async dismissCrash(): Promise<void> {
    this.#crash = undefined;
    try {
      await this.#client.call('about.dismissCrash');
    } catch (error) {
      this.#toasts.error(error);
    }
  }

  async installCommand(): Promise<void> {
    try {
      await this.#client.call('host.installCommand');
    } catch (error) {
      this.#toasts.error(error);
    }
  }

  async openFolder(folder: FolderId): Promise<void> {
    try {
      await this.#client.call('about.openFolder', { folder });
    } catch (error) {
      this.#toasts.error(error);
    }
  }
}
