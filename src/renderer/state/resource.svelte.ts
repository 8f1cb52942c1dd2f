/** A value that is loaded from the workbench: pending, loaded or failed. */
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';

export class Resource<Value> {
  #value = $state.raw<Value>();
  #error = $state.raw<ErrorReport>();
  #isLoading = $state(false);
  #load: () => Promise<Value>;
  /** The number of the last request; answers to older ones are ignored. */
  #asked = 0;

  constructor(load: () => Promise<Value>) {
    this.#load = load;
  }

  /** The last answer; it stays while a newer one is loading. */
  get value(): Value | undefined {
    return this.#value;
  }

  get error(): ErrorReport | undefined {
    return this.#error;
  }

  get isLoading(): boolean {
    return this.#isLoading;
  }

  set(value: Value): void {
    this.#asked += 1;
    this.#value = value;
    this.#error = undefined;
    this.#isLoading = false;
  }

  async reload(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#isLoading = true;
    try {
      const value = await this.#load();
      if (asked !== this.#asked) return;
      this.#value = value;
      this.#error = undefined;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#error = reportOf(error);
    }
    this.#isLoading = false;
  }
}
