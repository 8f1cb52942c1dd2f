/** A summary reads all trainings of a search, so each one takes longer than the last. */
const MILLISECONDS = 1000;

/**
 * Summarises a running search after its trainings, but not after each of many short ones. A summary
 * that a crash has left outdated is recomputed when the workbench starts.
 */
export class ThrottledSummary {
  readonly #summarize: () => void;
  #last = -Infinity;
  #isDue = false;

  constructor(summarize: () => void) {
    this.#summarize = summarize;
  }

  request(): void {
    this.#isDue = true;
    if (performance.now() - this.#last >= MILLISECONDS) this.finish();
  }

  /** After the last request. */
  finish(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#summarize();
    this.#last = performance.now();
  }
}
