import type { WorkbenchEvent } from '../../shared/contract/events.ts';

/** Tells events to everyone who listens; one listener's failure is not another's. */
export class EventHub {
  readonly #listeners = new Set<(event: WorkbenchEvent) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** @returns how to unsubscribe. */
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
