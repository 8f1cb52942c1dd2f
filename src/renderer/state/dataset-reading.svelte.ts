/** What is read of the dataset that the form chooses. */
import type { Client } from '../../shared/contract/client.ts';
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import type { JsonObject } from '../../shared/contract/json.ts';
import type { DataReading } from '../../shared/domain/data-summary.ts';
import { valueAt } from '../forms/settings-tree.ts';

/** Larger datasets are only read when the user asks for it: MNIST has 55 million features. */
const READ_UNASKED = 2 ** 26;

export class DatasetReading {
  #client: Client;
  #settings: JsonObject | undefined;
  /** The parts of the settings that decide what is read. */
  #key = '';
  /** The number of the last request; answers to older ones are ignored. */
  #asked = 0;
  #value = $state.raw<DataReading>();
  #error = $state.raw<ErrorReport>();
  #isReading = $state(false);
  #isLarge = $state(false);

  constructor(client: Client) {
    this.#client = client;
  }

  /** Undefined until the data are read. */
  get value(): DataReading | undefined {
    return this.#value;
  }

  get error(): ErrorReport | undefined {
    return this.#error;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  /** Whether the dataset is so large that it waits for `readAnyway`. */
  get isLarge(): boolean {
    return this.#isLarge;
  }

  /** @param settings complete and valid. */
  follow(settings: JsonObject): void {
    const key = JSON.stringify([
      valueAt(settings, 'dataset'),
      valueAt(settings, 'replicates.seed'),
    ]);
    if (key === this.#key) return;
    this.#key = key;
    this.#settings = settings;
    void this.#read({ settings, most: READ_UNASKED });
  }

  readAnyway(): void {
    if (this.#settings) void this.#read({ settings: this.#settings });
  }

  async #read(input: { readonly settings: JsonObject; readonly most?: number }): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#isReading = true;
    this.#isLarge = false;
    try {
      const value = await this.#client.call('dataset.read', input);
      if (asked !== this.#asked) return;
      this.#value = value;
      this.#isLarge = value === undefined;
      this.#error = undefined;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#value = undefined;
      this.#error = reportOf(error);
    }
    this.#isReading = false;
  }
}
