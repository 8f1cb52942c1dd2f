/** How long each preset takes on this machine, as far as that is known. */
import type { Client } from '../../shared/contract/client.ts';
import type { Preset } from '../../shared/contract/records/catalog.ts';
import { asJson } from '../../shared/domain/settings-json.ts';
import { formatEstimate } from '../format.ts';

export class PresetTimes {
  #client: Pick<Client, 'call'>;
  #seconds = $state.raw<ReadonlyMap<string, number>>(new Map());

  constructor(client: Pick<Client, 'call'>) {
    this.#client = client;
  }

  /** `about 2 min here`, or what is known without a measurement: `plan for days`. */
  textFor({ id, takes }: Preset): string {
    const seconds = this.#seconds.get(id);
    return seconds === undefined ? takes : `${formatEstimate(seconds)} here`;
  }

  /** One after another, so that a check of the form comes in between. */
  async load(presets: readonly Preset[]): Promise<void> {
    for (const { id, settings } of presets) {
      // A preset whose dataset is not there has no estimate.
      const summary = await this.#client
        .call('settings.summary', { settings: asJson(settings) })
        .catch(() => undefined);
      const seconds = summary?.estimate?.seconds;
      if (seconds !== undefined) this.#seconds = new Map(this.#seconds).set(id, seconds);
    }
  }
}
