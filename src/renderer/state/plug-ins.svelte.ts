/** The setting for plug-ins, and those that are loaded. */
import type { Client } from '../../shared/contract/client.ts';
import type { PlugInOverview } from '../../shared/contract/records/plug-ins.ts';
import { Resource } from './resource.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

export class PlugIns {
  readonly overview: Resource<PlugInOverview>;
  #client: Client;
  #toasts: Pick<Toasts, 'error'>;
  #isBusy = $state(false);

  constructor(client: Client, toasts: Pick<Toasts, 'error'>) {
    this.#client = client;
    this.#toasts = toasts;
    this.overview = new Resource(() => client.call('plugIns.get'));
  }

  get isOn(): boolean {
    return this.overview.value?.isOn === true;
  }

  /** Whether a change waits for its answer: the host may ask the user first. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Whether the setting has been changed since the workbench started. */
  get isPending(): boolean {
    const { value } = this.overview;
    return value !== undefined && value.isOn !== value.wasOn;
  }

  /** @returns whether the setting is on now: the user may have been asked, and have said no. */
  async set(isOn: boolean): Promise<boolean> {
    this.#isBusy = true;
    try {
      this.overview.set(await this.#client.call('plugIns.set', { isOn }));
    } catch (error) {
      this.#toasts.error(error);
    }
    this.#isBusy = false;
    return this.isOn;
  }

  async openFolder(): Promise<void> {
    try {
      await this.#client.call('plugIns.openFolder');
    } catch (error) {
      this.#toasts.error(error);
    }
  }
}
