/** A summary reads all trainings of a search, so each one takes longer than the last. */
const MILLISECONDS = 1000;

/**
 * Summarises a running search after its trainings, but not after each of many short ones. A summary
 * that a crash has left outdated is recomputed when the workbench starts.
 */
export class ThrottledSummary {
  readonly #summarize: () => Promise<void>;
  #last = -Infinity;
  #isDue = false;
  /** Settles when the last summary is saved, and those before it. */
  #saved: Promise<unknown> = Promise.resolve();

  constructor(summarize: () => Promise<void>) {
    this.#summarize = summarize;
  }

  request(): void {
    this.#isDue = true;
    if (performance.now() - this.#last >= MILLISECONDS) this.#begin();
  }

  /**
   * After the last request.
   *
   * @throws WorkbenchError as the first summary that failed.
   */
  async finish(): Promise<void> {
    if (this.#isDue) this.#begin();
    await this.#saved;
  }

  #begin(): void {
    this.#isDue = false;
    this.#saved = Promise.all([this.#saved, this.#summarize()]);
    // `finish` tells it.
    this.#saved.catch(() => undefined);
    this.#last = performance.now();
  }
}
