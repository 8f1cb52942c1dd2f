import type { WorkbenchEvent } from '../../shared/contract/events.ts';

/** Sends events to all listeners. One that fails does not affect the others. */
export class EventHub {
  readonly #listeners = new Set<(event: WorkbenchEvent) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** @returns a function that unsubscribes. */
  subscribe(listener: (event: WorkbenchEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(event: WorkbenchEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
